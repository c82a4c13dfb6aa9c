package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.lanes.CompressedRows;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the memory report states against what a kernel holds after a call. */
class KernelMemoryTest {
  private static final Activation[] ACTIVATIONS = {
    Activation.TANH, Activation.HARDTANH, Activation.SWISH, Activation.SOFTPLUS
  };

  private final LaneKernels kernels = LaneKernelSelection.selected();

  @AfterEach
  void threadsByDefault() {
    System.clearProperty(LaneThreads.PROPERTY);
  }

  private static BlockMap map(double density) {
    return BlockMap.builder()
        .input("x", 150)
        .state("h", 300, Activation.TANH)
        .state("y", 40, Activation.HARDTANH)
        .connect("x", "h", Sparsity.density(density))
        .connect("h", "h", Sparsity.density(density))
        .connect("h", "y", Sparsity.density(0.2))
        .output("y")
        .build();
  }

  /** Bytes held after training on a batch; the way back of the last call is still to come. */
  private static long trained(
      FusedKernel kernel, MapProgram program, int batch, int time, boolean isMasked) {
    INDArray[] parameters = new RandomPrograms(1).parameters(program.realized(), DataType.FLOAT);
    INDArray[] gradients = new INDArray[parameters.length];
    for (int p = 0; p < gradients.length; p++) {
      gradients[p] = parameters[p].like();
    }
    INDArray input = Nd4j.ones(DataType.FLOAT, batch, program.size(program.inputSlot()), time);
    INDArray mask = isMasked ? Nd4j.ones(DataType.FLOAT, batch, time) : null;
    INDArray output = Nd4j.zeros(DataType.FLOAT, batch, program.size(program.outputSlot()), time);
    kernel.forward(parameters, input, mask, null, output, true);
    kernel.backward(output, 0, gradients, input.like());
    kernel.dropTape();
    kernel.forward(parameters, input, mask, null, output, true); // a copy of the input is back
    return kernel.bytes();
  }

  private static long inferred(
      FusedKernel kernel, MapProgram program, int batch, int time, boolean isMasked) {
    INDArray[] parameters = new RandomPrograms(1).parameters(program.realized(), DataType.FLOAT);
    kernel.forward(
        parameters,
        Nd4j.ones(DataType.FLOAT, batch, program.size(program.inputSlot()), time),
        isMasked ? Nd4j.ones(DataType.FLOAT, batch, time) : null,
        null,
        Nd4j.zeros(DataType.FLOAT, batch, program.size(program.outputSlot()), time),
        false);
    return kernel.bytes();
  }

  /** A cell with gates, products and normalisations. */
  private static MapProgram gated(Random random) {
    int units = 1 + random.nextInt(150);
    BlockMap cell =
        random.nextBoolean()
            ? GatedMaps.gravesLstm(units).hiddenSparsity(Sparsity.bernoulli(0.2)).build()
            : GatedMaps.gru(units).inputSparsity(Sparsity.fanIn(1)).build();
    BlockMap whole =
        cell.toBuilder()
            .normalise(cell.slots().get(1).name(), Normalisation.LAYER)
            .build()
            .withInputSize(1 + random.nextInt(100));
    return MapProgram.sequence(whole.realize(), 1 + random.nextInt(2), null);
  }

  /** Slots of some hundred units, connected by blocks of every layout; or a gated cell. */
  private static MapProgram program(Random random) {
    if (random.nextInt(4) == 0) {
      return gated(random);
    }
    Sparsity[] patterns = {
      Sparsity.dense(),
      Sparsity.density(0.7),
      Sparsity.bernoulli(0.2),
      Sparsity.fanIn(1),
      Sparsity.bundles(4, 0.2),
      Sparsity.bundles(7, 0.2)
    };
    int states = 1 + random.nextInt(3);
    BlockMapBuilder map =
        BlockMap.builder().input("x", 1 + random.nextInt(100)).seed(random.nextLong());
    for (int s = 0; s < states; s++) {
      map.state("s" + s, 1 + random.nextInt(200), ACTIVATIONS[random.nextInt(ACTIVATIONS.length)]);
    }
    map.connect("x", "s0", patterns[random.nextInt(patterns.length)]);
    for (int to = 0; to < states; to++) {
      if (to > 0) {
        map.connect("s" + (to - 1), "s" + to, patterns[random.nextInt(patterns.length)]);
      }
      switch (random.nextInt(3)) {
        case 0 -> map.connect("s" + to, "s" + to, Sparsity.diagonal());
        case 1 -> map.connect("s" + to, "s" + to, patterns[random.nextInt(patterns.length)]);
        default -> {
          // nothing
        }
      }
    }
    BlockMap whole = map.output("s" + (states - 1)).build();
    return MapProgram.sequence(whole.realize(), states + random.nextInt(2), null);
  }

