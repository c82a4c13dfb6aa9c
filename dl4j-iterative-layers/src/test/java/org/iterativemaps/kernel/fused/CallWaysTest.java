package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.MeasuredChoice;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.WrongPropertyException;
import org.iterativemaps.kernel.fused.CallWays.Way;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Which ways there are to run a call, and a kernel that measures them. */
class CallWaysTest {
  private static final LaneKernels KERNELS = LaneKernelSelection.selected();
  private static final double LEAST_DENSE = KERNELS.leastDenseDensity(true);
  private static final int UNITS = 120;
  private static final long SECOND = 1_000_000_000;

  @BeforeEach
  void twoThreads() {
    System.setProperty(LaneThreads.PROPERTY, "2");
  }

  @AfterEach
  void propertiesByDefault() {
    System.clearProperty(LaneThreads.PROPERTY);
    System.clearProperty(Measuring.PROPERTY);
  }

  private static MapProgram program(double density) {
    BlockMap map =
        BlockMap.builder()
            .input("x", UNITS)
            .state("y", UNITS, Activation.TANH)
            .connect("x", "y", Sparsity.density(density))
            .output("y")
            .build();
    return MapProgram.sequence(map.realize(), 1, null);
  }

  /** All that a kernel tries for calls of one time step, if every other is slower. */
  private static List<Way> ways(double density, long leastShare, int batch) {
    MapProgram program = program(density);
    WorkDivision division = new WorkDivision(new FusedPlan(program), KERNELS, leastShare);
    MeasuredChoice<Way> choice =
        new CallWays(program, KERNELS, division, Measuring.ALL).of(batch, 1, false, true);
    Way first = choice.next();
    Set<Way> seen = new LinkedHashSet<>();
    while (!choice.isMade()) {
      seen.add(choice.next());
      choice.took((choice.next() == first ? 2 : 3) * SECOND);
    }
    seen.add(choice.next());
    assertEquals(first, choice.next());
    assertEquals(1, seen.stream().filter(first::equals).count());
    return List.copyOf(seen);
  }

  @Test
  void whereTheRulesAreSureThereIsOneWay() {
    // 9 * 1000 multiply-adds make a second thread worth while.
    int few = (int) (9 * 1000 / (0.1 * UNITS * UNITS) / 4);
    assertEquals(List.of(new Way(1, LEAST_DENSE)), ways(0.1, 1000, few));
    assertEquals(List.of(new Way(2, LEAST_DENSE)), ways(0.1, 1000, 100 * few));
  }

  @Test
  void aThreadMoreOrLessIsTriedNearTheLeastWork() {
    int enough = (int) (2 * 9 * 1000 / (0.1 * UNITS * UNITS)) + 1;
    assertEquals(
        List.of(new Way(2, LEAST_DENSE), new Way(1, LEAST_DENSE)), ways(0.1, 1000, enough));
    assertEquals(
        List.of(new Way(1, LEAST_DENSE), new Way(2, LEAST_DENSE)), ways(0.1, 1000, enough / 2));
  }

  @Test
  void blocksNearTheLeastDenseDensityAreTriedBothWays() {
    long sure = Long.MAX_VALUE / 100; // one thread, of which the rules are sure
    List<Way> below = ways(0.9 * LEAST_DENSE, sure, 8);
    assertEquals(2, below.size());
    assertTrue(below.get(1).leastDenseDensity() < 0.9 * LEAST_DENSE);
    List<Way> above = ways(Math.min(1, 1.1 * LEAST_DENSE), sure, 8);
    assertEquals(2, above.size());
    assertTrue(above.get(1).leastDenseDensity() > Math.min(1, 1.1 * LEAST_DENSE));
    assertEquals(1, ways(0.5 * LEAST_DENSE, sure, 8).size());
  }

  /** A vector of samples is multiplied once by every weight: nothing is gained by packing them. */
  @Test
  void weightsThatAreReadOnceStayAsTheyAre() {
    int vector = KERNELS.vectorLanes();
    assertTrue(inference(1, vector, 1) > 1);
    assertEquals(KERNELS.leastDenseDensity(false), inference(1, vector + 1, 1));
    assertEquals(KERNELS.leastDenseDensity(false), inference(1, vector, 2));
    assertEquals(KERNELS.leastDenseDensity(false), inference(2, vector, 1));
  }

  /** From which density on blocks are dense to an inference call. */
  private static double inference(int steps, int batch, int time) {
    BlockMap map =
        BlockMap.builder()
            .input("x", UNITS)
            .state("y", UNITS, Activation.TANH)
            .connect("x", "y", Sparsity.dense())
            .connect("y", "y", Sparsity.dense())
            .output("y")
            .build();
    MapProgram program = MapProgram.sequence(map.realize(), steps, null);
    WorkDivision division = new WorkDivision(new FusedPlan(program), KERNELS, Long.MAX_VALUE / 100);
    return new CallWays(program, KERNELS, division, Measuring.NONE)
        .of(batch, time, false, false)
        .next()
        .leastDenseDensity();
  }

