package org.iterativemaps.layers;

import static org.iterativemaps.iterate.Iteration.untilSettled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.iterate.Start;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.kernel.settle.NotSettledException;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Layers and the vertex whose maps go on until they have settled. */
class EquilibriumTest {
  private static final UntilSettled FINE = untilSettled(1e-12).absolute().atMost(300);

  /** A hidden slot that feeds itself, and a read-out that is not part of what settles. */
  private static BlockMap map() {
    return BlockMap.builder()
        .input("x", 3)
        .state("h", 7, Activation.TANH)
        .state("y", 6, Activation.SIGMOID)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.density(0.5))
        .connect("h", "y", Sparsity.dense())
        .output("y")
        .build();
  }

  private static IterativeMapLayer.Builder single(UntilSettled until) {
    return new IterativeMapLayer.Builder()
        .nIn(3)
        .nOut(6)
        .density(0.6)
        .activation(Activation.TANH)
        .weightInit("h", "h", WeightValues.spectralRadius(0.7))
        .steps(until);
  }

  private static MultiLayerNetwork network(Layer layer) {
    return Networks.feedForward(Networks.conf(DataType.DOUBLE), layer, 6);
  }

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static RunningMap running(MultiLayerNetwork network) {
    return (RunningMap) network.getLayer(0);
  }

  static List<UntilSettled> kinds() {
    return List.of(
        FINE,
        FINE.solver(Solver.picard()),
        FINE.solver(Solver.broyden(10)),
        FINE.solver(Solver.damped(0.7)).gradient(LoopGradient.unrolled()),
        FINE.gradient(LoopGradient.implicit(Solver.anderson(4, 0.9), 1e-13, 200)),
        FINE.gradient(LoopGradient.phantom(80, 0.9)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void gradientsAreRight(UntilSettled until) {
    INDArray input = Networks.normal(1, 4, 3);
    INDArray labels = Networks.oneHot(2, 4, 3);
    assertTrue(check(network(single(until).build()), input, labels, null));
    Layer general =
        new IterativeMapLayer.Builder()
            .map(map())
            .weightInit("h", "h", WeightValues.spectralRadius(0.6)) // phantom steps are a series
            .steps(until)
            .build();
    assertTrue(check(network(general), input, labels, null), "with a read-out");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void gradientsOfSequencesAreRight(UntilSettled until) {
    Layer layer = new IterativeMapRecurrentLayer.Builder().map(map()).steps(until).build();
    MultiLayerNetwork network = Networks.recurrent(Networks.conf(DataType.DOUBLE), layer, 6);
    INDArray input = Networks.normal(1, 3, 3, 4);
    INDArray labels = Networks.oneHotSequence(2, 3, 3, 4);
    assertTrue(check(network, input, labels, null));
    assertTrue(check(network, input, labels, Networks.raggedMask(3, 4)), "masked");
  }

  private static boolean check(
      MultiLayerNetwork network, INDArray input, INDArray labels, INDArray mask) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.MLNConfig()
            .net(network)
            .input(input)
            .labels(labels)
            .inputMask(mask)
            .labelMask(mask)
            .epsilon(1e-6)
            .maxRelError(1e-4)
            .minAbsoluteError(1e-8)
            .print(GradientCheckUtil.PrintMode.ZEROS)
            .exitOnFirstError(true));
  }

  @Test
  void manyStepsGiveTheSameOutput() {
    MultiLayerNetwork settled = network(single(FINE).build());
    INDArray input = Networks.normal(3, 9, 3);
    INDArray expected = MapKnobs.of(settled).output(input, 400);
    Networks.assertClose(expected, settled.output(input), 1e-10);
    SettlingReport report = running(settled).settlingForward().orElseThrow();
    assertEquals(9, report.samples());
    assertEquals(0, report.unsettled());
    assertTrue(report.largestResidual() <= 1e-12, report.toString());
  }

  @Test
  void theSummarySaysHowItSettles() {
    MultiLayerNetwork network = network(single(FINE).build());
    String before = MapSummary.of(network);
    assertTrue(before.contains("settles: residual absolute 1.00e-12, at most 300 steps"), before);
    assertFalse(before.contains("last pass"), before);
    network.fit(Networks.normal(1, 4, 3), Networks.oneHot(2, 4, 3));
    String after = MapSummary.of(network);
    assertTrue(after.contains("last pass: 4 of 4 samples settled"), after);
    assertTrue(after.contains("last way back: 4 of 4 samples settled"), after);
  }

  @Test
  void aVertexSettlesToo() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addVertex("map", new IterativeMapVertex(map(), FINE), "in")
                .setOutputs("map")
                .build());
    graph.init();
    INDArray input = Networks.normal(3, 5, 3);
    INDArray found = graph.outputSingle(input);
    Networks.assertClose(MapKnobs.of(graph).output(input, 400), found, 1e-10);
  }

  @Test
  void whatItSettlesByIsSaved() {
    for (UntilSettled until : kinds()) {
      for (Start start : List.of(Start.zero(), Start.carried(), Start.random(0.5))) {
        UntilSettled whole = until.startingAt(start).orFail().jacobianPenalty(0.25);
        Layer layer =
            new IterativeMapRecurrentLayer.Builder()
                .map(map())
                .steps(whole.atMostAtInference(77))
                .build();
        MultiLayerNetwork network = Networks.recurrent(Networks.conf(DataType.DOUBLE), layer, 6);
        MultiLayerConfiguration conf = network.getLayerWiseConfigurations();
        assertEquals(conf, MultiLayerConfiguration.fromJson(conf.toJson()));
        assertEquals(conf, MultiLayerConfiguration.fromYaml(conf.toYaml()));
        IterativeMapConf read =
            (IterativeMapConf)
                MultiLayerConfiguration.fromJson(conf.toJson()).getConf(0).getLayer();
        assertEquals(whole.atMostAtInference(77), read.getSettings().iteration());
      }
    }
  }

  /** Three copies of a token, each from where the one before has stopped: losses on the way. */
  @Test
  void timeStepsGoOnFromWhereTheLastHasSettled() {
    UntilSettled few = untilSettled(1e-12).atMost(3).solver(Solver.picard());
    Layer layer =
        new IterativeMapRecurrentLayer.Builder()
            .map(map())
            .steps(few.startingAt(Start.carried()))
            .build();
    MultiLayerNetwork network = Networks.recurrent(Networks.conf(DataType.DOUBLE), layer, 6);
    INDArray token = Networks.normal(4, 5, 3, 1);
    INDArray once = network.output(token.repeat(2, 4));
    network.rnnClearPreviousState();
    for (int t = 0; t < 4; t++) {
      INDArray expected = once.slice(t, 2).dup();
      Networks.assertClose(expected, network.rnnTimeStep(token).slice(0, 2).dup(), 1e-12);
    }
    INDArray settled = MapKnobs.of(network).output(token, 400).slice(0, 2).dup();
    double first = Magnitude.largestDifference(settled, once.slice(0, 2).dup());
    double last = Magnitude.largestDifference(settled, once.slice(3, 2).dup());
    assertTrue(last < first / 2, first + " and after more steps " + last);
  }

  @Test
  void samplesThatDoNotSettleAreAnErrorWhereThatIsAsked() {
    UntilSettled few = untilSettled(1e-12).atMost(2).atMostAtInference(300);
    MultiLayerNetwork network = network(single(few.orFail()).build());
    INDArray input = Networks.normal(1, 4, 3);
    network.output(input); // has a budget of its own
    NotSettledException e =
        assertThrows(NotSettledException.class, () -> network.fit(input, Networks.oneHot(2, 4, 3)));
    assertTrue(e.getMessage().contains("4 of 4 samples"), e.getMessage());
    MultiLayerNetwork warned = network(single(few).build());
    warned.fit(input, Networks.oneHot(2, 4, 3));
    assertEquals(4, running(warned).settlingForward().orElseThrow().unsettled());
    assertTrue(running(warned).settlingBackward().orElseThrow().unsettled() > 0);
  }

  /** A map that blows up: the best state is finite, and the report says what happened. */
  @Test
  void whatBlowsUpIsNoFixedPoint() {
    for (Solver solver : List.of(Solver.picard(), Solver.anderson(), Solver.broyden(8))) {
      MultiLayerNetwork network =
          network(
              single(untilSettled(1e-9).atMost(2000).solver(solver))
                  .activation(Activation.CUBE)
                  .weightInit("h", "h", WeightValues.spectralRadius(40))
                  .build());
      INDArray output =
          network.getLayer(0).activate(Networks.normal(1, 4, 3).muli(9), false, noWorkspaces());
      assertTrue(Double.isFinite(Magnitude.largest(output)), solver.toString());
      SettlingReport report = running(network).settlingForward().orElseThrow();
      for (int s = 0; s < 4; s++) {
        assertFalse(Double.isNaN(report.residual(s)), solver.toString());
      }
    }
  }

  private static LayerWorkspaceMgr noWorkspaces() {
    return LayerWorkspaceMgr.noWorkspaces();
  }

  /** Its gradient beside that of |J|², summed up from unit vectors, by differences. */
  @Test
  void thePenaltyIsThatOfTheJacobian() {
    double c = 0.3;
    INDArray input = Networks.normal(1, 40, 3);
    INDArray labels = Networks.oneHot(2, 40, 3);
    MultiLayerNetwork without = network(single(FINE).build());
    MultiLayerNetwork with = network(single(FINE.jacobianPenalty(c)).build());
    with.setParams(without.params());
    INDArray mean = null;
    int draws = 60;
    for (int i = 0; i < draws; i++) {
      INDArray penalty = gradient(with, input, labels).subi(gradient(without, input, labels));
      mean = mean == null ? penalty : mean.addi(penalty);
    }
    mean.divi(draws);
    // Only what reaches the weights of the map counts; in the mean over draws it is exact.
    String key = "W[h->h]";
    INDArray weights = without.getLayer(0).getParam(key);
    int from = (int) without.getLayer(0).getParam("W[x->h]").length();
    INDArray state = without.getLayer(0).activate(input, false, noWorkspaces()).dup();
    double scale = 0;
    double largest = 0;
    for (int w = 0; w < weights.length(); w++) {
      double value = weights.getDouble(w);
      double h = 1e-5;
      weights.putScalar(w, value + h);
      double up = squaredJacobian(without, input, state);
      weights.putScalar(w, value - h);
      double down = squaredJacobian(without, input, state);
      weights.putScalar(w, value);
      double expected = c * (up - down) / (2 * h); // DL4J divides by the batch later
      scale = Math.max(scale, Math.abs(expected));
      largest = Math.max(largest, Math.abs(expected - mean.getDouble(from + w)));
    }
    assertTrue(largest < 0.1 * scale, "off by " + largest + " of " + scale);
  }

  private static INDArray gradient(MultiLayerNetwork network, INDArray input, INDArray labels) {
    return Networks.gradient(network, new DataSet(input, labels)).dup();
  }

  /** Sum over the batch of |dF/dh|² at given states: one step of the map from each, perturbed. */
  private static double squaredJacobian(
      MultiLayerNetwork network, INDArray input, INDArray states) {
    IterativeMapConf conf = (IterativeMapConf) network.getLayer(0).conf().getLayer();
    var program = conf.program().withOneStep();
    var kernel = new ReferenceKernel(program);
    INDArray[] parameters =
        program.realized().parameters().stream()
            .map(p -> network.getLayer(0).getParam(p.key()))
            .toArray(INDArray[]::new);
    INDArray[] state = new INDArray[program.slots().size()];
    int slot = program.schedule().carried().get(0);
    double sum = 0;
    double h = 1e-5;
    INDArray output = Nd4j.create(DataType.DOUBLE, states.size(0), states.size(1), 1);
    INDArray token = input.reshape('f', input.size(0), input.size(1), 1);
    for (int unit = 0; unit < states.size(1); unit++) {
      INDArray[] ends = new INDArray[2];
      for (int sign = 0; sign < 2; sign++) {
        state[slot] = states.dup();
        state[slot].getColumn(unit).addi(sign == 0 ? h : -h);
        kernel.forward(parameters, token, null, state, output, false);
        ends[sign] = output.dup();
      }
      double norm = ends[0].sub(ends[1]).norm2Number().doubleValue() / (2 * h);
      sum += norm * norm;
    }
    return sum;
  }

  /** One sample blows up; the others' gradient is what it is without it. */
  @Test
  void aLostSampleLeavesTheOthersAlone() {
    UntilSettled some = untilSettled(1e-9).atMost(60).solver(Solver.picard());
    for (LoopGradient gradient :
        List.of(LoopGradient.unrolled(), LoopGradient.phantom(4, 0.5), LoopGradient.implicit())) {
      Layer layer =
          single(some.gradient(gradient))
              .activation(Activation.CUBE)
              .weightInit("h", "h", WeightValues.spectralRadius(0.4))
              .build();
      MultiLayerNetwork network = network(layer);
      INDArray input = Networks.normal(1, 4, 3).muli(0.5);
      input.getRow(2).muli(1e6);
      INDArray gradients = gradient(network, input, Networks.oneHot(2, 4, 3));
      assertTrue(Double.isFinite(Magnitude.largest(gradients)), gradient.toString());
      assertEquals(1, running(network).settlingForward().orElseThrow().lost());
    }
  }

  @Test
  void badInputIsRefusedWhenItIsBuilt() {
    refused("tolerance", () -> untilSettled(0));
    refused("tolerance", () -> untilSettled(1));
    refused("tolerance", () -> untilSettled(Double.NaN));
    refused("atMost", () -> untilSettled(1e-3).atMost(0));
    refused("atMostAtInference", () -> untilSettled(1e-3).atMostAtInference(0));
    refused("memory", () -> Solver.anderson(1, 1));
    refused("memory", () -> Solver.anderson(Solver.MOST_MEMORY + 1, 1));
    refused("mixing", () -> Solver.anderson(5, 0));
    refused("mixing", () -> Solver.anderson(5, 1.5));
    refused("memory", () -> Solver.broyden(0));
    refused("share", () -> Solver.damped(0));
    refused("share", () -> Solver.damped(Double.NaN));
    refused("steps", () -> LoopGradient.phantom(0, 1));
    refused("damping", () -> LoopGradient.phantom(3, 0));
    refused("tolerance", () -> LoopGradient.implicit(Solver.picard(), 0, 10));
    refused("atMost", () -> LoopGradient.implicit(Solver.picard(), 1e-3, 0));
    refused("solver", () -> LoopGradient.implicit(null, 1e-3, 3));
    refused("spread", () -> Start.random(0));
    refused("unrolled", () -> untilSettled(1e-3).gradient(LoopGradient.unrolled()));
    refused("jacobianPenalty", () -> untilSettled(1e-3).jacobianPenalty(-1));
    refused("IMPULSE", () -> single(FINE).hasBias(false).injection(Injection.IMPULSE).build());
    refused("solver", () -> untilSettled(1e-3).solver(null));
    refused("gradient", () -> untilSettled(1e-3).gradient(null));
    refused("start", () -> untilSettled(1e-3).startingAt(null));
    refused("steps", () -> single(null));
    refused("IMPULSE", () -> single(FINE).injection(Injection.IMPULSE).build());
    refused("starts", () -> new IterativeMapVertex(map(), FINE, "h"));
    refused("carried", () -> single(FINE.startingAt(Start.carried())).build());
    BlockMap feedForward =
        BlockMap.builder()
            .input("x", 3)
            .state("y", 2, Activation.TANH)
            .connect("x", "y", Sparsity.dense())
            .output("y")
            .build();
    refused(
        "does not depend on a state",
        () -> new IterativeMapLayer.Builder().map(feedForward).steps(FINE).build());
    refused(
        "does not depend on a state",
        () -> new IterativeMapRecurrentLayer.Builder().map(feedForward).steps(FINE).build());
    refused("does not depend on a state", () -> new IterativeMapVertex(feedForward, FINE));
  }

  private static void refused(String word, Supplier<Object> build) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, build::get, "nothing said about " + word);
    assertTrue(e.getMessage().contains(word), e.getMessage());
  }

  @Test
  void kIsFreeAtInference() {
    MultiLayerNetwork network = network(single(FINE).build());
    INDArray input = Networks.normal(1, 4, 3);
    Map<Integer, INDArray> byK = MapKnobs.of(network).sweep(input, 1, 400);
    assertTrue(Magnitude.largestDifference(byK.get(1), byK.get(400)) > 1e-3);
    Networks.assertClose(byK.get(400), network.output(input), 1e-10);
    assertEquals(FINE, running(network).running().iteration());
  }
}
