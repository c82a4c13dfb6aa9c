package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** After close() every call says so, of a map layer as of DL4J's recurrent layers. */
class ClosedNetworkTest {
  private static final BlockMap MAP =
      BlockMap.builder()
          .input("x", 4)
          .state("h", 5, Activation.TANH)
          .connect("x", "h", Sparsity.dense())
          .connect("h", "h", Sparsity.density(0.5))
          .output("h")
          .build();

  private static NeuralNetConfiguration.Builder conf(DataType type) {
    return new NeuralNetConfiguration.Builder().seed(1).dataType(type).updater(new Adam());
  }

  static List<Arguments> feedForward() {
    return List.of(
        Arguments.of(DataType.FLOAT, new IterativeMapLayer.Builder().map(MAP)),
        Arguments.of(DataType.DOUBLE, new IterativeMapLayer.Builder().map(MAP)),
        Arguments.of(
            DataType.FLOAT,
            new IterativeMapLayer.Builder().map(MAP).weightNoise(new DropConnect(0.5))),
        Arguments.of(DataType.FLOAT, new IterativeMapLayer.Builder().map(MAP)),
        Arguments.of(DataType.DOUBLE, new IterativeMapLayer.Builder().map(MAP)));
  }

  @ParameterizedTest
  @MethodSource
  void feedForward(DataType type, Layer.Builder<?> layer) {
    INDArray x = Nd4j.rand(type, 3, 4);
    INDArray y = Nd4j.rand(type, 3, 2);
    for (boolean isTrained : new boolean[] {false, true}) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              conf(type)
                  .list(
                      layer.name("loop").build(),
                      new OutputLayer.Builder()
                          .nIn(5)
                          .nOut(2)
                          .activation(Activation.SOFTMAX)
                          .build())
                  .build());
      network.init();
      if (isTrained) {
        network.fit(x, y);
      }
      network.close();
      refuse("layer name: loop", calls(network, x, y));
    }
  }

  static List<Arguments> recurrent() {
    return List.of(
        Arguments.of(DataType.FLOAT, new IterativeMapRecurrentLayer.Builder().map(MAP)),
        Arguments.of(DataType.DOUBLE, new IterativeMapRecurrentLayer.Builder().map(MAP)),
        Arguments.of(DataType.FLOAT, new IterativeMapRecurrentLayer.Builder().map(MAP)));
  }

  @ParameterizedTest
  @MethodSource
  void recurrent(DataType type, Layer.Builder<?> layer) {
    INDArray x = Nd4j.rand(type, 3, 4, 6);
    INDArray y = Nd4j.rand(type, 3, 2, 6);
    for (BackpropType backprop : BackpropType.values()) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              conf(type)
                  .list(
                      layer.name("loop").build(),
                      new RnnOutputLayer.Builder()
                          .nIn(5)
                          .nOut(2)
                          .activation(Activation.SOFTMAX)
                          .build())
                  .backpropType(backprop)
                  .tBPTTLength(3)
                  .build());
      network.init();
      network.fit(x, y);
      network.rnnTimeStep(x);
      network.close();
      Map<String, Executable> calls = calls(network, x, y);
      calls.put("rnnTimeStep", () -> network.rnnTimeStep(x));
      calls.put("stored state", () -> network.rnnActivateUsingStoredState(x, true, true));
      refuse("layer name: loop", calls);
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, true", "DOUBLE, true", "FLOAT, false"})
  void vertex(DataType type, boolean isSequence) {
    ComputationGraph graph =
        new ComputationGraph(
            conf(type)
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(isSequence ? InputType.recurrent(4) : InputType.feedForward(4))
                .addVertex("loop", new IterativeMapVertex(MAP, 1), "x")
                .addLayer(
                    "y",
                    isSequence
                        ? new RnnOutputLayer.Builder()
                            .nOut(2)
                            .activation(Activation.SOFTMAX)
                            .build()
                        : new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(),
                    "loop")
                .setOutputs("y")
                .build());
    graph.init();
    INDArray x = isSequence ? Nd4j.rand(type, 3, 4, 6) : Nd4j.rand(type, 3, 4);
    INDArray y = isSequence ? Nd4j.rand(type, 3, 2, 6) : Nd4j.rand(type, 3, 2);
    DataSet data = new DataSet(x, y);
    graph.fit(data);
    graph.close();
    Map<String, Executable> calls = new LinkedHashMap<>();
    calls.put("output", () -> graph.output(x));
    calls.put("output in training", () -> graph.output(true, x));
    calls.put("feedForward", () -> graph.feedForward(x, false));
    calls.put("fit", () -> graph.fit(data));
    calls.put("score", () -> graph.score(data));
    calls.put("rnnTimeStep", () -> graph.rnnTimeStep(x));
    refuse("vertex \"loop\"", calls);
  }

  private static Map<String, Executable> calls(MultiLayerNetwork network, INDArray x, INDArray y) {
    Map<String, Executable> calls = new LinkedHashMap<>();
    calls.put("output", () -> network.output(x));
    calls.put("output in training", () -> network.output(x, true));
    calls.put("feedForward", () -> network.feedForward(x));
    calls.put("feedForward in training", () -> network.feedForward(x, true));
    calls.put("fit", () -> network.fit(x, y));
    calls.put("score", () -> network.score(new DataSet(x, y)));
    return calls;
  }

  private static void refuse(String where, Map<String, Executable> calls) {
    calls.forEach(
        (what, call) -> {
          String message = assertThrows(IllegalStateException.class, call, what).getMessage();
          assertTrue(message.contains("Parameter W[x->h]: found a closed array"), message);
          assertTrue(message.contains("clone() of a network"), message);
          assertTrue(message.contains(where), message);
        });
  }

  @Test
  void arraysClosedByThemselves() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(DataType.FLOAT)
                .list(
                    new IterativeMapRecurrentLayer.Builder().map(MAP).name("loop").build(),
                    new RnnOutputLayer.Builder().nIn(5).nOut(2).build())
                .build());
    network.init();
    INDArray input = Nd4j.rand(DataType.FLOAT, 3, 4, 6);
    INDArray state = Nd4j.rand(DataType.FLOAT, 3, 5);
    network.rnnSetPreviousState(0, Map.of("h", state));
    state.close();
    String message =
        assertThrows(IllegalStateException.class, () -> network.rnnTimeStep(input)).getMessage();
    assertTrue(message.startsWith("State 'h': found a closed array"), message);
    network.rnnClearPreviousState();
    assertEquals(3, network.output(input).size(0));
    input.close();
    message = assertThrows(IllegalStateException.class, () -> network.output(input)).getMessage();
    assertTrue(message.startsWith("Input: found a closed array"), message);
  }
}
