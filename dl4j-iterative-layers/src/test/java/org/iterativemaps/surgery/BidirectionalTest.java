package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional.Mode;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.layers.UnevenBidirectional;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Both maps of a Bidirectional are pruned, rewired and grown like any other. */
class BidirectionalTest {

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  /** How a Bidirectional of maps is wrapped. */
  private enum Wrapping {
    NONE,
    LAST_TIME_STEP_AROUND,
    LAST_TIME_STEP_INSIDE,
    FROZEN,
    MASK_ZERO
  }

  /** DL4J hands its global settings down through one wrapper, not through two. */
  private static Layer map(IUpdater updater) {
    return new IterativeMapRecurrentLayer.Builder()
        .map(Nets.map())
        .steps(2)
        .activation(Activation.TANH)
        .weightInit(new NormalDistribution(0, 0.4))
        .updater(updater)
        .biasInit(0)
        .build();
  }

  private static MultiLayerNetwork network(Mode mode, Wrapping wrapping) {
    return network(mode, wrapping, new Adam(0.01));
  }

  private static MultiLayerNetwork network(Mode mode, Wrapping wrapping, IUpdater updater) {
    boolean isLast = wrapping.name().startsWith("LAST");
    Layer inner =
        wrapping == Wrapping.LAST_TIME_STEP_INSIDE ? new LastTimeStep(map(updater)) : map(updater);
    Layer both = new Bidirectional(mode, inner);
    Layer layer =
        switch (wrapping) {
          case LAST_TIME_STEP_AROUND -> new LastTimeStep(both);
          case FROZEN -> new FrozenLayer(both);
          case MASK_ZERO -> new MaskZeroLayer(both, 0);
          default -> both;
        };
    layer.setLayerName("both");
    int nOut = mode == Mode.CONCAT ? 10 : 5;
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Nets.conf(DataType.DOUBLE, updater)
                .list()
                .layer(new DenseLayer.Builder().nIn(Nets.IN).nOut(5).build())
                .layer(layer)
                .layer(
                    isLast
                        ? new OutputLayer.Builder(LossFunction.MCXENT)
                            .nIn(nOut)
                            .nOut(Nets.CLASSES)
                            .activation(Activation.SOFTMAX)
                            .build()
                        : new RnnOutputLayer.Builder(LossFunction.MCXENT)
                            .dataFormat(RNNFormat.NCW)
                            .nIn(nOut)
                            .nOut(Nets.CLASSES)
                            .activation(Activation.SOFTMAX)
                            .build())
                .setInputType(org.deeplearning4j.nn.conf.inputs.InputType.recurrent(Nets.IN))
                .build());
    network.init();
    return network;
  }

  private static DataSet data(long seed, Wrapping wrapping) {
    DataSet sequence = Nets.data(seed, true);
    return wrapping.name().startsWith("LAST")
        ? new DataSet(sequence.getFeatures(), Nets.data(seed, false).getLabels())
        : sequence;
  }

  private static void fit(MultiLayerNetwork network, int from, int to, Wrapping wrapping) {
    for (int i = from; i < to; i++) {
      network.fit(data(i, wrapping));
    }
  }

  /** Every mode, every wrapping. */
  static Stream<Object[]> all() {
    return Stream.concat(
        Arrays.stream(Mode.values()).map(mode -> new Object[] {mode, Wrapping.NONE}),
        Stream.of(Wrapping.LAST_TIME_STEP_AROUND, Wrapping.FROZEN, Wrapping.MASK_ZERO)
            .map(wrapping -> new Object[] {Mode.CONCAT, wrapping}));
  }

  /** DL4J makes no updater for a Bidirectional of LastTimeSteps, so it only computes. */
  @ParameterizedTest
  @EnumSource(Mode.class)
  void lastTimeStepsInside(Mode mode) {
    MultiLayerNetwork network = network(mode, Wrapping.LAST_TIME_STEP_INSIDE);
    INDArray before = output(network);
    Surgery.grow(network, "both/backward", "h", 2, 1);
    assertTrue(Magnitude.largestDifference(before, output(network)) <= 1e-12);
    Freezing.freeze(network, "both/forward", "h", "h");
    assertTrue(Magnitude.largestDifference(before, output(network)) <= 1e-12);
    assertTrue(Surgery.prune(network, BlockChoice.all(), 0.5, Scope.GLOBAL) > 10);
    assertFalse(Magnitude.largestDifference(before, output(network)) <= 1e-6);
  }

  private static INDArray output(MultiLayerNetwork network) {
    return network.output(Nets.data(9, true).getFeatures()).dup();
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatComputesTheSameDoes(Mode mode, Wrapping wrapping) {
    MultiLayerNetwork network = network(mode, wrapping);
    assertEquals(List.of("both/forward", "both/backward"), LiveMaps.layers(network));
    fit(network, 0, 2, wrapping);
    INDArray before = output(network);
    Surgery.grow(network, "both/forward", "h", 3, 1);
    assertTrue(Magnitude.largestDifference(before, output(network)) <= 1e-12);
    Surgery.grow(network, "both", "h", 2, 1);
    assertTrue(Magnitude.largestDifference(before, output(network)) <= 1e-12);
    Freezing.freeze(network, "#1/backward", "h", "h");
    assertTrue(Magnitude.largestDifference(before, output(network)) <= 1e-12);
    assertEquals(11, LiveMaps.settings(network, "both/forward").map().slot("h").size());
    assertEquals(8, LiveMaps.settings(network, "both/backward").map().slot("h").size());
    Freezing.thaw(network, "both/backward", "h", "h");
    MapKnobs.of(network).steps(2).save();
    assertTrue(Magnitude.largestDifference(before, output(network)) <= 1e-12);
    INDArray parameters = network.getLayer(1).params().dup();
    fit(network, 2, 4, wrapping);
    assertEquals(wrapping == Wrapping.FROZEN, parameters.equals(network.getLayer(1).params()));
  }

  /**
   * A weight that is zero and gets no gradient is as good as none: the dense network is the peer.
   */
  @ParameterizedTest
  @MethodSource("all")
  void aPrunedDirectionComputesWhatZeroWeightsDo(Mode mode, Wrapping wrapping) {
    for (String pruned : List.of("both/forward", "both/backward")) {
      MultiLayerNetwork network = network(mode, wrapping);
      MultiLayerNetwork peer = network(mode, wrapping);
      fit(network, 0, 2, wrapping);
      fit(peer, 0, 2, wrapping);
      RealizedMap before = LiveMaps.settings(network, pruned).realized();
      prune(network, pruned);
      RealizedMap after = LiveMaps.settings(network, pruned).realized();
      assertTrue(after.trainableWeights() < before.trainableWeights());
      zeroWhatIsGone(peer, pruned.equals("both/forward") ? "f" : "b", before, after);
      assertTrue(Magnitude.largestDifference(output(peer), output(network)) <= 1e-12);
      String other = pruned.equals("both/forward") ? "both/backward" : "both/forward";
      assertEquals(LiveMaps.settings(peer, other).map(), LiveMaps.settings(network, other).map());
    }
  }

  /** Frozen layers are pruned when they are asked for by LiveMaps alone. */
  private static void prune(MultiLayerNetwork network, String layer) {
    RealizedMap map = LiveMaps.settings(network, layer).realized();
    WeightMask mask = map.blocks().get(0).mask();
    boolean[][] kept = new boolean[mask.toSize()][mask.fromSize()];
    for (int to = 0; to < mask.toSize(); to++) {
      for (int e = mask.targetStart(to); e < mask.targetStart(to + 1); e++) {
        kept[to][mask.source(e)] = (to + mask.source(e)) % 3 == 0;
      }
    }
    LiveMaps.replaceMap(
        network,
        layer,
        MapChange.ofMasks(
            map, java.util.Map.of(map.blocks().get(0).block().name(), WeightMask.ofMatrix(kept))));
  }

  private static void zeroWhatIsGone(
      MultiLayerNetwork peer, String prefix, RealizedMap before, RealizedMap after) {
    WeightMask old = before.blocks().get(0).mask();
    String key = prefix + "W[" + before.blocks().get(0).block().name() + "]";
    INDArray weights = peer.getLayer(1).paramTable().get(key);
    long[] cells = old.copyCells();
    List<Long> left = Arrays.stream(after.blocks().get(0).mask().copyCells()).boxed().toList();
    for (int e = 0; e < cells.length; e++) {
      if (!left.contains(cells[e])) {
        weights.putScalar(e, 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void gradientsAreRightWhereDirectionsDiffer(Mode mode) {
    MultiLayerNetwork network = network(mode, Wrapping.NONE, new NoOp());
    Surgery.grow(network, "both/backward", "h", 2, 1);
    Surgery.prune(network, BlockChoice.all().inLayers("both/forward"), 0.6, Scope.GLOBAL);
    assertNotEquals(
        LiveMaps.settings(network, "both/forward").realized().trainableWeights(),
        LiveMaps.settings(network, "both/backward").realized().trainableWeights());
    DataSet data = Nets.data(3, true);
    assertTrue(
        GradientCheckUtil.checkGradients(
            new GradientCheckUtil.MLNConfig()
                .net(network)
                .epsilon(1e-6)
                .maxRelError(1e-5)
                .minAbsoluteError(1e-9)
                .subset(true)
                .maxPerParam(6)
                .input(data.getFeatures())
                .labels(data.getLabels())));
  }

  @ParameterizedTest
  @MethodSource("all")
  void trainingGoesOnAsIfNothingHadHappened(Mode mode, Wrapping wrapping) {
    MultiLayerNetwork straight = network(mode, wrapping);
    MultiLayerNetwork operated = network(mode, wrapping);
    fit(straight, 0, 5, wrapping);
    fit(operated, 0, 2, wrapping);
    // Growing and shrinking by the same units is a change that changes nothing.
    Surgery.grow(operated, "both/backward", "h", 2, 1);
    Surgery.shrinkBy(operated, "both/backward", "h", 6, 7);
    assertInstanceOf(UnevenBidirectional.class, bidirectional(operated));
    fit(operated, 2, 5, wrapping);
    assertEquals(straight.params(), operated.params());
    assertEquals(Nets.updaterState(straight), Nets.updaterState(operated));
  }

  private static Layer bidirectional(MultiLayerNetwork network) {
    Layer layer = network.getLayerWiseConfigurations().getConf(1).getLayer();
    while (!(layer instanceof Bidirectional)) {
      layer = org.iterativemaps.layers.MapPlace.unwrapped(layer);
    }
    return layer;
  }

  @ParameterizedTest
  @MethodSource("all")
  void prunedWhileTrainingSavedAndLoaded(Mode mode, Wrapping wrapping) throws IOException {
    MultiLayerNetwork network = network(mode, wrapping);
    fit(network, 0, 2, wrapping);
    if (wrapping == Wrapping.FROZEN) {
      Surgery.grow(network, "both", "h", 2, 1);
    } else {
      assertTrue(Surgery.prune(network, BlockChoice.all(), 0.7, Scope.GLOBAL) > 40);
      network.setInput(data(3, wrapping).getFeatures());
      network.setLabels(data(3, wrapping).getLabels());
      Surgery.rewireByGradient(network, BlockChoice.all(), 0.5);
      Surgery.rewireAtRandom(network, BlockChoice.all().inLayers("both/backward"), 0.5, 3);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork loaded =
        ModelSerializer.restoreMultiLayerNetwork(
            new ByteArrayInputStream(file.toByteArray()), true);
    MultiLayerNetwork cloned = network.clone();
    assertEquals(output(network), output(loaded));
    fit(network, 2, 4, wrapping);
    fit(loaded, 2, 4, wrapping);
    fit(cloned, 2, 4, wrapping);
    assertEquals(network.params(), loaded.params());
    assertEquals(network.params(), cloned.params());
    assertEquals(Nets.updaterState(network), Nets.updaterState(loaded));
    String summary = MapSummary.of(loaded);
    assertTrue(summary.contains("both/forward: ") && summary.contains("both/backward: "), summary);
  }

  @Test
  void inAGraph() {
    ComputationGraph graph =
        new ComputationGraph(
            Nets.adam()
                .graphBuilder()
                .addInputs("in")
                .addLayer("both", new Bidirectional(Mode.CONCAT, sized()), "in")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .dataFormat(RNNFormat.NCW)
                        .nIn(10)
                        .nOut(Nets.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "both")
                .setOutputs("out")
                .build());
    graph.init();
    Nets.fit(graph, 0, 2, true);
    INDArray features = Nets.data(9, true).getFeatures();
    INDArray before = graph.outputSingle(features).dup();
    Surgery.grow(graph, "both/backward", "h", 2, 1);
    assertTrue(Magnitude.largestDifference(before, graph.outputSingle(features)) <= 1e-12);
    Surgery.prune(graph, BlockChoice.all().inLayers("both"), 0.5, Scope.PER_BLOCK);
    Nets.fit(graph, 2, 4, true);
    assertEquals(graph.outputSingle(features), graph.clone().outputSingle(features));
  }

  private static Layer sized() {
    return new IterativeMapRecurrentLayer.Builder()
        .map(
            org.iterativemaps.map.BlockMap.builder()
                .input("x", Nets.IN)
                .state("h", 6)
                .state("y", 5)
                .connect("x", "h", org.iterativemaps.map.pattern.Sparsity.dense())
                .connect("h", "h", org.iterativemaps.map.pattern.Sparsity.density(0.5))
                .connect("h", "y", org.iterativemaps.map.pattern.Sparsity.dense())
                .output("y")
                .build())
        .steps(2)
        .build();
  }

  @Test
  void whatWouldNotFitIsRefused() {
    MultiLayerNetwork network = network(Mode.ADD, Wrapping.NONE);
    assertRefused("[both/forward, both/backward]", () -> LiveMaps.settings(network, "both"));
    assertRefused("is the map's output", () -> Surgery.grow(network, "both", "y", 1, 1));
    assertRefused(
        "no map layer 'both/sideways'", () -> LiveMaps.settings(network, "both/sideways"));
  }

  private static void assertRefused(
      String expected, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(expected), message);
  }
}
