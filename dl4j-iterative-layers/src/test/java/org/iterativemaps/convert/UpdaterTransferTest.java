package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.Magnitude;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Trained some, converted, trained on: as if nothing had happened. */
@SuppressWarnings("deprecation") // GravesLSTM
class UpdaterTransferTest {
  private static final IUpdater[] UPDATERS = {
    new Adam(0.05), new Nesterovs(0.05, 0.9), new RmsProp(0.02), new Nadam(0.05), new Sgd(0.1)
  };

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void recurrentNetworks(long seed) {
    Random random = new Random(seed);
    Layer lstm = new LSTM.Builder().nOut(4).biasUpdater(new Adam(0.1)).build();
    Layer graves = new GravesLSTM.Builder().nOut(3).build();
    Layer simple = new SimpleRnn.Builder().nOut(3).updater(new Adam(0.02)).build();
    UnaryOperator<MultiLayerNetwork> there = net -> IterativeMaps.fromRnn(net).network();
    UnaryOperator<MultiLayerNetwork> back = net -> IterativeMaps.toRnn(net).network();
    for (Layer[] layers :
        new Layer[][] {{lstm, graves}, {new Bidirectional(lstm), simple}, {simple, simple}}) {
      MultiLayerNetwork network = sequence(UPDATERS[(int) seed - 1], layers);
      DataSet data = sequences(random);
      fit(network, data, 3);
      assertTrainsAlike(network, there.apply(network), data);
      assertTrainsAlike(network, back.apply(there.apply(network)), data);
    }
    MultiLayerNetwork stack = sequence(UPDATERS[(int) seed - 1], simple, simple);
    DataSet data = sequences(random);
    fit(stack, data, 3);
    assertTrainsAlike(
        stack, IterativeMaps.fromRnn(stack, RnnOptions.exact().asOneMap()).network(), data);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void denseNetworks(long seed) {
    MultiLayerNetwork network = mlp(UPDATERS[(int) seed - 1]);
    DataSet data = rows(new Random(seed));
    fit(network, data, 3);
    MultiLayerNetwork map = IterativeMaps.fromMlp(network).network();
    MultiLayerNetwork back = IterativeMaps.toMlp(map).network();
    assertTrainsAlike(network, map, data);
    assertTrainsAlike(network, back, data);
    ComputationGraph graph = network.toComputationGraph();
    fit(graph, data, 3);
    ComputationGraph graphOfMaps = IterativeMaps.fromMlp(graph).network();
    assertEquals(3, graphOfMaps.getIterationCount());
    fit(graph, data, 3);
    fit(graphOfMaps, data, 3);
    assertEquals(
        0,
        Magnitude.largestDifference(
            graph.outputSingle(data.getFeatures()), graphOfMaps.outputSingle(data.getFeatures())),
        1e-10);
  }

  @Test
  void whatIsDrawnPrunedOrAveragedBeginsAnew() {
    MultiLayerNetwork network = mlp(new Adam(0.1));
    fit(network, rows(new Random(1)), 2);
    assertNull(
        IterativeMaps.fromMlp(network, MlpOptions.dense().density(0.5))
            .network()
            .getUpdater(false));
    assertNull(IterativeMaps.fromMlp(network, MlpOptions.tied(6, 2)).network().getUpdater(false));
  }

  @Test
  void aNetworkWithoutAnUpdaterYetGetsNone() {
    assertNull(IterativeMaps.fromMlp(mlp(new Adam(0.1))).network().getUpdater(false));
  }

  private static void assertTrainsAlike(
      MultiLayerNetwork network, MultiLayerNetwork converted, DataSet data) {
    MultiLayerNetwork expected = network.clone();
    fit(expected, data, 3);
    fit(converted, data, 3);
    double apart =
        Magnitude.largestDifference(
            expected.output(data.getFeatures()), converted.output(data.getFeatures()));
    assertTrue(apart < 1e-10, () -> "" + apart);
  }

  private static void fit(MultiLayerNetwork network, DataSet data, int times) {
    for (int i = 0; i < times; i++) {
      network.fit(data);
    }
  }

  private static void fit(ComputationGraph network, DataSet data, int times) {
    for (int i = 0; i < times; i++) {
      network.fit(data);
    }
  }

  private static MultiLayerNetwork sequence(IUpdater updater, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(updater)
            .dataType(DataType.DOUBLE)
            .list();
    for (Layer layer : layers) {
      list.layer(layer.clone());
    }
    list.layer(new RnnOutputLayer.Builder(LossFunction.MSE).updater(new NoOp()).nOut(2).build());
    MultiLayerNetwork network =
        new MultiLayerNetwork(list.setInputType(InputType.recurrent(3)).build());
    network.init();
    return network;
  }

  private static MultiLayerNetwork mlp(IUpdater updater) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(updater)
                .activation(Activation.TANH)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder().nOut(6).build())
                .layer(new DenseLayer.Builder().nOut(6).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                .setInputType(InputType.feedForward(3))
                .build());
    network.init();
    return network;
  }

  private static DataSet sequences(Random random) {
    return new DataSet(
        normal(random, DataType.DOUBLE, 4, 3, 5), normal(random, DataType.DOUBLE, 4, 2, 5));
  }

  private static DataSet rows(Random random) {
    return new DataSet(
        normal(random, DataType.DOUBLE, 4, 3), normal(random, DataType.DOUBLE, 4, 2));
  }
}
