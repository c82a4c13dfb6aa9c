package org.iterativemaps.layers;

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
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.weights.WeightInit;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.samediff.SDIterativeTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class VertexTest {

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static NeuralNetConfiguration.Builder conf(IUpdater updater) {
    return new NeuralNetConfiguration.Builder().seed(7).dataType(DataType.DOUBLE).updater(updater);
  }

  private static OutputLayer readOut() {
    return new OutputLayer.Builder(LossFunction.MSE)
        .activation(Activation.IDENTITY)
        .nIn(3)
        .nOut(2)
        .build();
  }

  private static ComputationGraph graph(ComputationGraphConfiguration conf) {
    ComputationGraph graph = new ComputationGraph(conf);
    graph.init();
    return graph;
  }

  /** A second input is encoded into the first state of the sequence's map. */
  private static ComputationGraph decoder(IUpdater updater) {
    return graph(
        conf(updater)
            .graphBuilder()
            .addInputs("tokens", "context")
            .addLayer("encoding", new DenseLayer.Builder().nIn(2).nOut(5).build(), "context")
            .addVertex(
                "loop",
                new IterativeMapVertex(Networks.richMap(4, Injection.HOLD), 2, "h"),
                "tokens",
                "encoding")
            .addLayer(
                "out",
                new RnnOutputLayer.Builder(LossFunction.MSE)
                    .activation(Activation.IDENTITY)
                    .nOut(2)
                    .build(),
                "loop")
            .setOutputs("out")
            .setInputTypes(InputType.recurrent(4), InputType.feedForward(2))
            .build());
  }

  private static MultiDataSet data() {
    return new MultiDataSet(
        new INDArray[] {normal(1, 2, 4, 3), normal(2, 2, 2)}, new INDArray[] {normal(3, 2, 2, 3)});
  }

  @Test
  void trainsAsTheLayer() {
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    ComputationGraph layer =
        graph(
            conf(new Adam(0.02))
                .l2(0.01)
                .graphBuilder()
                .addInputs("in")
                .addLayer("loop", new IterativeMapLayer.Builder().map(map).steps(4).build(), "in")
                .addLayer("out", readOut(), "loop")
                .setOutputs("out")
                .build());
    ComputationGraph vertex =
        graph(
            conf(new Adam(0.02))
                .l2(0.01)
                .graphBuilder()
                .addInputs("in")
                .addVertex("loop", new IterativeMapVertex(map, 4), "in")
                .addLayer("out", readOut(), "loop")
                .setOutputs("out")
                .build());
    assertEquals(layer.params(), vertex.params());
    INDArray[] input = {normal(1, 6, 4)};
    INDArray[] labels = {normal(2, 6, 2)};
    for (int i = 0; i < 10; i++) {
      layer.fit(input, labels);
      vertex.fit(input, labels);
    }
    assertClose(layer.params(), vertex.params(), 1e-11);
    assertClose(layer.outputSingle(input[0]), vertex.outputSingle(input[0]), 1e-11);
  }

  @Test
  void gradientsReachTheFirstState() {
    ComputationGraph graph = decoder(new NoOp());
    // The score is 8: its last digit makes 1e-9 of a numerical gradient.
    assertTrue(
        GradientCheckUtil.checkGradients(
            new GradientCheckUtil.GraphConfig()
                .net(graph)
                .inputs(data().getFeatures())
                .labels(data().getLabels())
                .epsilon(1e-6)
                .maxRelError(1e-5)
                .minAbsoluteError(1e-8)));
    INDArray before = graph.getParam("encoding_W").dup();
    ComputationGraph trained = decoder(new Adam(0.05));
    trained.fit(data());
    assertTrue(Magnitude.largestDifference(before, trained.getParam("encoding_W")) > 1e-3);
  }

  /** Written before it is read, or not read at all: what a slot starts from changes nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"h", "y"})
  void aFirstStateThatTheOutputDoesNotReadHasNoGradient(String slot) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 3, Activation.TANH)
            .state("y", 3, Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build();
    ComputationGraph graph =
        graph(
            conf(new Adam(0.05))
                .graphBuilder()
                .addInputs("tokens", "context")
                .addLayer("encoding", new DenseLayer.Builder().nIn(2).nOut(3).build(), "context")
                .addVertex("loop", new IterativeMapVertex(map, 2, slot), "tokens", "encoding")
                .addLayer("out", readOut(), "loop")
                .setOutputs("out")
                .build());
    INDArray encoding = graph.getParam("encoding_W").dup();
    INDArray readOut = graph.getParam("out_W").dup();
    graph.fit(
        new MultiDataSet(
            new INDArray[] {normal(1, 2, 4), normal(2, 2, 2)}, new INDArray[] {normal(3, 2, 2)}));
    assertEquals(encoding, graph.getParam("encoding_W"));
    assertNotEquals(readOut, graph.getParam("out_W"));
  }

  /** The vertex keeps the time mask until its inputs are cleared, and no longer. */
  @Test
  void aMaskGoesWithItsInputs() {
    ComputationGraph graph = decoder(new NoOp());
    INDArray[] inputs = data().getFeatures();
    INDArray plain = graph.outputSingle(inputs);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 2, 3);
    mask.putScalar(0, 2, 0);
    INDArray[] masks = {mask, null};
    INDArray masked = graph.output(false, inputs, masks, null)[0];
    assertTrue(Magnitude.largestDifference(plain, masked) > 1e-6);
    graph.setLayerMaskArrays(masks, null);
    assertClose(plain, graph.outputSingle(inputs), 0); // as layers: this call comes without masks
    GraphVertex loop = graph.getVertex("loop");
    loop.feedForwardMaskArrays(new INDArray[] {mask, null}, MaskState.Active, 2);
    loop.clear();
    assertClose(plain, graph.outputSingle(inputs), 0);
  }

  @Test
  void isSavedAndCloned(@TempDir Path folder) throws IOException {
    ComputationGraph graph = decoder(new Adam(0.02));
    graph.fit(data());
    File file = folder.resolve("graph.zip").toFile();
    graph.save(file, true);
    ComputationGraph loaded = ComputationGraph.load(file, true);
    assertEquals(graph.getConfiguration(), loaded.getConfiguration());
    graph.fit(data());
    loaded.fit(data());
    assertEquals(graph.params(), loaded.params());
    assertEquals(graph.params(), graph.clone().params());
    assertTrue(graph.summary().contains("IterativeMapInGraph"), graph.summary());
  }

  @Test
  void wrongUseIsNamed() {
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    SDIterativeTest.refused(() -> new IterativeMapVertex(map, 2, "x"), "'x'", "[h, g, y]");
    BlockMapBuilder silent = BlockMap.builder().input("x", 4).state("h", 3).output("h");
    BlockMap withoutActivation = silent.connect("x", "h", Sparsity.dense()).build();
    SDIterativeTest.refused(
        () -> new IterativeMapVertex(withoutActivation, 1), "vertex: slot 'h'", "no activation");
    SDIterativeTest.refused(
        () ->
            new IterativeMapVertex(
                BlockMap.builder()
                    .input("x", 4)
                    .state("h", 3, Activation.RRELU)
                    .connect("x", "h", Sparsity.dense())
                    .output("h")
                    .build(),
                1),
        "slot 'h'",
        "RReLU");
    assertEquals(
        InputType.recurrent(3, 9),
        new IterativeMapVertex(map, 2).getOutputType(0, InputType.recurrent(4, 9)));
  }

  @Test
  void halfIsRefusedAsByTheLayers() {
    ComputationGraph graph =
        new ComputationGraph(
            conf(new NoOp())
                .dataType(DataType.FLOAT16)
                .graphBuilder()
                .addInputs("in")
                .addVertex(
                    "loop", new IterativeMapVertex(Networks.richMap(4, Injection.HOLD), 4), "in")
                .addLayer("out", readOut(), "loop")
                .setOutputs("out")
                .build());
    String message = assertThrows(DL4JInvalidConfigException.class, graph::init).getMessage();
    assertTrue(
        message.contains("vertex \"loop\"") && message.contains("expected FLOAT or DOUBLE"),
        message);
  }

  @Test
  void blocksAndBiasesHaveTheirOwnFirstValues() {
    MapSettings settings =
        new IterativeMapLayer.Builder()
            .map(Networks.richMap(4, Injection.HOLD))
            .steps(4)
            .weightInit("h", "h", WeightValues.constant(0.25))
            .weightInit("x", "h", WeightInit.ONES)
            .biasInit("y", 0.75)
            .build()
            .getSettings();
    IterativeMapVertex vertex = new IterativeMapVertex(settings.map(), 4);
    vertex.setSettings(settings);
    ComputationGraph graph =
        graph(
            conf(new NoOp())
                .weightInit(WeightInit.ZERO)
                .graphBuilder()
                .addInputs("in")
                .addVertex("loop", vertex, "in")
                .addLayer("out", readOut(), "loop")
                .setOutputs("out")
                .build());
    Map<String, Double> expected =
        Map.of("W[h->h]", 0.25, "W[x->h]", 1.0, "W[g->y]", 0.0, "b[y]", 0.75, "b[h]", 0.0);
    expected.forEach(
        (key, value) -> {
          INDArray found = graph.getParam("loop_" + key);
          assertClose(found.like().addi(value), found, 0);
        });
    ComputationGraphConfiguration conf = graph.getConfiguration();
    assertEquals(conf, ComputationGraphConfiguration.fromJson(conf.toJson()));
    assertFalse(NeuralNetConfiguration.mapper().valueToTree(vertex).has("biasInit"));
  }
}
