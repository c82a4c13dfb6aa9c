package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.activations.Formula;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.fused.KernelCase.Run;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The fused kernel in its floating type against the reference in double, on random maps. */
class FusedKernelTest {
  /** As on other machines, by whose vectors alone the loops differ, and without any, fewer. */
  private static final int SEEDS =
      TestMachine.NAME.isEmpty()
              && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
          ? 100
          : 45;

  private static final double BOUND = 200 * Math.ulp(1f);
  private static final Activation[] SMOOTH = {
    Activation.TANH,
    Activation.SIGMOID,
    Activation.SOFTPLUS,
    Activation.ELU,
    Activation.SOFTSIGN,
    Activation.IDENTITY,
    Activation.SWISH,
    Activation.CUBE,
    Activation.SOFTMAX
  };

  @AfterEach
  void threadsByDefault() {
    System.clearProperty(LaneThreads.PROPERTY);
  }

  @Test
  void integersAgreeToTheBit() {
    int exact = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      KernelCase c =
          new KernelCase(seed, true, 40, Activation.HARDTANH, Activation.RELU, Activation.IDENTITY);
      List<INDArray> expected = new Run(new ReferenceKernel(c.program), c, DataType.DOUBLE).all();
      if (!expected.stream().allMatch(Magnitude::isFinite)) {
        continue;
      }
      double largest = Run.largest(expected);
      boolean hasHalves =
          c.program.realized().map().slots().stream().anyMatch(slot -> !slot.isPlain())
              || c.program.realized().blocks().stream().anyMatch(b -> b.fixedValues() != null);
      if (largest > (hasHalves ? 1 << 10 : 1 << 16) || !isCoarse(expected)) {
        continue; // partial sums might be rounded
      }
      List<INDArray> found = new Run(TestMachine.kernel(c.program), c, DataType.FLOAT).all();
      assertEquals(expected.size(), found.size());
      for (int i = 0; i < found.size(); i++) {
        assertArrayEquals(
            expected.get(i).add(0.0).dup('c').data().asDouble(), // without negative zeros
            found.get(i).castTo(DataType.DOUBLE).add(0.0).dup('c').data().asDouble(),
            "seed " + seed + ", array " + i + ", " + c.program.realized().map());
      }
      exact++;
    }
    assertTrue(exact > SEEDS * 2 / 3, "compared " + exact);
  }

  /** Whether halves have been halved a few times at most. */
  private static boolean isCoarse(List<INDArray> arrays) {
    return arrays.stream()
        .flatMapToDouble(array -> Arrays.stream(array.dup('c').data().asDouble()))
        .allMatch(value -> value * 256 == Math.rint(value * 256));
  }

  @Test
  void realNumbersAgreeToRounding() {
    int compared = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      KernelCase c = new KernelCase(1000 + seed, false, 70, SMOOTH);
      compared += assertAgree(c, TestMachine.kernel(c.program), BOUND, "seed " + seed) ? 1 : 0;
    }
    assertTrue(compared > SEEDS * 2 / 3, "compared " + compared);
  }

  /** False if the map blows up, so that there is nothing to compare. */
  private static boolean assertAgree(KernelCase c, MapKernel kernel, double bound, String message) {
    List<INDArray> expected = new Run(new ReferenceKernel(c.program), c, DataType.DOUBLE).all();
    if (!expected.stream().allMatch(Magnitude::isFinite) || Run.largest(expected) >= c.largest()) {
      return false;
    }
    List<INDArray> found = new Run(kernel, c, DataType.FLOAT).all();
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < found.size(); i++) {
      double scale = Math.max(1, Magnitude.largest(expected.get(i)));
      double difference =
          Magnitude.largestDifference(expected.get(i), found.get(i).castTo(DataType.DOUBLE));
      assertTrue(
          difference <= bound * scale,
          () -> message + ": " + difference + " of " + scale + ", " + c.program.realized().map());
    }
    return true;
  }

  /** States that end alike, having begun differently. */
  @Test
  void slotsThatRepeatAnotherBeginWithStatesOfTheirOwn() {
    BlockMap twins =
        BlockMap.builder()
            .input("x", 3)
            .wireWithoutBias("w", 4, Activation.IDENTITY)
            .stateWithoutBias("a", 4, Activation.IDENTITY)
            .stateWithoutBias("b", 4, Activation.IDENTITY)
            .state("y", 4, Activation.TANH)
            .connect("x", "w", Sparsity.dense())
            .connect("w", "a", BlockFunctions.identity())
            .connect("w", "b", BlockFunctions.identity())
            .connect(List.of("a", "b"), "y", BlockFunctions.product())
            .connect("x", "y", Sparsity.dense())
            .output("y")
            .build();
    BlockMap delays =
        BlockMap.builder()
            .input("x", 3)
            .state("s", 4, Activation.TANH)
            .stateWithoutBias("a", 4, Activation.IDENTITY)
            .stateWithoutBias("b", 4, Activation.IDENTITY)
            .state("y", 4, Activation.TANH)
            .connect("x", "s", Sparsity.dense())
            .connect("s", "a", BlockFunctions.identity())
            .connect("a", "b", BlockFunctions.identity())
            .connect("s", "y", Sparsity.dense())
            .connect("a", "y", Sparsity.diagonal())
            .connect("b", "y", Sparsity.diagonal())
            .output("y")
            .build();
    int shared = 0;
    for (BlockMap map : List.of(twins, delays)) {
      for (long seed = 0; seed < 30; seed++) {
        KernelCase c = new KernelCase(new RandomPrograms(seed), map, false, 20);
        assertTrue(assertAgree(c, TestMachine.kernel(c.program), BOUND, "seed " + seed));
        shared += c.initial[1] != null && c.mask == null ? 1 : 0;
      }
    }
    assertTrue(shared > 10, "with states of their own " + shared);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void segmentsComputedAgainChangeNothing(int segment) {
    for (long seed = 0; seed < SEEDS * 2 / 5; seed++) {
      KernelCase c = new KernelCase(2000 + seed, false, 20, Activation.TANH, Activation.SWISH);
      List<INDArray> whole = new Run(TestMachine.kernel(c.program), c, DataType.FLOAT).all();
      if (!whole.stream().allMatch(Magnitude::isFinite) || Run.largest(whole) >= c.largest()) {
        continue;
      }
      List<INDArray> parts =
          new Run(sharing(c.program, segment, WorkDivision.LEAST_SHARE), c, DataType.FLOAT).all();
      for (int i = 0; i < whole.size(); i++) {
        double scale = Math.max(1, Magnitude.largest(whole.get(i)));
        double difference = Magnitude.largestDifference(whole.get(i), parts.get(i));
        assertTrue(difference <= 100 * Math.ulp(1f) * scale, "seed " + seed + " array " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void anyNumberOfThreadsAgreesAndRepeats(int threads) {
    System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
    int compared = 0;
    for (long seed = 0; seed < SEEDS * 2 / 15; seed++) {
      KernelCase c = new KernelCase(3000 + seed, false, 300, SMOOTH);
      FusedKernel kernel = sharing(c.program, 0, 0);
      compared += assertAgree(c, kernel, BOUND, "seed " + seed) ? 1 : 0;
      List<INDArray> once = new Run(kernel, c, DataType.FLOAT).all();
      List<INDArray> again = new Run(kernel, c, DataType.FLOAT).all();
      for (int i = 0; i < once.size(); i++) {
        assertArrayEquals(
            once.get(i).dup('c').data().asFloat(),
            again.get(i).dup('c').data().asFloat(),
            "seed " + seed + " array " + i);
      }
    }
    assertTrue(compared >= SEEDS / 15, "compared " + compared);
  }

  /** One tile cut into units, one part each: the sums are the same ones, to the bit. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void threadsThatShareATileChangeNothing(int threads) {
    int largest = LaneKernelSelection.selected().tileLanes(1);
    for (long seed = 0; seed < SEEDS * 2 / 5; seed++) {
      KernelCase c = new KernelCase(6000 + seed, false, largest, SMOOTH);
      int segment = (int) (seed % 3);
      System.setProperty(LaneThreads.PROPERTY, "1");
      List<INDArray> alone = new Run(sharing(c.program, segment, 0), c, DataType.FLOAT).all();
      System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
      List<INDArray> shared = new Run(sharing(c.program, segment, 0), c, DataType.FLOAT).all();
      for (int i = 0; i < alone.size(); i++) {
        assertArrayEquals(
            alone.get(i).dup('c').data().asFloat(),
            shared.get(i).dup('c').data().asFloat(),
            "seed " + seed + " array " + i + " " + c.program.realized().map());
      }
    }
  }

  private static FusedKernel sharing(MapProgram program, int segment, long leastShare) {
    return new FusedKernel(
        program, LaneKernelSelection.selected(), segment, leastShare, Measuring.NONE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Activation.class,
      names = {
        "IDENTITY",
        "TANH",
        "SIGMOID",
        "RELU",
        "LEAKYRELU",
        "ELU",
        "SELU",
        "HARDTANH",
        "HARDSIGMOID",
        "SOFTSIGN",
        "SOFTPLUS",
        "CUBE",
        "RATIONALTANH",
        "RECTIFIEDTANH",
        "SWISH",
        "MISH",
        "GELU",
        "RELU6",
        "SOFTMAX",
        "THRESHOLDEDRELU"
      })
  void everyActivation(Activation activation) {
    boolean isRough = Formula.isRoughInNd4j(activation.getActivationFunction());
    double bound = isRough ? Math.max(BOUND, 1e-6) : BOUND;
    int compared = 0;
    for (long seed = 0; seed < SEEDS * 2 / 25; seed++) {
      KernelCase c = new KernelCase(4000 + seed, false, 40, activation);
      compared +=
          assertAgree(c, TestMachine.kernel(c.program), bound, activation + ", seed " + seed)
              ? 1
              : 0;
    }
    assertTrue(compared >= SEEDS / 40, "compared " + compared);
  }

  /** Blocks of every layout: dense, nearly dense, sparse with panels, sparse without, diagonal. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.6, 0.1, 0.005})
  void largeBlocks(double density) {
    RandomPrograms random = new RandomPrograms(8);
    BlockMap map =
        BlockMap.builder()
            .input("x", 150)
            .state("h", 1030, Activation.TANH)
            .state("y", 7, Activation.IDENTITY)
            .connect("x", "h", Sparsity.density(density))
            .connect("h", "h", Sparsity.density(density))
            .connect("h", "y", Sparsity.density(Math.max(density, 0.05)))
            .connect("y", "y", Sparsity.diagonal())
            .output("y")
            .build();
    MapProgram program = MapProgram.sequence(map.realize(), 2, null);
    INDArray[] parameters = random.parameters(program.realized(), DataType.DOUBLE);
    for (INDArray parameter : parameters) {
      parameter.muli(0.05);
    }
    for (int batch : new int[] {3, 128}) {
      INDArray input = random.normal(DataType.DOUBLE, batch, 150, 3);
      INDArray epsilon = random.normal(DataType.DOUBLE, batch, 7, 3);
      INDArray[][] found = new INDArray[2][];
      MapKernel[] kernels = {new ReferenceKernel(program), TestMachine.kernel(program)};
      for (int k = 0; k < 2; k++) {
        DataType type = k == 0 ? DataType.DOUBLE : DataType.FLOAT;
        INDArray[] cast = new INDArray[parameters.length];
        INDArray[] gradients = new INDArray[parameters.length];
        for (int p = 0; p < cast.length; p++) {
          cast[p] = parameters[p].castTo(type);
          gradients[p] = cast[p].like();
        }
        INDArray output = Nd4j.create(type, epsilon.shape());
        INDArray inputGradient = Nd4j.create(type, input.shape());
        kernels[k].forward(cast, input.castTo(type), null, null, output, true);
        kernels[k].backward(epsilon.castTo(type), 0, gradients, inputGradient);
        List<INDArray> all = new ArrayList<>(List.of(output, inputGradient));
        all.addAll(List.of(gradients));
        found[k] = all.toArray(INDArray[]::new);
      }
      for (int i = 0; i < found[0].length; i++) {
        double scale = Math.max(1, Magnitude.largest(found[0][i]));
        INDArray difference = found[0][i].sub(found[1][i].castTo(DataType.DOUBLE));
        assertTrue(
            Magnitude.largest(difference) < 1000 * Math.ulp(1f) * scale,
            "batch " + batch + " array " + i);
      }
    }
  }

  @Test
  void arraysOfAnyOrderAndTypeAndViews() {
    KernelCase c = new KernelCase(5, false, 30, Activation.TANH);
    INDArray[] parameters = new INDArray[c.parameters.length];
    for (int p = 0; p < parameters.length; p++) {
      parameters[p] = c.parameters[p].castTo(DataType.FLOAT);
    }
    INDArray plain = Nd4j.create(DataType.FLOAT, c.outputGradient.shape(), 'f');
    FusedKernel kernel = TestMachine.kernel(c.program);
    INDArray input = c.input.castTo(DataType.FLOAT);
    kernel.forward(parameters, input.dup('f'), c.mask, null, plain, false);
    long[] shape = plain.shape();
    INDArray room = Nd4j.create(DataType.FLOAT, shape[2] + 1, shape[1], shape[0]);
    INDArray view =
        room.get(
                org.nd4j.linalg.indexing.NDArrayIndex.interval(1, shape[2] + 1),
                org.nd4j.linalg.indexing.NDArrayIndex.all(),
                org.nd4j.linalg.indexing.NDArrayIndex.all())
            .permute(2, 1, 0);
    kernel.forward(parameters, input.dup('c'), c.mask, null, view, false);
    assertEquals(plain, view.dup('f'));
    INDArray doubles = Nd4j.create(DataType.DOUBLE, shape);
    kernel.forward(parameters, c.input, c.mask, null, doubles, false);
    assertEquals(plain, doubles.castTo(DataType.FLOAT).dup('f'));
  }

  @Test
  void inferenceLeavesTheTapeAlone() {
    KernelCase c = new KernelCase(7, false, 30, Activation.TANH);
    FusedKernel kernel = TestMachine.kernel(c.program);
    assertThrows(IllegalStateException.class, kernel::lastState);
    assertThrows(IllegalStateException.class, kernel::stateGradient);
    Run expected = new Run(kernel, c, DataType.FLOAT);
    assertFalse(kernel.hasTape());
    INDArray[] parameters = new INDArray[c.parameters.length];
    INDArray[] others = new INDArray[c.parameters.length];
    INDArray[] gradients = new INDArray[c.parameters.length];
    for (int p = 0; p < parameters.length; p++) {
      parameters[p] = c.parameters[p].castTo(DataType.FLOAT);
      others[p] = parameters[p].mul(3);
      gradients[p] = parameters[p].like();
    }
    INDArray[] initial = Run.cast(c.initial, DataType.FLOAT);
    INDArray input = c.input.castTo(DataType.FLOAT);
    INDArray output = Nd4j.create(DataType.FLOAT, c.outputGradient.shape());
    kernel.forward(parameters, input, c.mask, initial, output, true);
    kernel.forward(others, input.mul(2), c.mask, null, output, false);
    assertTrue(kernel.hasTape());
    INDArray inputGradient = Nd4j.create(DataType.FLOAT, input.shape());
    INDArray[] lastGradient = Run.cast(c.lastGradient, DataType.FLOAT);
    INDArray outputGradient = c.outputGradient.castTo(DataType.FLOAT);
    kernel.backward(outputGradient, lastGradient, c.first, gradients, inputGradient);
    assertEquals(expected.inputGradient, inputGradient);
    for (int p = 0; p < gradients.length; p++) {
      assertEquals(expected.gradients[p], gradients[p]);
    }
    kernel.dropTape();
    assertThrows(
        IllegalStateException.class, () -> kernel.backward(output, 0, gradients, inputGradient));
  }

  @Test
  void wideSlotsWithFewEntries() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 60_000)
            .state("h", 60_000, new ActivationTanH())
            .connect("x", "h", Sparsity.entries(900))
            .output("h")
            .build();
    MapProgram program = MapProgram.singleToken(map.realize(), 1, null);
    WeightMask mask = program.realized().blocks().get(0).mask();
    INDArray[] parameters = {Nd4j.ones(DataType.FLOAT, 900), Nd4j.zeros(DataType.FLOAT, 60_000)};
    INDArray output = Nd4j.create(DataType.FLOAT, 2, 60_000, 1);
    TestMachine.kernel(program)
        .forward(parameters, Nd4j.ones(DataType.FLOAT, 2, 60_000, 1), null, null, output, false);
    float[] expected = new float[60_000];
    for (int to = 0; to < expected.length; to++) {
      expected[to] = (float) Math.tanh(mask.targetStart(to + 1) - mask.targetStart(to));
    }
    for (int example = 0; example < 2; example++) {
      INDArray row = output.slice(example).reshape(60_000);
      assertArrayEquals(expected, row.dup().data().asFloat(), 1e-6f);
    }
  }
}
