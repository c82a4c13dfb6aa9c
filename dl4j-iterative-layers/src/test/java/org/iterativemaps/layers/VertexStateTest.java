package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The state of the vertex from call to call, beside whole sequences and the recurrent layer. */
class VertexStateTest {

  private static final BlockMap MAP = Networks.richMap(4, Injection.HOLD);

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static NeuralNetConfiguration.Builder conf() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(DataType.DOUBLE)
        .updater(new Adam(0.02));
  }

  private static RnnOutputLayer readOut() {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .activation(Activation.IDENTITY)
        .dataFormat(RNNFormat.NCW)
        .nIn(3)
        .nOut(2)
        .build();
  }

  private static ComputationGraph graph(GraphBuilder builder) {
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  private static GraphBuilder truncated(GraphBuilder builder, int forward, int back) {
    return builder
        .backpropType(BackpropType.TruncatedBPTT)
        .tBPTTForwardLength(forward)
        .tBPTTBackwardLength(back);
  }

  /** One sequence through the vertex or, with the same parameters, the recurrent layer. */
  private static GraphBuilder single(boolean vertex) {
    GraphBuilder graph = conf().l2(0.01).l2Bias(0.02).graphBuilder().addInputs("in");
    if (vertex) {
      graph.addVertex("loop", new IterativeMapVertex(MAP, 2), "in");
    } else {
      graph.addLayer(
          "loop", new IterativeMapRecurrentLayer.Builder().map(MAP).steps(2).build(), "in");
    }
    return graph.addLayer("out", readOut(), "loop").setOutputs("out");
  }

  /** Two vertices and an LSTM; a second input is encoded into first states. */
  private static GraphBuilder several() {
    return conf()
        .updater(new Sgd(0.1))
        .graphBuilder()
        .addInputs("tokens", "context")
        .addLayer("encoding", new DenseLayer.Builder().nIn(2).nOut(5).build(), "context")
        .addVertex("one", new IterativeMapVertex(MAP, 2, "h"), "tokens", "encoding")
        .addLayer("lstm", new LSTM.Builder().nIn(3).nOut(4).build(), "one")
        .addVertex("two", new IterativeMapVertex(MAP, 1), "lstm")
        .addLayer("out", readOut(), "two")
        .setOutputs("out");
  }

  private static INDArray times(INDArray sequence, int from, int to) {
    return sequence
        .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
        .dup('f');
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void stepByStepIsTheWholeSequence(int stride) {
    ComputationGraph graph = graph(several());
    for (int seed = 0; seed < 3; seed++) {
      INDArray tokens = normal(seed, 2 + seed, 4, 7);
      INDArray context = normal(10 + seed, 2 + seed, 2);
      INDArray whole = graph.outputSingle(tokens, context).dup();
      graph.rnnClearPreviousState();
      for (int from = 0; from < 7; from += stride) {
        int to = Math.min(7, from + stride);
        INDArray part = graph.rnnTimeStep(times(tokens, from, to), context)[0];
        assertClose(times(whole, from, to), part, 1e-12);
        graph.outputSingle(tokens, context); // has no state of its own and leaves the stored one
      }
    }
  }

  @Test
  void matricesAreOneTimeStepEach() {
    ComputationGraph graph = graph(several());
    INDArray tokens = normal(1, 2, 4, 5);
    INDArray context = normal(2, 2, 2);
    INDArray whole = graph.outputSingle(tokens, context).dup();
    for (int t = 0; t < 5; t++) {
      INDArray step = times(tokens, t, t + 1).reshape('f', 2, 4);
      assertClose(
          times(whole, t, t + 1).reshape('f', 2, 2), graph.rnnTimeStep(step, context)[0], 1e-12);
    }
  }

  /** As the layer for single inputs, which DL4J runs without a state there. */
  @Test
  void aTokenBesideSequencesHasNoState() {
    ComputationGraph graph =
        graph(
            conf()
                .graphBuilder()
                .addInputs("in")
                .addLayer("lstm", new LSTM.Builder().nIn(2).nOut(4).build(), "in")
                .addVertex("last", new LastTimeStepVertex("in"), "lstm")
                .addVertex("map", new IterativeMapVertex(MAP, 4), "last")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(3)
                        .nOut(2)
                        .build(),
                    "map")
                .setOutputs("out"));
    INDArray sequence = normal(1, 3, 2, 4);
    for (int t = 0; t < 4; t++) {
      INDArray soFar = graph.outputSingle(times(sequence, 0, t + 1)).dup();
      assertClose(soFar, graph.rnnTimeStep(times(sequence, t, t + 1))[0], 1e-12);
    }
    assertTrue(graph.rnnGetPreviousStates().get("map").isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "3, 2", "2, 1", "7, 7", "10, 4"})
  void truncatedBpttIsThatOfTheLayer(int forward, int back) {
    ComputationGraph layer = graph(truncated(single(false), forward, back));
    ComputationGraph vertex = graph(truncated(single(true), forward, back));
    assertEquals(layer.params(), vertex.params());
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 3, 7);
    mask.putScalar(1, 6, 0);
    mask.putScalar(1, 5, 0);
    for (int i = 0; i < 4; i++) {
      INDArray[] masks = i % 2 == 0 ? null : new INDArray[] {mask};
      MultiDataSet data =
          new MultiDataSet(
              new INDArray[] {normal(i, 3, 4, 7)},
              new INDArray[] {normal(9 + i, 3, 2, 7)},
              masks,
              masks);
      layer.fit(data);
      vertex.fit(data);
      assertClose(layer.params(), vertex.params(), 1e-11);
      assertEquals(layer.score(), vertex.score(), 1e-10);
      assertTrue(vertex.rnnGetPreviousStates().get("loop").isEmpty(), "cleared after fit");
    }
  }

  /** The first values are those of the first segment; later ones go on and owe them nothing. */
  @Test
  void firstStatesBelongToTheFirstSegment() {
    MultiDataSet data =
        new MultiDataSet(
            new INDArray[] {normal(1, 2, 4, 6), normal(2, 2, 2)},
            new INDArray[] {normal(3, 2, 2, 6)});
    ComputationGraph standard = graph(several());
    ComputationGraph oneSegment = graph(truncated(several(), 6, 6));
    standard.fit(data);
    oneSegment.fit(data);
    assertClose(standard.params(), oneSegment.params(), 1e-12);
    INDArray second = Nd4j.ones(DataType.DOUBLE, 2, 6);
    second.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3)).assign(0);
    data.setLabelsMaskArray(new INDArray[] {second});
    ComputationGraph twoSegments = graph(truncated(several(), 3, 3));
    INDArray encoding = twoSegments.getParam("encoding_W").dup();
    INDArray one = twoSegments.getParam("one_W[x->h]").dup();
    twoSegments.fit(data);
    assertEquals(encoding, twoSegments.getParam("encoding_W"));
    assertNotEquals(one, twoSegments.getParam("one_W[x->h]"));
  }

  @Test
  void statesAreReadSetAndClearedByName() {
    ComputationGraph graph = graph(single(true));
    INDArray first = normal(1, 2, 4, 3);
    INDArray next = normal(2, 2, 4, 2);
    INDArray fresh = graph.rnnTimeStep(first)[0].dup();
    Map<String, INDArray> state = graph.rnnGetPreviousState("loop");
    assertEquals(MAP.stateSlots().size(), state.size());
    INDArray going = graph.rnnTimeStep(next)[0].dup();
    graph.rnnSetPreviousState("loop", state);
    assertEquals(going, graph.rnnTimeStep(next)[0]);
    graph.rnnClearPreviousState();
    assertTrue(graph.rnnGetPreviousState("loop").isEmpty());
    assertEquals(fresh, graph.rnnTimeStep(first)[0]);
    assertNotEquals(fresh, graph.rnnTimeStep(first)[0]);
    Map<String, INDArray> wrong = Map.of("x", normal(1, 2, 4));
    assertThrows(DL4JInvalidInputException.class, () -> graph.rnnSetPreviousState("loop", wrong));
  }

  @Test
  void anotherBatchIsRefusedUntilTheStateIsCleared() {
    ComputationGraph graph = graph(single(true));
    graph.rnnTimeStep(normal(1, 2, 4, 3));
    INDArray five = normal(2, 5, 4, 3);
    String message =
        assertThrows(DL4JInvalidInputException.class, () -> graph.rnnTimeStep(five)).getMessage();
    assertTrue(
        message.contains("batch size 2")
            && message.contains("the input, 5.")
            && message.contains("rnnClearPreviousState")
            && message.contains("\"loop\""),
        message);
    graph.rnnClearPreviousState();
    assertEquals(5, graph.rnnTimeStep(five)[0].size(0));
  }

  @Test
  void dl4jSeesItsParameters() {
    ComputationGraph vertex = graph(single(true));
    ComputationGraph layer = graph(single(false));
    assertEquals(layer.numParams(), vertex.numParams());
    assertEquals(vertex.params().length(), vertex.numParams());
    assertEquals(layer.paramTable().keySet(), vertex.paramTable().keySet());
    assertEquals(layer.calcRegularizationScore(true), vertex.calcRegularizationScore(true), 1e-12);
    vertex.setParam("loop_b[h]", normal(1, 5));
    assertClose(normal(1, 5), vertex.getParam("loop_b[h]"), 0);
  }

  /** What DL4J does to its own layer vertices alone works as on any other vertex. */
  @Test
  void summaryAndTransferLearningSeeAVertex() {
    ComputationGraph graph = graph(single(true));
    assertTrue(graph.summary(InputType.recurrent(4, 5)).contains("IterativeMapInGraph"));
    graph.fit(new MultiDataSet(normal(1, 2, 4, 3), normal(2, 2, 2, 3)));
    assertTrue(graph.summary().contains("IterativeMapInGraph"));
    ComputationGraph frozen =
        new TransferLearning.GraphBuilder(graph).setFeatureExtractor("loop").build();
    INDArray loop = frozen.getParam("loop_W[x->h]").dup();
    INDArray out = frozen.getParam("out_W").dup();
    frozen.fit(new MultiDataSet(normal(1, 2, 4, 3), normal(2, 2, 2, 3)));
    assertEquals(loop, frozen.getParam("loop_W[x->h]"));
    assertNotEquals(out, frozen.getParam("out_W"));
  }
}
