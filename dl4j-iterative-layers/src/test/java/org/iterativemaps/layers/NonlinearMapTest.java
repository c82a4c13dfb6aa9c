package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.samediff.Graphs;
import org.iterativemaps.samediff.SDFunction;
import org.iterativemaps.samediff.SDIterativeTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Maps in networks, linear and not, beside SameDiff graphs of them, in double. */
public class NonlinearMapTest {

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static FeedForwardLayer layer(boolean recurrent, BlockMap map, int k) {
    return recurrent
        ? new IterativeMapRecurrentLayer.Builder().map(map).steps(k).build()
        : new IterativeMapLayer.Builder().map(map).steps(k).build();
  }

  private static NeuralNetConfiguration.Builder conf(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(DataType.DOUBLE)
        .updater(updater)
        .weightInit(WeightInit.XAVIER);
  }

  private static MultiLayerNetwork network(
      NeuralNetConfiguration.Builder conf, FeedForwardLayer layer, boolean recurrent) {
    BaseOutputLayer readOut =
        recurrent
            ? new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(3)
                .build()
            : new OutputLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(3)
                .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf.list()
                .layer(layer)
                .layer(readOut)
                .setInputType(recurrent ? InputType.recurrent(4) : InputType.feedForward(4))
                .build());
    network.init();
    return network;
  }

  /** A network around a map of every typed block. */
  public static MultiLayerNetwork nonlinear() {
    return network(
        conf(new Adam(0.01)),
        new IterativeMapLayer.Builder().map(Graphs.everything(4)).steps(3).build(),
        false);
  }

  public static DataSet data(boolean recurrent) {
    if (!recurrent) {
      INDArray labels = Nd4j.zeros(DataType.DOUBLE, 6, 3);
      for (int b = 0; b < 6; b++) {
        labels.putScalar(b, b % 3, 1);
      }
      return new DataSet(normal(1, 6, 4), labels);
    }
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, 2, 3, 5);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 2, 5);
    for (int t = 0; t < 5; t++) {
      labels.putScalar(new int[] {0, t % 3, t}, 1);
      labels.putScalar(new int[] {1, (2 * t + 1) % 3, t}, 1);
    }
    mask.putScalar(1, 4, 0);
    return new DataSet(normal(1, 2, 4, 5), labels, mask, mask);
  }

  @ParameterizedTest
  @CsvSource({
    "false, HOLD, 1", "false, HOLD, 4", "false, IMPULSE, 3",
    "true, HOLD, 1", "true, HOLD, 3", "true, IMPULSE, 2"
  })
  void trainsAsAGraphWrittenOut(boolean recurrent, Injection injection, int steps) {
    BlockMap map = Networks.richMap(4, injection);
    DataSet data = data(recurrent);
    MultiLayerNetwork network =
        network(conf(new Adam(0.02)).l2(0.01), layer(recurrent, map, steps), recurrent);
    TrainedGraph graph = new TrainedGraph(network, map, steps, 0.02, 0.01);
    INDArray other = normal(4, data.getFeatures().shape());
    assertClose(graph.output(other), network.output(other), 1e-12);
    for (int i = 0; i < 20; i++) {
      network.fit(data);
      assertEquals(
          graph.fit(data.getFeatures(), data.getLabels(), data.getLabelsMaskArray()),
          network.score(),
          1e-10);
    }
    graph.assertSame(network, 1e-9);
    assertClose(graph.output(other), network.output(other), 1e-9);
    network.setInput(other);
    network.setLabels(data.getLabels());
    assertClose(
        graph.inputGradient(other, data.getLabels()),
        network.calculateGradients(other, data.getLabels(), null, null).getSecond(),
        1e-9);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nonlinearBlocksPassTheGradientCheck(boolean recurrent) {
    BlockMap map = Graphs.everything(4);
    FeedForwardLayer layer =
        recurrent
            ? new IterativeMapRecurrentLayer.Builder().map(map).steps(2).build()
            : new IterativeMapLayer.Builder().map(map).steps(3).build();
    MultiLayerNetwork network = network(conf(new NoOp()), layer, recurrent);
    DataSet data = data(recurrent);
    INDArray input = data.getFeatures();
    INDArray labels = data.getLabels();
    if (recurrent) { // attention takes three rows at a time
      input = normal(1, 3, 4, 2);
      labels =
          Nd4j.concat(0, labels, labels)
              .get(NDArrayIndex.interval(0, 3), NDArrayIndex.all(), NDArrayIndex.interval(0, 2))
              .dup();
    }
    assertTrue(
        GradientCheckUtil.checkGradients(
            new GradientCheckUtil.MLNConfig()
                .net(network)
                .input(input)
                .labels(labels)
                .epsilon(1e-6)
                .maxRelError(1e-5)
                .minAbsoluteError(1e-9)));
  }

  @Test
  void runsStepByStepAndWithTruncatedBptt() {
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    MultiLayerNetwork network = network(conf(new NoOp()), layer(true, map, 2), true);
    INDArray input = normal(3, 2, 4, 6);
    INDArray whole = network.output(input);
    for (int t = 0; t < 6; t += 2) {
      INDArray part =
          network.rnnTimeStep(
              input
                  .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(t, t + 2))
                  .dup());
      assertClose(
          whole.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(t, t + 2)).dup(),
          part,
          1e-12);
    }
    DataSet data = data(true);
    for (int back : new int[] {2, 1}) { // DL4J passes no shorter way back on to layers
      MultiLayerNetwork truncated = tbptt(layer(true, map, 2), back);
      TrainedGraph graph = new TrainedGraph(truncated, map, 2, 0.02, 0);
      for (int i = 0; i < 5; i++) {
        truncated.fit(data);
        graph.fitTruncated(data.getFeatures(), data.getLabels(), data.getLabelsMaskArray(), 2);
      }
      graph.assertSame(truncated, 1e-10);
    }
  }

  private static MultiLayerNetwork tbptt(FeedForwardLayer layer, int back) {
    MultiLayerConfiguration conf =
        conf(new Adam(0.02))
            .list()
            .layer(layer)
            .layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(3)
                    .build())
            .setInputType(InputType.recurrent(4))
            .backpropType(BackpropType.TruncatedBPTT)
            .tBPTTForwardLength(2)
            .tBPTTBackwardLength(back)
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    return network;
  }

  @Test
  void openInputsAreInferredAndJsonKeepsEverything() {
    BlockMap open = Graphs.everything(4).withInputSize(4);
    MultiLayerConfiguration conf =
        conf(new Adam(0.01))
            .list()
            .layer(
                new IterativeMapLayer.Builder()
                    .map(
                        BlockMap.builder()
                            .input("x")
                            .state("h", 5, Activation.TANH)
                            .connect("x", "h", Sparsity.density(0.5))
                            .output("h")
                            .build())
                    .steps(2)
                    .build())
            .layer(new IterativeMapLayer.Builder().map(mapOf(5, open)).steps(2).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MSE)
                    .activation(Activation.IDENTITY)
                    .nOut(2)
                    .build())
            .setInputType(InputType.feedForward(4))
            .build();
    assertEquals(conf, MultiLayerConfiguration.fromJson(conf.toJson()));
    assertEquals(conf, MultiLayerConfiguration.fromYaml(conf.toYaml()));
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    assertEquals(10, network.getLayer(0).getParam("W[x->h]").length());
    INDArray input = normal(1, 3, 4);
    assertEquals(network.output(input), network.clone().output(input));
    assertTrue(network.summary().contains("IterativeMap"));
    assertTrue(
        conf.getMemoryReport(InputType.feedForward(4)).toString().contains("IterativeMapLayer"));
  }

  private static BlockMap mapOf(int nIn, BlockMap map) {
    return map.withInputSize(nIn);
  }

  @Test
  void wrongUseIsNamed() {
    BlockMap code =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 4, Activation.TANH)
            .connect("x", "h", new SDFunction("mine", 1, (sd, z) -> sd.math().sin(z[0])))
            .output("h")
            .build();
    SDIterativeTest.refused(
        () -> new IterativeMapLayer.Builder().map(code).build(), "x->h", "mine", "SDIterative");
    SDIterativeTest.refused(() -> new IterativeMapLayer.Builder().build(), "map");
    SDIterativeTest.refused(
        () -> new IterativeMapLayer.Builder().map(Graphs.everything(4)).steps(0).build(),
        "steps: found 0");
    BlockMap rich = Networks.richMap(4, Injection.HOLD);
    SDIterativeTest.refused(
        () -> new IterativeMapLayer.Builder().map(rich).biasInit("x", 1).build(),
        "biasInit: slot 'x' has no bias");
    SDIterativeTest.refused(
        () -> new IterativeMapLayer.Builder().map(Graphs.everything(4)).nIn(5).build(),
        "nIn: found 5",
        "4 units");
    MultiLayerNetwork network =
        network(conf(new NoOp()), layer(true, Networks.richMap(4, Injection.HOLD), 2), true);
    String message =
        assertThrows(DL4JInvalidInputException.class, () -> network.output(normal(1, 2, 3, 5)))
            .getMessage();
    assertTrue(message.contains("[2, 3, 5]") && message.contains("layer0"), message);
    network.rnnClearPreviousState();
    assertThrows(
        DL4JInvalidInputException.class,
        () -> network.rnnSetPreviousState(0, Map.of("nobody", normal(1, 2, 5))));
  }

  /** DL4J would order the tokens of a sequence by time first: attention would mix examples. */
  @Test
  void attentionBehindASequenceIsRefused() {
    BlockMapBuilder map = BlockMap.builder().input("x", 4);
    for (String wire : List.of("q", "k", "v")) {
      map.wire(wire, 4, Activation.IDENTITY).connect("x", wire, Sparsity.dense());
    }
    BlockMap attention =
        map.state("h", 4, Activation.TANH)
            .connect(List.of("q", "k", "v"), "h", BlockFunctions.attention(2, 3))
            .output("h")
            .build();
    IterativeMapLayer layer = new IterativeMapLayer.Builder().map(attention).name("loop").build();
    assertNull(layer.getPreProcessorForInputType(InputType.feedForward(4)));
    String message =
        assertThrows(
                IllegalStateException.class,
                () -> layer.getPreProcessorForInputType(InputType.recurrent(4, 3)))
            .getMessage();
    assertTrue(message.contains("'loop'") && message.contains("[batch * time"), message);
    IterativeMapLayer linear =
        new IterativeMapLayer.Builder().map(Networks.richMap(4, Injection.HOLD)).build();
    assertNotNull(linear.getPreProcessorForInputType(InputType.recurrent(4, 3)));
  }

  /** As trained without, on inputs that were dropped out, or by the gradient at noisy weights. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dropoutAndWeightNoiseAreThoseOfDl4j(boolean noisy) {
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    Dropout dropout = new Dropout(0.6);
    WeightNoise noise = new WeightNoise(new NormalDistribution(0.1, 0.2), true);
    IterativeMapLayer.Builder layer = new IterativeMapLayer.Builder().map(map).steps(4);
    MultiLayerNetwork network =
        network(
            conf(new Adam(0.01)),
            (noisy ? layer.weightNoise(noise) : layer.dropOut(dropout)).build(),
            false);
    TrainedGraph graph = new TrainedGraph(network, map, 4, 0.01, 0);
    DataSet data = data(false);
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    for (int i = 0; i < 3; i++) {
      INDArray features = data.getFeatures().dup();
      Map<String, INDArray> noisyParameters = new LinkedHashMap<>();
      Nd4j.getRandom().setSeed(3 + i);
      if (noisy) {
        network
            .paramTable()
            .forEach(
                (key, value) ->
                    noisyParameters.put(
                        key,
                        key.startsWith("1_")
                            ? value.dup()
                            : noise
                                .getParameter(
                                    network.getLayer(0), key.substring(2), 0, 0, true, none)
                                .dup()));
      } else {
        features = dropout.applyDropout(features, features.like(), i, 0, none);
        noisyParameters.putAll(network.paramTable());
      }
      assertNotEquals(
          noisy ? network.paramTable() : data.getFeatures(), noisy ? noisyParameters : features);
      graph.fitAt(features, data.getLabels(), noisyParameters);
      Nd4j.getRandom().setSeed(3 + i);
      network.fit(data);
      graph.assertSame(network, 1e-10);
    }
  }

  /** Every level is made once: twice each, the innermost would be made 2^31 times. */
  @Test
  void theDeepestMapTrains() {
    BlockMap map = around(BlockFunctions.linear(Sparsity.dense()));
    for (int depth = 1; depth < BlockMap.MAX_DEPTH; depth++) {
      map = around(BlockFunctions.nested(map, 1));
    }
    BlockMap deepest = map;
    MultiLayerNetwork network =
        assertTimeoutPreemptively(
            Duration.ofSeconds(60),
            () -> network(conf(new Adam(0.01)), layer(false, deepest, 1), false));
    INDArray first = network.params().dup();
    network.fit(data(false));
    assertNotEquals(first, network.params());
  }

  private static BlockMap around(BlockFunction function) {
    return BlockMap.builder()
        .input("x", 4)
        .state("h", 4, Activation.TANH)
        .connect("x", "h", function)
        .output("h")
        .build();
  }
}