  @ParameterizedTest
  @CsvSource({"NONE,false,false", "INFERENCE,true,false", "ALL,true,true"})
  void propertySaysWhatIsMeasured(Measuring value, boolean inference, boolean training) {
    System.setProperty(Measuring.PROPERTY, value.name().toLowerCase(Locale.ROOT));
    assertEquals(value, Measuring.fromProperty());
    MapProgram program = program(0.9 * LEAST_DENSE);
    WorkDivision division = new WorkDivision(new FusedPlan(program), KERNELS, 2000);
    CallWays ways = new CallWays(program, KERNELS, division, value);
    assertEquals(inference, !ways.of(8, 2, false, false).isMade());
    assertEquals(training, !ways.of(8, 2, false, true).isMade());
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "training", "ALL"})
  void anyOtherPropertyIsRefused(String value) {
    System.setProperty(Measuring.PROPERTY, value);
    String message =
        assertThrows(WrongPropertyException.class, Measuring::fromProperty).getMessage();
    assertTrue(message.contains(Measuring.PROPERTY), message);
    assertTrue(message.contains("none, inference or all"), message);
  }

  @Test
  void withoutThePropertyTrainingIsAsTheRulesSay() {
    assertEquals(Measuring.INFERENCE, Measuring.fromProperty());
    assertFalse(Measuring.INFERENCE.isFor(true));
  }

  /** Whatever is chosen, and while it is: outputs and gradients are the reference's. */
  @Test
  void resultsDoNotDependOnTheChoice() {
    MapProgram program = program(0.9 * LEAST_DENSE);
    FusedKernel kernel = new FusedKernel(program, KERNELS, 0, 500, Measuring.ALL);
    ReferenceKernel reference = new ReferenceKernel(program);
    RandomPrograms random = new RandomPrograms(7);
    int batch = 5;
    INDArray[] parameters = random.parameters(program.realized(), DataType.FLOAT);
    INDArray input = random.normal(DataType.FLOAT, batch, UNITS, 1);
    INDArray epsilon = random.normal(DataType.FLOAT, batch, UNITS, 1);
    INDArray[] expected = all(reference, parameters, input, epsilon);
    MeasuredChoice<Way> choice = kernel.ways.of(batch, 1, false, true);
    Set<Way> seen = new HashSet<>();
    for (int call = 0; call < 50; call++) {
      if (call < 30) { // the first way ends its warm-up, and others are tried
        choice.took(2 * SECOND);
      }
      seen.add(choice.next());
      INDArray[] found = all(kernel, parameters, input, epsilon);
      for (int i = 0; i < expected.length; i++) {
        double error = Magnitude.largestDifference(expected[i], found[i]);
        assertTrue(error < 1e4 * Math.ulp(1f), "call " + call + ", array " + i + ": " + error);
      }
    }
    assertTrue(seen.size() > 1, seen.toString());
  }

  private static INDArray[] all(
      MapKernel kernel, INDArray[] parameters, INDArray input, INDArray epsilon) {
    INDArray output = Nd4j.zeros(DataType.FLOAT, epsilon.shape());
    INDArray inputGradient = Nd4j.zeros(DataType.FLOAT, input.shape());
    INDArray[] all = new INDArray[parameters.length + 2];
    INDArray[] gradients = new INDArray[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      gradients[i] = all[i] = Nd4j.zeros(DataType.FLOAT, parameters[i].shape());
    }
    kernel.forward(parameters, input, null, null, output, true);
    kernel.backward(epsilon, null, 0, gradients, inputGradient);
    all[parameters.length] = output;
    all[parameters.length + 1] = inputGradient;
    return all;
  }

  /** A layout that lost is not kept. */
  @Test
  void onlyTheChosenLayoutIsKept() {
    MapProgram program = program(0.9 * LEAST_DENSE);
    FusedBlocks blocks = new FusedBlocks(program, KERNELS);
    LaneBlock[] sparse =
        blocks.laidOut(new FusedBlocks.Shape(LEAST_DENSE, KERNELS.tileLanes(1), 1));
    blocks.layOutBackward(sparse);
    long alone = blocks.bytes();
    LaneBlock[] dense =
        blocks.laidOut(new FusedBlocks.Shape(LEAST_DENSE / 2, KERNELS.tileLanes(1), 1));
    blocks.layOutBackward(dense);
    assertTrue(blocks.bytes() > alone);
    blocks.keepOnly(Arrays.asList(sparse, null));
    assertEquals(alone, blocks.bytes());
    assertEquals(
        sparse, blocks.laidOut(new FusedBlocks.Shape(LEAST_DENSE, KERNELS.tileLanes(1), 1)));
  }
}
