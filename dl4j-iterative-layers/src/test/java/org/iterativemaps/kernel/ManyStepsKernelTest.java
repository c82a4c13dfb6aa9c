package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** More steps than any kernel can hold side by side. */
class ManyStepsKernelTest {

  /** Piece by piece gives what all steps at once give, with states and masks. */
  @Test
  void agreesWithTheReference() {
    int carried = 0;
    for (long seed = 0; seed < 30; seed++) {
      RandomPrograms random = new RandomPrograms(seed);
      RealizedMap map = random.map(Activation.TANH, Activation.SIGMOID).realize();
      int steps = 1 + random.below(6);
      MapProgram program = MapProgram.sequence(map, steps, null);
      MapKernel expected = new ReferenceKernel(program);
      MapKernel found = new ManyStepsKernel(program, new ReferenceKernel(program.withOneStep()));
      int time = 1 + random.below(3);
      INDArray[] parameters = random.parameters(map, DataType.DOUBLE);
      INDArray[] initial = null;
      INDArray mask = random.below(2) == 0 ? null : random.mask(DataType.DOUBLE, 3, time);
      for (int call = 0; call < 2; call++) { // the second from the state after the first
        INDArray input = random.normal(DataType.DOUBLE, 3, program.size(program.inputSlot()), time);
        INDArray[] outputs = new INDArray[2];
        for (int k = 0; k < 2; k++) {
          outputs[k] = Nd4j.create(DataType.DOUBLE, 3, program.size(program.outputSlot()), time);
          (k == 0 ? expected : found).forward(parameters, input, mask, initial, outputs[k], false);
        }
        assertClose(outputs[0], outputs[1], seed);
        initial = expected.lastState();
        INDArray[] state = found.lastState();
        for (int slot = 0; slot < state.length; slot++) {
          if (initial[slot] == null) {
            assertNull(state[slot]);
          } else {
            assertClose(initial[slot], state[slot], seed);
            carried++;
          }
        }
      }
    }
    assertTrue(carried > 20, "states compared: " + carried);
  }

  private static void assertClose(INDArray expected, INDArray found, long seed) {
    assertTrue(
        Magnitude.largestDifference(expected, found) <= 1e-12, () -> "seed " + seed + ": " + found);
  }

  private static MapProgram program(int steps) {
    return program(steps, Injection.HOLD);
  }

  private static MapProgram program(int steps, Injection injection) {
    BlockMap map =
        BlockMap.builder()
            .injection(injection)
            .input("x", 1)
            .state("h", 1, Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    return MapProgram.singleToken(map.realize(), steps, null);
  }

  /** h = x + h / 2 settles at 2 x; one step of it gives x. */
  @Test
  void aMillionSteps() {
    DataType type = DataType.FLOAT;
    int steps = 1_000_003;
    MapKernel kernel = KernelSelection.of(program(steps), type);
    assertInstanceOf(ManyStepsKernel.class, kernel);
    INDArray[] parameters = {
      Nd4j.createFromArray(1.0).castTo(type),
      Nd4j.createFromArray(0.5).castTo(type),
      Nd4j.createFromArray(0.0).castTo(type)
    };
    INDArray input = Nd4j.createFromArray(3.0, -1.0).castTo(type).reshape(2, 1, 1);
    INDArray output = Nd4j.create(type, 2, 1, 1);
    kernel.forward(parameters, input, null, null, output, false);
    assertEquals(6, output.getDouble(0), 1e-6);
    assertEquals(-2, output.getDouble(1), 1e-6);
    String message =
        assertThrows(
                IllegalStateException.class,
                () -> kernel.forward(parameters, input, null, null, output, true))
            .getMessage();
    assertTrue(message.contains("K = " + steps) && message.contains("fewer steps"), message);
  }

  /** h = x in the first step, h = h in all others: x, whatever the pieces steps are run in. */
  @Test
  void anImpulseIsThereOnce() {
    DataType type = DataType.FLOAT;
    MapKernel kernel = KernelSelection.of(program(1_000_003, Injection.IMPULSE), type);
    assertInstanceOf(ManyStepsKernel.class, kernel);
    INDArray[] parameters = {
      Nd4j.createFromArray(1f), Nd4j.createFromArray(1f), Nd4j.createFromArray(0f)
    };
    INDArray input = Nd4j.createFromArray(3f, -1f).reshape(2, 1, 1);
    INDArray output = Nd4j.create(type, 2, 1, 1);
    kernel.forward(parameters, input, null, null, output, false);
    assertEquals(3, output.getDouble(0));
    assertEquals(-1, output.getDouble(1));
  }

  @Test
  void fewStepsAreForTheOtherKernels() {
    assertEquals(false, ManyStepsKernel.isFor(program(ManyStepsKernel.MOST_EVALUATIONS)));
    assertEquals(true, ManyStepsKernel.isFor(program(ManyStepsKernel.MOST_EVALUATIONS + 1)));
    KernelMemory million = KernelSelection.memory(program(1_000_000), DataType.FLOAT, 1);
    KernelMemory tenMillion = KernelSelection.memory(program(10_000_000), DataType.FLOAT, 1);
    assertEquals(million, tenMillion);
  }
}
