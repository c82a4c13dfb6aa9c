package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Chunks of time side by side give what the time steps one after the other give. */
class ScannedKernelTest {
  private static final DataType TYPE = DataType.DOUBLE;

  /**
   * A linear recurrence, its block trained or fixed, with a nonlinear slot behind it or without.
   */
  private static BlockMapBuilder linear(RandomPrograms random) {
    BlockMapBuilder map =
        BlockMap.builder()
            .injection(random.below(2) == 0 ? Injection.HOLD : Injection.IMPULSE)
            .input("x", 1 + random.below(3))
            .state("h", 2 + random.below(4), Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense());
    if (random.below(2) == 0) {
      map.connect("h", "h", Sparsity.diagonal());
    } else {
      map.connectFixed("h", "h", Sparsity.diagonal(), WeightValues.uniform(-1, 1));
    }
    if (random.below(2) == 0) {
      return map.output("h");
    }
    return map.state("y", 3, Activation.TANH).connect("h", "y", Sparsity.dense()).output("y");
  }

  /** What a call and the way back give. */
  private static INDArray[] all(
      MapKernel kernel, MapProgram program, long seed, int batch, int time, int firstTimeStep) {
    RandomPrograms random = new RandomPrograms(seed);
    INDArray[] parameters = random.parameters(program.realized(), TYPE);
    Arrays.stream(parameters).forEach(p -> p.muli(0.3)); // no diagonal much above 1
    int carried = program.schedule().carried().get(0);
    int nOut = program.size(program.outputSlot());
    INDArray input = random.normal(TYPE, batch, program.size(program.inputSlot()), time);
    input = random.below(2) == 0 ? input : input.dup('f');
    INDArray epsilon = random.normal(TYPE, batch, nOut, time);
    INDArray[] initial = null;
    INDArray[] lastGradient = null;
    if (random.below(2) == 0) {
      initial = new INDArray[program.slots().size()];
      lastGradient = initial.clone();
      initial[carried] = random.normal(TYPE, batch, program.size(carried));
      lastGradient[carried] = random.normal(TYPE, batch, program.size(carried));
    }
    char order = random.below(2) == 0 ? 'f' : 'c';
    INDArray output = Nd4j.create(TYPE, new long[] {batch, nOut, time}, order);
    INDArray inference = output.like();
    INDArray inputGradient = input.dup(order);
    INDArray[] gradients = Arrays.stream(parameters).map(INDArray::like).toArray(INDArray[]::new);
    kernel.forward(parameters, input, null, initial, output, true);
    INDArray lastState = kernel.lastState()[carried];
    kernel.forward(parameters, input, null, initial, inference, false);
    kernel.backward(epsilon.mul(2), lastGradient, firstTimeStep, gradients, inputGradient);
    kernel.backward(epsilon, lastGradient, firstTimeStep, gradients, inputGradient);
    INDArray[] all = Arrays.copyOf(gradients, gradients.length + 5);
    all[gradients.length] = output;
    all[gradients.length + 1] = inference;
    all[gradients.length + 2] = lastState;
    all[gradients.length + 3] = inputGradient;
    all[gradients.length + 4] = kernel.stateGradient()[carried];
    kernel.dropTape();
    assertFalse(kernel.hasTape());
    return all;
  }

  private static void assertSame(MapProgram program, long seed, int batch, int time, int first) {
    MapKernel scanned =
        new ScannedKernel(
            program, LinearRecurrence.of(program).orElseThrow(), new ReferenceKernel(program));
    INDArray[] expected = all(new ReferenceKernel(program), program, seed, batch, time, first);
    INDArray[] found = all(scanned, program, seed, batch, time, first);
    for (int i = 0; i < expected.length; i++) {
      double error = Magnitude.largestDifference(expected[i], found[i]);
      assertTrue(
          error <= 1e-10,
          "seed " + seed + ", array " + i + " of " + expected.length + ": " + error);
    }
  }

