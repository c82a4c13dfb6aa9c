package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.fused.doubles.ScalarProvider;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * On the emulated driver, FLOAT against the reference kernel in DOUBLE, DOUBLE against the fused
 * kernel.
 */
class CudaKernelTest {
  private static final Activation[] ACTIVATIONS = {
    Activation.TANH,
    Activation.SIGMOID,
    Activation.SOFTPLUS,
    Activation.ELU,
    Activation.SELU,
    Activation.SOFTSIGN,
    Activation.IDENTITY,
    Activation.RELU,
    Activation.LEAKYRELU,
    Activation.HARDTANH,
    Activation.HARDSIGMOID,
    Activation.RECTIFIEDTANH,
    Activation.RATIONALTANH,
    Activation.GELU,
    Activation.MISH,
    Activation.SWISH,
    Activation.RELU6
  };
  // Bounded: products and K steps would make others as large as they like.
  private static final Activation[] BOUNDED = {
    Activation.TANH, Activation.SIGMOID, Activation.SOFTSIGN
  };
  private static final double FLOAT = 2e-5;
  private static final double DOUBLE = 1e-11;

  private CudaDevice device;

  @BeforeEach
  void open() throws UnavailableException {
    EmulatedDriver.use();
    device = CudaDevices.open().next();
  }

  @AfterEach
  void reset() {
    EmulatedDriver.reset();
  }

  /** A program with data, all from a seed. */
  static final class Case {
    final String name;
    final MapProgram program;
    final INDArray[] parameters;
    final INDArray input;
    final INDArray mask;
    final INDArray[] initial;
    final INDArray outputGradient;
    final INDArray[] lastStateGradient;
    final int first;
    final CudaDivision division;
    final int segment;

    Case(long seed) {
      this(seed, 0);
    }

    /** With as many time steps, or for 0 with some. */
    Case(long seed, int timeSteps) {
      this(seed, timeSteps, null);
    }

    /** With another map than that of the seed. */
    Case(long seed, BlockMap map) {
      this(seed, 0, map);
    }

    private Case(long seed, int timeSteps, BlockMap given) {
      RandomPrograms random = new RandomPrograms(seed);
      RealizedMap map = (given == null ? map(seed, random) : given).realize();
      int batch = 1 + random.below(40);
      int some = 1 + random.below(4);
      int time = timeSteps == 0 ? some : timeSteps;
      program = MapProgram.sequence(map, 1 + random.below(3), null);
      parameters = random.parameters(map, DataType.DOUBLE);
      for (INDArray parameter : parameters) {
        parameter.muli(seed % 10 == 0 ? 0.1 : 0.5);
      }
      input = random.normal(DataType.DOUBLE, batch, map.map().input().size(), time);
      mask = random.below(2) == 0 ? null : random.mask(DataType.FLOAT, batch, time);
      outputGradient = random.normal(DataType.DOUBLE, batch, map.map().output().size(), time);
      initial = states(random, batch);
      lastStateGradient = random.below(2) == 0 ? null : states(random, batch);
      first = random.below(3) == 0 ? random.below(time) : 0;
      division =
          new CudaDivision(4 << random.below(4), 1 + random.below(3), 32 * (1 + random.below(3)));
      segment = random.below(2) == 0 ? 0 : 1 + random.below(3);
      name = "seed " + seed + ", segment " + segment + ", " + division + ", " + map.map();
    }

    private static BlockMap map(long seed, RandomPrograms random) {
      return seed % 10 == 0
          ? wide(seed)
          : seed % 2 == 0 ? random.map(ACTIVATIONS) : random.gatedMap(true, BOUNDED);
    }

    private INDArray[] states(RandomPrograms random, int batch) {
      INDArray[] states = new INDArray[program.slots().size()];
      for (int slot : program.schedule().carried()) {
        if (random.below(3) > 0) {
          states[slot] = random.normal(DataType.DOUBLE, batch, program.size(slot));
        }
      }
      return states;
    }

