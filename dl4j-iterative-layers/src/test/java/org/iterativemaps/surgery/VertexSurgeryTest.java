package org.iterativemaps.surgery;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The map of a vertex is changed as that of a recurrent layer is. */
class VertexSurgeryTest {
  private static final BlockMap MAP =
      BlockMap.builder()
          .input("x", 4)
          .state("h", 6, Activation.TANH)
          .state("y", 5, Activation.IDENTITY)
          .connect("x", "h", Sparsity.dense())
          .connect("h", "h", Sparsity.density(0.6))
          .connect("y", "h", Sparsity.bernoulli(0.5))
          .connect("h", "y", Sparsity.fanIn(3))
          .connect("x", "y", Sparsity.density(0.5))
          .output("y")
          .seed(3)
          .build();

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static GraphBuilder builder() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(DataType.DOUBLE)
        .updater(new Adam(0.02))
        .l2(0.01)
        .graphBuilder();
  }

  private static RnnOutputLayer readOut(int nIn) {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .activation(Activation.IDENTITY)
        .dataFormat(RNNFormat.NCW)
        .nIn(nIn)
        .nOut(2)
        .build();
  }

  private static ComputationGraph graph(GraphBuilder builder) {
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  /** One sequence through the vertex or, with the same parameters, the recurrent layer. */
  private static ComputationGraph single(boolean vertex) {
    GraphBuilder graph = builder().addInputs("in");
    if (vertex) {
      graph.addVertex("map", new IterativeMapVertex(MAP, 2), "in");
    } else {
      graph.addLayer(
          "map", new IterativeMapRecurrentLayer.Builder().map(MAP).steps(2).build(), "in");
    }
    return graph(
        graph
            .addLayer("out", readOut(5), "map")
            .setOutputs("out")
            .backpropType(BackpropType.TruncatedBPTT)
            .tBPTTForwardLength(3)
            .tBPTTBackwardLength(3));
  }

  /** A vertex that starts from an encoding, behind a map layer. */
  private static ComputationGraph decoder() {
    return graph(
        builder()
            .addInputs("tokens", "context")
            .addLayer("encoding", new DenseLayer.Builder().nIn(2).nOut(6).build(), "context")
            .addLayer(
                "layer",
                new IterativeMapRecurrentLayer.Builder().nIn(4).nOut(4).density(0.8).build(),
                "tokens")
            .addVertex("decoder", new IterativeMapVertex(MAP, 2, "h"), "layer", "encoding")
            .addLayer("out", readOut(5), "decoder")
            .setOutputs("out"));
  }

  private static MultiDataSet data(int seed, boolean context) {
    INDArray tokens = normal(seed, 3, 4, 6);
    return new MultiDataSet(
        context ? new INDArray[] {tokens, normal(seed + 1, 3, 2)} : new INDArray[] {tokens},
        new INDArray[] {normal(seed + 2, 3, 2, 6)});
  }

  private enum Operation {
    PRUNE(graph -> Surgery.prune(graph, BlockChoice.all(), 0.7, Scope.GLOBAL)),
    PRUNE_ONE(
        graph ->
            Surgery.prune(
                graph, BlockChoice.all().inLayers("map").named("h->h"), 0.9, Scope.PER_BLOCK)),
    REWIRE(graph -> Surgery.rewireAtRandom(graph, BlockChoice.all(), 0.4, 5)),
    REWIRE_BY_GRADIENT(
        graph -> {
          graph.setInputs(data(50, false).getFeatures());
          graph.setLabels(data(50, false).getLabels());
          Surgery.rewireByGradient(graph, BlockChoice.all(), 0.4);
        }),
    GROW(graph -> Surgery.grow(graph, "map", "h", 3, 1)),
    SHRINK(graph -> Surgery.shrink(graph, "map", "h", 2)),
    FREEZE(graph -> Freezing.freeze(graph, "map", "h", "h")),
    THAW(
        graph -> {
          Freezing.freeze(graph, "map", "x", "h");
          Freezing.thaw(graph, "map", "x", "h");
        }),
    REPLACE(graph -> LiveMaps.replaceMap(graph, "map", MAP.withInjection(Injection.IMPULSE))),
    RUN_DEEPER(graph -> MapKnobs.of(graph).steps(4)),
    SAVE_DEEPER(graph -> MapKnobs.of(graph).steps(4).save()),
    RUN_DEEPER_AND_PRUNE(
        graph -> {
          MapKnobs.of(graph).only("map").steps(3);
          Surgery.prune(graph, BlockChoice.all(), 0.7, Scope.GLOBAL);
        });

    private final Consumer<ComputationGraph> change;

    Operation(Consumer<ComputationGraph> change) {
      this.change = change;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyChangeIsThatOfTheLayer(Operation operation, @TempDir Path folder) throws IOException {
    ComputationGraph layer = single(false);
    ComputationGraph vertex = single(true);
    INDArray first = normal(90, 3, 4, 2);
    INDArray next = normal(91, 3, 4, 4);
    for (ComputationGraph graph : List.of(layer, vertex)) {
      graph.fit(data(1, false));
      graph.rnnTimeStep(first);
      operation.change.accept(graph);
      assertEquals(0, graph.getEpochCount());
      assertEquals(2, graph.getIterationCount());
    }
    assertEquals(LiveMaps.settings(layer, "map"), LiveMaps.settings(vertex, "map"));
    assertClose(layer.params(), vertex.params(), 1e-11);
    assertClose(Nets.updaterState(layer), Nets.updaterState(vertex), 1e-11);
    assertClose(layer.rnnTimeStep(next)[0], vertex.rnnTimeStep(next)[0], 1e-11);
    for (int i = 0; i < 3; i++) {
      layer.fit(data(10 + i, false));
      vertex.fit(data(10 + i, false));
    }
    assertClose(layer.params(), vertex.params(), 1e-10);
    assertClose(layer.outputSingle(first), vertex.outputSingle(first), 1e-10);
    vertex.rnnClearPreviousState();
    assertClose(vertex.outputSingle(next).dup(), vertex.rnnTimeStep(next)[0], 1e-12);
    File file = folder.resolve("graph.zip").toFile();
    vertex.save(file, true);
    ComputationGraph loaded = ComputationGraph.load(file, true);
    assertEquals(vertex.getConfiguration(), loaded.getConfiguration());
    assertEquals(vertex.params(), loaded.params());
    assertEquals(LiveMaps.settings(vertex, "map"), LiveMaps.settings(loaded, "map"));
  }

  @Test
  void allMeansVerticesToo() {
    ComputationGraph graph = decoder();
    assertEquals(List.of("layer", "decoder"), LiveMaps.layers(graph));
    INDArray before = graph.getParam("decoder_W[h->h]").dup();
    graph.fit(data(1, true));
    Surgery.prune(graph, BlockChoice.all(), 0.8, Scope.PER_BLOCK);
    assertTrue(graph.getParam("decoder_W[h->h]").length() < before.length());
    assertTrue(graph.getParam("layer_W[h->h]").length() < 16);
    graph.fit(data(1, true)); // and the gradient still reaches the first state
    INDArray encoding = graph.getParam("encoding_W").dup();
    graph.fit(data(2, true));
    assertNotEquals(encoding, graph.getParam("encoding_W"));
    INDArray shallow = graph.outputSingle(data(1, true).getFeatures()).dup();
    MapKnobs knobs = MapKnobs.of(graph).only("decoder").steps(5);
    assertEquals(5, LiveMaps.running(graph, "decoder").running().steps());
    assertEquals(1, LiveMaps.running(graph, "layer").running().steps());
    assertNotEquals(shallow, graph.outputSingle(data(1, true).getFeatures()));
    knobs.reset();
    assertEquals(shallow, graph.outputSingle(data(1, true).getFeatures()));
  }

  @Test
  void theSummaryShowsVertices() {
    String summary = MapSummary.of(decoder());
    String decoder = summary.substring(summary.indexOf("\ndecoder: "));
    assertTrue(summary.contains("\nlayer: "), summary);
    assertTrue(decoder.contains("h->h") && decoder.contains("runs on the "), summary);
  }

  @Test
  void aSlotThatStartsFromAnInputKeepsItsSize() {
    ComputationGraph graph = decoder();
    graph.fit(data(1, true));
    INDArray parameters = graph.params().dup();
    INDArray output = graph.outputSingle(data(2, true).getFeatures()).dup();
    BlockMap without =
        BlockMap.builder()
            .input("x", 4)
            .state("y", 5, Activation.IDENTITY)
            .connect("x", "y", Sparsity.dense())
            .output("y")
            .build();
    Map<String, Executable> refused =
        Map.of(
            "found 9 units", () -> Surgery.grow(graph, "decoder", "h", 3, 1),
            "found 4 units", () -> Surgery.shrink(graph, "decoder", "h", 2),
            "found no such state slot", () -> LiveMaps.replaceMap(graph, "decoder", without));
    refused.forEach(
        (found, call) ->
            assertSays(call, found, "'decoder'", "slot 'h'", "input of the vertex", "expected 6"));
    assertEquals(parameters, graph.params());
    assertEquals(output, graph.outputSingle(data(2, true).getFeatures()));
  }

  @Test
  void aFrozenVertexIsLeftOutAndNamed() {
    ComputationGraph frozen =
        new TransferLearning.GraphBuilder(decoder()).setFeatureExtractor("decoder").build();
    ComputationGraph loaded = frozen.clone();
    for (ComputationGraph graph : List.of(frozen, loaded)) {
      assertEquals(List.of("layer", "decoder"), LiveMaps.layers(graph));
      assertTrue(LiveMaps.inventory(graph).contains("'decoder' is a FrozenVertex of a Iterative"));
      assertSays(
          () -> Surgery.prune(graph, BlockChoice.all().inLayers("decoder"), 0.5, Scope.GLOBAL),
          "'decoder' is frozen");
      Freezing.freeze(graph, "decoder", "h", "h"); // as that of a frozen layer
      assertFalse(graph.paramTable().containsKey("decoder_W[h->h]"));
      INDArray decoder = graph.getParam("decoder_W[x->h]").dup();
      INDArray out = graph.getParam("out_W").dup();
      graph.fit(data(1, true));
      assertEquals(decoder, graph.getParam("decoder_W[x->h]"));
      assertNotEquals(out, graph.getParam("out_W"));
    }
  }

  /** A vertex asks its graph what is a time step, a frozen one as well. */
  @Test
  void aFrozenVertexIsInItsGraph() {
    ComputationGraph graph =
        new TransferLearning.GraphBuilder(single(true)).setFeatureExtractor("map").build().clone();
    Surgery.grow(graph, "map", "h", 1, 1);
    INDArray sequence = data(2, false).getFeatures(0);
    INDArray whole = graph.outputSingle(sequence).dup();
    for (int t = 0; t < 6; t++) {
      INDArrayIndex[] token = {NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t)};
      INDArray step = graph.rnnTimeStep(sequence.get(token).dup())[0];
      assertClose(whole.get(token).dup(), step, 1e-12);
    }
  }

  @Test
  void aVertexWithoutAnyParameterIsOneToo() {
    BlockMap small =
        BlockMap.builder()
            .input("x", 4)
            .stateWithoutBias("y", 5, Activation.TANH.getActivationFunction())
            .connect("x", "y", Sparsity.dense())
            .output("y")
            .build();
    ComputationGraph graph =
        graph(
            builder()
                .addInputs("tokens")
                .addVertex("map", new IterativeMapVertex(small, 1), "tokens")
                .addLayer("out", readOut(5), "map")
                .setOutputs("out"));
    INDArray output = graph.outputSingle(data(1, false).getFeatures()).dup();
    Freezing.freeze(graph, "map", "x", "y");
    assertEquals(output, graph.outputSingle(data(1, false).getFeatures()));
    graph.fit(data(1, false));
    assertTrue(MapSummary.of(graph).contains("map: every weight is fixed"));
    Freezing.thaw(graph, "map", "x", "y");
    graph.fit(data(1, false));
    assertEquals(20, graph.getParam("map_W[x->y]").length());
  }

  /** As of layers: DL4J sets a mask once, and what comes after may be run with it. */
  @Test
  void aTimeMaskStays() {
    for (boolean vertex : new boolean[] {false, true}) {
      ComputationGraph graph = single(vertex);
      INDArray mask = Nd4j.ones(DataType.DOUBLE, 3, 6);
      mask.putScalar(0, 2, 0);
      graph.setLayerMaskArrays(new INDArray[] {mask}, null);
      Surgery.grow(graph, "map", "h", 1, 1);
      assertEquals(mask, LiveMaps.running(graph, "map").getMaskArray());
    }
  }

  private static void assertSays(Executable call, String... expected) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(Stream.of(expected).allMatch(message::contains), message);
  }
}