  @Test
  void agreesWithTheTimeStepsOneByOne() {
    for (long seed = 0; seed < 25; seed++) {
      RandomPrograms random = new RandomPrograms(1000 + seed);
      MapProgram program =
          MapProgram.sequence(linear(random).build().realize(), 1 + random.below(3), null);
      int time = 8 * (4 + random.below(4));
      assertTrue(ScannedKernel.chunks(1, time) > 1);
      assertSame(program, seed, 1, time, 0);
    }
  }

  /** Truncated back-propagation, times without a divisor and large batches are not scanned. */
  @ParameterizedTest
  @CsvSource({"1,64,5", "1,61,0", "3,64,0", "1,1,0"})
  void whatCannotBeScannedIsRunAsItIs(int batch, int time, int first) {
    MapProgram program =
        MapProgram.sequence(linear(new RandomPrograms(3)).build().realize(), 1, null);
    assertSame(program, 5, batch, time, first);
  }

  /** Every call takes the place of the one before, whichever way that was run. */
  @Test
  void callsTakeTurns() {
    MapProgram program =
        MapProgram.sequence(linear(new RandomPrograms(4)).build().realize(), 2, null);
    MapKernel scanned =
        new ScannedKernel(
            program, LinearRecurrence.of(program).orElseThrow(), new ReferenceKernel(program));
    for (int time : new int[] {64, 7, 40, 64, 1}) {
      INDArray[] expected = all(new ReferenceKernel(program), program, time, 1, time, 0);
      INDArray[] found = all(scanned, program, time, 1, time, 0);
      for (int i = 0; i < expected.length; i++) {
        assertTrue(Magnitude.largestDifference(expected[i], found[i]) <= 1e-10, time + ": " + i);
      }
    }
  }

  @Test
  void timeMasksAreRunAsTheyAre() {
    MapProgram program =
        MapProgram.sequence(linear(new RandomPrograms(4)).build().realize(), 1, null);
    RandomPrograms random = new RandomPrograms(9);
    INDArray[] parameters = random.parameters(program.realized(), TYPE);
    INDArray input = random.normal(TYPE, 1, program.size(program.inputSlot()), 64);
    INDArray mask = random.mask(TYPE, 1, 64);
    INDArray[] outputs = new INDArray[2];
    for (int k = 0; k < 2; k++) {
      MapKernel reference = new ReferenceKernel(program);
      MapKernel kernel =
          k == 0
              ? reference
              : new ScannedKernel(program, LinearRecurrence.of(program).orElseThrow(), reference);
      outputs[k] = Nd4j.create(TYPE, 1, program.size(program.outputSlot()), 64);
      kernel.forward(parameters, input, mask, null, outputs[k], false);
    }
    assertEquals(outputs[0], outputs[1]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "full", "crossed", "feed-forward"})
  void otherRecurrencesAreNone(String what) {
    BlockMapBuilder map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 3, what.equals("tanh") ? Activation.TANH : Activation.IDENTITY)
            .state("g", 3, Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "g", Sparsity.dense());
    if (!what.equals("feed-forward")) {
      map.connect("h", "h", what.equals("full") ? Sparsity.dense() : Sparsity.diagonal());
    }
    if (what.equals("crossed")) {
      map.connect("g", "g", Sparsity.diagonal());
    }
    MapProgram program =
        what.equals("feed-forward")
            ? MapProgram.singleToken(map.output("g").build().realize(), 2, null)
            : MapProgram.sequence(map.output("g").build().realize(), 2, null);
    assertTrue(LinearRecurrence.of(program).isEmpty());
  }

  @Test
  void theSelectionScans() {
    MapProgram program =
        MapProgram.sequence(linear(new RandomPrograms(4)).build().realize(), 1, null);
    assertInstanceOf(ScannedKernel.class, KernelSelection.of(program, DataType.FLOAT));
  }

  @Test
  void chunksDivideTheTime() {
    assertEquals(64, ScannedKernel.chunks(1, 4096));
    assertEquals(56, ScannedKernel.chunks(1, 784));
    assertEquals(1, ScannedKernel.chunks(2, 4096));
    assertEquals(1, ScannedKernel.chunks(1, 4093));
    assertEquals(1, ScannedKernel.chunks(1, 28));
    assertEquals(8, ScannedKernel.chunks(1, 32));
  }
}