    /** Rows of more entries than a warp takes at once, slots of more units than a panel. */
    private static BlockMap wide(long seed) {
      return BlockMap.builder()
          .input("x", 50)
          .state("h", 90, Activation.TANH)
          .state("y", 7, Activation.SIGMOID)
          .connect("x", "h", Sparsity.dense())
          .connect("h", "h", Sparsity.density(0.5))
          .connect("h", "y", Sparsity.dense())
          .connect("y", "h", Sparsity.density(0.3))
          .output("y")
          .seed(seed)
          .build();
    }

    INDArray output(MapKernel kernel, DataType type, boolean training) {
      INDArray output = Nd4j.create(type, outputGradient.shape());
      kernel.forward(
          cast(parameters, type), input.castTo(type), mask, cast(initial, type), output, training);
      return output;
    }

    /** Output, gradients and states of a training call. */
    List<INDArray> run(MapKernel kernel, DataType type) {
      List<INDArray> all = new ArrayList<>(List.of(output(kernel, type, true)));
      all.addAll(gradients(kernel, type));
      addStates(kernel.lastState(), all);
      return all;
    }

    List<INDArray> gradients(MapKernel kernel, DataType type) {
      INDArray[] gradients = new INDArray[parameters.length];
      for (int p = 0; p < gradients.length; p++) {
        gradients[p] = Nd4j.create(type, parameters[p].length());
      }
      INDArray inputGradient = Nd4j.create(type, input.shape());
      kernel.backward(
          outputGradient.castTo(type),
          lastStateGradient == null ? null : cast(lastStateGradient, type),
          first,
          gradients,
          inputGradient);
      List<INDArray> all = new ArrayList<>(List.of(inputGradient));
      all.addAll(List.of(gradients));
      addStates(kernel.stateGradient(), all);
      return all;
    }

    /** Null means zeros. */
    private void addStates(INDArray[] states, List<INDArray> all) {
      for (int slot : program.schedule().carried()) {
        boolean isThere = states[slot] != null;
        all.add(isThere ? states[slot] : Nd4j.zeros(input.size(0), program.size(slot)));
      }
    }

    private static INDArray[] cast(INDArray[] arrays, DataType type) {
      INDArray[] cast = new INDArray[arrays.length];
      for (int i = 0; i < cast.length; i++) {
        cast[i] = arrays[i] == null ? null : arrays[i].castTo(type);
      }
      return cast;
    }
  }

  static long[] seeds() {
    long[] seeds = new long[100];
    for (int i = 0; i < seeds.length; i++) {
      seeds[i] = i;
    }
    return seeds;
  }

  private CudaKernel kernel(Case of) {
    return kernel(of, Precision.FLOAT);
  }

  private CudaKernel kernel(Case of, Precision precision) {
    return new CudaKernel(
        of.program, precision, device, (batch, largest, resident) -> of.division, of.segment);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void numbersAreTheReferences(long seed) {
    Case of = new Case(seed);
    List<INDArray> expected = of.run(new ReferenceKernel(of.program), DataType.DOUBLE);
    assertClose(expected, of.run(kernel(of), DataType.FLOAT), of.name);
    // ND4J has constants of some activations in 32 bits, also for doubles.
    MapKernel fused = new ScalarProvider().make(of.program, DataType.DOUBLE);
    assertClose(
        of.run(fused, DataType.DOUBLE),
        of.run(kernel(of, Precision.DOUBLE), DataType.DOUBLE),
        DOUBLE,
        of.name);
  }

  private static void assertClose(List<INDArray> expected, List<INDArray> found, String name) {
    assertClose(expected, found, FLOAT, name);
  }

  private static void assertClose(
      List<INDArray> expected, List<INDArray> found, double tolerance, String name) {
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < expected.size(); i++) {
      INDArray one = expected.get(i);
      double scale = Math.max(1, Magnitude.largest(one));
      double apart = Magnitude.largestDifference(one, found.get(i).castTo(DataType.DOUBLE));
      int index = i;
      assertTrue(
          apart / scale < tolerance,
          () -> "array " + index + ": " + apart + " of " + scale + ", " + name);
    }
  }