  /** Any map, batch, length, mask, number of threads and segment, whatever the vectors' length. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theFootprintIsWhatIsHeld(int threads) {
    System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
    for (int seed = 0; seed < 15; seed++) {
      Random random = new Random(100 * threads + seed);
      MapProgram program = program(random);
      int batch = 1 + random.nextInt(random.nextBoolean() ? 20 : 500);
      int time = 1 + random.nextInt(batch > 100 ? 3 : 30);
      boolean isMasked = random.nextBoolean();
      int segment = random.nextInt(3) * 4;
      long leastShare = random.nextBoolean() ? 0 : WorkDivision.LEAST_SHARE;
      FusedFootprint footprint = new FusedFootprint(program, kernels, segment, leastShare);
      String what = "seed " + seed + ", batch " + batch + ", time " + time + ", segment " + segment;
      FusedKernel training = new FusedKernel(program, kernels, segment, leastShare, Measuring.NONE);
      assertEquals(
          footprint.bytes(batch, time, isMasked, true),
          trained(training, program, batch, time, isMasked),
          what);
      FusedKernel inference =
          new FusedKernel(program, kernels, segment, leastShare, Measuring.NONE);
      assertEquals(
          footprint.bytes(batch, time, isMasked, false),
          inferred(inference, program, batch, time, isMasked),
          what);
    }
  }

  @ParameterizedTest(name = "{0} threads, density {1}, {2} time steps, segments of {3}")
  @CsvSource({
    "1, 0.05, 20, 0",
    "2, 0.05, 20, 0",
    "2, 1, 20, 0",
    "2, 1, 1, 0",
    "2, 0.05, 40, 0",
    "2, 0.05, 40, 6",
    "3, 0.3, 10, 4"
  })
  void theLineMeetsWhatIsHeld(int threads, double density, int time, int segment) {
    System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
    MapProgram program = MapProgram.sequence(map(density).realize(), 2, null);
    KernelMemory stated = FusedMemory.of(program, kernels, segment, WorkDivision.LEAST_SHARE, time);
    int batch = FusedMemory.leastFullBatch(kernels);
    FusedKernel kernel =
        new FusedKernel(program, kernels, segment, WorkDivision.LEAST_SHARE, Measuring.NONE);
    double training =
        (double) Float.BYTES * (stated.fixedTraining() + batch * stated.perExampleTraining());
    assertEquals(1, trained(kernel, program, batch, time, false) / training, 0.01);
    FusedKernel other =
        new FusedKernel(program, kernels, segment, WorkDivision.LEAST_SHARE, Measuring.NONE);
    double inference =
        (double) Float.BYTES * (stated.fixedInference() + batch * stated.perExampleInference());
    assertEquals(1, inferred(other, program, batch, time, false) / inference, 0.01);
  }

  /** Larger batches hold what is stated, but for arrays that are rounded up: those are stated. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void theLineIsNowhereTooLow(int threads) {
    System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      MapProgram program = program(random);
      int time = 1 + random.nextInt(40);
      int segment = random.nextInt(3) * 5;
      long share = WorkDivision.LEAST_SHARE;
      FusedFootprint footprint = new FusedFootprint(program, kernels, segment, share);
      KernelMemory stated = FusedMemory.of(program, kernels, segment, share, time);
      WorkDivision division = new WorkDivision(new FusedPlan(program), kernels, share);
      int least = FusedMemory.leastFullBatch(kernels);
      long roundedUp = 0;
      for (int times = 1; times <= 64; times = FusedMemory.next(times)) {
        int batch = times * least;
        roundedUp =
            Math.max(
                roundedUp,
                footprint.bytes(batch, time, false, true)
                    - footprint.bytesNotRoundedUp(batch, time, false, true));
      }
      for (int times : new int[] {1, 2, 3, 7, 20, 64, 300}) {
        int batch = times * least;
        long line = Float.BYTES * (stated.fixedTraining() + batch * stated.perExampleTraining());
        long held = footprint.bytes(batch, time, false, true);
        String what = "seed " + seed + ", batch " + batch + ", time " + time;
        assertTrue(line >= 0.95 * held, what + ": " + line + " of " + held);
        if (division.threads((long) batch * time) == threads) { // the line is through such calls
          assertTrue(line <= 1.05 * (held + roundedUp), what + ": " + line + " of " + held);
        }
        long inference =
            Float.BYTES * (stated.fixedInference() + batch * stated.perExampleInference());
        assertTrue(inference >= 0.95 * footprint.bytes(batch, time, false, false), what);
      }
      assertTrue(stated.fixedInference() > 0 && stated.perExampleInference() > 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, true", "BFLOAT16, false"})
  void theKernelThatWillRun(DataType type, boolean isFused) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 30)
            .state("h", 400, Activation.TANH)
            .connect("x", "h", Sparsity.density(0.01))
            .connect("h", "h", Sparsity.density(0.01))
            .output("h")
            .build();
    MapProgram program = MapProgram.sequence(map.realize(), 1, null);
    boolean wasFused = KernelSelection.of(program, type) instanceof FusedKernel;
    assertEquals(isFused, wasFused);
    KernelMemory memory = KernelSelection.memory(program, type, 10);
    KernelMemory expected =
        isFused
            ? FusedMemory.of(program, kernels, 0, WorkDivision.LEAST_SHARE, 10)
            : new KernelMemory(400 * 430, 2 * 400, 2 * 400 * 430, 10 * 2 * 400);
    assertEquals(expected, memory);
  }

  /** Gigabytes for each way: told without being there. */
  @Test
  void bytesOfAHugeDenseBlockAreToldWithoutItsArrays() {
    LaneKernels kernels = LaneKernelSelection.selected();
    int units = 40_032; // whole panels of any height
    LaneBlock block = LaneBlock.of(kernels, CompressedRows.dense(units, units), 1, 64, 1);
    long oneWay = (long) Float.BYTES * units * units;
    assertEquals(oneWay, block.bytes());
    block.layOutBackward();
    assertEquals(2 * oneWay, block.bytes());
  }
}