  /** Every row has one writer and one order of sums. */
  @Test
  void resultsRepeatBitForBit() {
    for (long seed : new long[] {0, 3, 7}) {
      Case of = new Case(seed);
      CudaKernel kernel = kernel(of);
      List<INDArray> once = of.run(kernel, DataType.FLOAT);
      List<INDArray> again = of.run(kernel, DataType.FLOAT);
      for (int i = 0; i < once.size(); i++) {
        assertEquals(0, Magnitude.largestDifference(once.get(i), again.get(i)), of.name);
      }
    }
  }

  @Test
  void theTapeStaysUntilItIsDropped() {
    Case of = new Case(10);
    CudaKernel kernel = kernel(of);
    of.output(kernel, DataType.FLOAT, true);
    List<INDArray> once = of.gradients(kernel, DataType.FLOAT);
    of.output(kernel, DataType.FLOAT, false); // between
    assertTrue(kernel.hasTape());
    assertClose(once, of.gradients(kernel, DataType.FLOAT), of.name);
    kernel.dropTape();
    assertFalse(kernel.hasTape());
    assertThrows(IllegalStateException.class, () -> of.gradients(kernel, DataType.FLOAT));
    assertThrows(IllegalStateException.class, kernel(of)::lastState);
  }

  /** The gradient of the state alone is what it is beside the others. */
  @Test
  void theStatesGradientAlone() {
    Case of = new Case(10);
    CudaKernel kernel = kernel(of);
    of.output(kernel, DataType.FLOAT, true);
    List<INDArray> whole = of.gradients(kernel, DataType.FLOAT);
    List<INDArray> states = whole.subList(1 + of.parameters.length, whole.size());
    kernel.backward(
        of.outputGradient.castTo(DataType.FLOAT),
        of.lastStateGradient == null ? null : Case.cast(of.lastStateGradient, DataType.FLOAT),
        of.first,
        null,
        null);
    List<INDArray> alone = new ArrayList<>();
    of.addStates(kernel.stateGradient(), alone);
    assertFalse(states.isEmpty());
    assertClose(states, alone, of.name);
    assertClose(whole, of.gradients(kernel, DataType.FLOAT), of.name);
  }

  /** More cells that do not wait for each other than a phase has room for. */
  @Test
  void manyCellsAtATime() {
    BlockMapBuilder builder = BlockMap.builder().input("x", 3).state("y", 2, Activation.TANH);
    for (int i = 0; i < 70; i++) {
      String slot = "s" + i;
      builder.state(slot, 1 + i % 3, Activation.TANH);
      builder.connect("x", slot, Sparsity.dense()).connect(slot, "y", Sparsity.dense());
    }
    Case of = new Case(4, builder.output("y").build());
    assertClose(
        of.run(new ReferenceKernel(of.program), DataType.DOUBLE),
        of.run(kernel(of), DataType.FLOAT),
        of.name);
  }

  /** The device as it divides its calls itself. */
  @Test
  void usualDivision() {
    for (long seed : new long[] {0, 1, 2, 20}) {
      Case of = new Case(seed);
      CudaKernel kernel =
          new CudaKernel(of.program, Precision.FLOAT, device, CudaDivision::usual, 0);
      assertClose(
          of.run(new ReferenceKernel(of.program), DataType.DOUBLE),
          of.run(kernel, DataType.FLOAT),
          of.name);
    }
  }

  @Test
  void nothingLeaks() throws InterruptedException {
    Case of = new Case(3);
    CudaKernel kernel = kernel(of);
    of.run(kernel, DataType.FLOAT);
    DeviceStreamTest.settle(); // without the kernels of other tests
    long allocations = EmulatedDriver.get("allocations");
    for (int i = 0; i < 50; i++) {
      of.run(kernel, DataType.FLOAT);
    }
    assertEquals(allocations, EmulatedDriver.get("allocations"));
    kernel.rest();
    of.run(kernel, DataType.FLOAT);
    // If the garbage collector came in between, what it took is freed a little later.
    for (int i = 0; i < 100 && EmulatedDriver.get("allocations") > allocations; i++) {
      Thread.sleep(20);
    }
    assertEquals(allocations, EmulatedDriver.get("allocations"), "made anew after a rest");
  }

  /** One unit that reads the input and itself. */
  private static MapProgram oneUnit(Activation activation) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .state("h", 1, activation)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    return MapProgram.sequence(map.realize(), 1, null);
  }

  /** More time steps than a grid has rows of blocks. */
  @Test
  void longSequences() {
    MapProgram program = oneUnit(Activation.TANH);
    CudaDivision division = new CudaDivision(4, 1, 32);
    CudaKernel kernel =
        new CudaKernel(program, Precision.FLOAT, device, (batch, largest, resident) -> division, 0);
    int time = 70_000;
    INDArray output = Nd4j.create(DataType.FLOAT, new long[] {1, 1, time}, 'f');
    INDArray[] parameters = {Nd4j.create(1).addi(0.5), Nd4j.create(1).addi(0.5), Nd4j.create(1)};
    INDArray input = Nd4j.ones(DataType.FLOAT, 1, 1, time);
    kernel.forward(parameters, input, null, null, output, false);
    double fixed = output.getDouble(0, 0, time - 1);
    assertEquals(Math.tanh(0.5 + 0.5 * fixed), fixed, 1e-6);
  }

  /** What is computed beside the batch must not overflow where the batch does not. */
  @Test
  void paddedSamplesAreAsFiniteAsTheBatch() {
    MapProgram program = oneUnit(Activation.RELU);
    CudaKernel kernel =
        new CudaKernel(
            program,
            Precision.FLOAT,
            device,
            (batch, largest, resident) -> new CudaDivision(16, 1, 32),
            0);
    int time = 300;
    INDArray[] parameters = {Nd4j.ones(1), Nd4j.ones(1).muli(2), Nd4j.ones(1)};
    INDArray input = Nd4j.ones(DataType.FLOAT, 5, 1, time).muli(-2); // h stays at 0
    INDArray output = Nd4j.create(DataType.FLOAT, new long[] {5, 1, time}, 'f');
    kernel.forward(parameters, input, null, null, output, true);
    INDArray[] gradients = {Nd4j.create(1), Nd4j.create(1), Nd4j.create(1)};
    kernel.backward(Nd4j.onesLike(output), 0, gradients, input.like());
    for (INDArray gradient : gradients) {
      assertTrue(Magnitude.isFinite(gradient), gradient::toString);
    }
  }

  @Test
  void aLostDeviceIsAnError() {
    Case of = new Case(10);
    CudaKernel kernel = kernel(of);
    EmulatedDriver.set("failLaunch", 3);
    String message =
        assertThrows(IllegalStateException.class, () -> of.run(kernel, DataType.FLOAT))
            .getMessage();
    assertTrue(message.startsWith("CUDA: "), message);
    assertTrue(message.contains("CUDA_ERROR_LAUNCH_FAILED"), message);
    assertFalse(kernel.hasTape());
  }

  @Test
  void tooLittleMemoryIsSaid() {
    Case of = new Case(10);
    CudaKernel kernel = kernel(of);
    EmulatedDriver.set("memory", 1);
    String message =
        assertThrows(IllegalStateException.class, () -> of.run(kernel, DataType.FLOAT))
            .getMessage();
    assertTrue(message.contains("bytes free on"), message);
    assertTrue(message.contains("smaller batch"), message);
    EmulatedDriver.set("reset", 0);
    of.run(kernel, DataType.FLOAT);
  }
}
