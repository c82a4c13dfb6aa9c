package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.assertDifferent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.transferlearning.TransferLearningHelper;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Freezing, and DL4J's transfer learning: masks stay what they were. */
class TransferTest {

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFrozenLayerDoesNotLearn(boolean recurrent) {
    Layer layer =
        recurrent
            ? Networks.sequence().dropOut(0.5).build()
            : Networks.single().dropOut(0.5).build();
    Layer frozen = new org.deeplearning4j.nn.conf.layers.misc.FrozenLayer(layer);
    MultiLayerNetwork network =
        recurrent
            ? Networks.recurrent(Networks.sgd(0.5), frozen, 3)
            : Networks.feedForward(Networks.sgd(0.5), frozen, 3);
    DataSet data = Networks.data(recurrent);
    INDArray before = network.getLayer(0).params().dup();
    INDArray readOut = network.getParam("1_W").dup();
    network.fit(data);
    assertEquals(before, network.getLayer(0).params());
    assertDifferent(readOut, network.getParam("1_W"));
    // Always in test mode: its dropout is off.
    assertEquals(network.output(data.getFeatures()), network.output(data.getFeatures(), true));
  }

  /**
   * What is below a layer frozen with backprop learns as if it were not frozen, without dropout.
   */
  @Test
  void aFrozenLayerHandsItsGradientDown() {
    DataSet data = Networks.data(false);
    MultiLayerNetwork plain = stack(Networks.single().build());
    MultiLayerNetwork frozen =
        Networks.withParameters(
            stack(new FrozenLayerWithBackprop(Networks.single().dropOut(0.5).build())), plain);
    INDArray before = frozen.getLayer(1).params().dup();
    plain.fit(data);
    frozen.fit(data);
    assertEquals(before, frozen.getLayer(1).params());
    assertDifferent(before, plain.getLayer(1).params());
    assertClose(plain.getParam("0_W"), frozen.getParam("0_W"), 1e-13);
    assertClose(plain.getParam("2_W"), frozen.getParam("2_W"), 1e-13);
  }

  private static MultiLayerNetwork stack(Layer middle) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.sgd(0.5)
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(4).activation(Activation.TANH).build())
                .layer(middle)
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(3).nOut(3).build())
                .build());
    network.init();
    return network;
  }

  @Test
  void theOutputLayerIsReplaced() {
    MultiLayerNetwork network = trained(false);
    MultiLayerNetwork edited =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.5)).seed(99).build())
            .setFeatureExtractor(0)
            .removeOutputLayer()
            .addLayer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(3).nOut(7).build())
            .build();
    assertInstanceOf(FrozenLayer.class, edited.getLayer(0));
    assertEquals(network.getLayer(0).params(), edited.getLayer(0).params());
    edited.fit(new DataSet(Networks.data(false).getFeatures(), Networks.oneHot(3, 5, 7)));
    assertEquals(network.getLayer(0).params(), edited.getLayer(0).params());
    assertClose(hidden(network), hidden(edited), 0);
    assertEquals(7, edited.output(Networks.normal(1, 2, 4)).size(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fineTuningWithAnotherSeedKeepsMasksAndWeights(boolean recurrent) {
    MultiLayerNetwork network = trained(recurrent);
    MultiLayerNetwork tuned =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder()
                    .updater(new Sgd(0.05))
                    .seed(99)
                    .l2(0.1)
                    .weightInit(WeightInit.XAVIER)
                    .build())
            .build();
    MapSettings before = settings(network);
    assertEquals(before, settings(tuned));
    for (int b = 0; b < before.realized().blocks().size(); b++) {
      assertEquals(
          before.realized().blocks().get(b).mask(),
          settings(tuned).realized().blocks().get(b).mask());
    }
    assertEquals(network.params(), tuned.params());
    INDArray features = Networks.data(recurrent).getFeatures();
    assertEquals(network.output(features), tuned.output(features));
    tuned.fit(Networks.data(recurrent));
    assertDifferent(network.params(), tuned.params());
  }

  @Test
  void normConstraintsOfFineTuningAreRefused() {
    assertThrows(
        DL4JInvalidConfigException.class,
        () ->
            new TransferLearning.Builder(trained(false))
                .fineTuneConfiguration(
                    new FineTuneConfiguration.Builder()
                        .constraints(List.of(new UnitNormConstraint(1)))
                        .build())
                .build());
  }

  @Test
  void nOutIsReplacedInBothLayers() {
    MultiLayerNetwork network = trained(false);
    MultiLayerNetwork wider =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .nOutReplace(0, 9, WeightInit.XAVIER)
            .build();
    IterativeMapLayer layer = (IterativeMapLayer) wider.getLayer(0).conf().getLayer();
    assertEquals(9, layer.getNOut());
    assertEquals(9, layer.getSettings().map().output().size());
    assertEquals(3, settings(network).map().output().size()); // the original is left alone
    assertEquals(9, wider.getParam("0_b[y]").length());
    assertEquals(18, wider.getParam("0_W[x->y]").length()); // half of 4 * 9
    wider.fit(Networks.data(false));
    assertEquals(3, wider.output(Networks.normal(1, 2, 4)).size(1));
  }

  @Test
  void nInIsReplacedWhenALayerIsPutBelow() {
    MultiLayerNetwork network = stack(Networks.single().build());
    MultiLayerNetwork wider =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .nOutReplace(0, 6, WeightInit.XAVIER)
            .build();
    assertEquals(6, settings(wider, 1).map().input().size());
    assertEquals(18, wider.getParam("1_W[x->h]").length()); // 0.6 * 6 * 5
    wider.fit(Networks.data(false));
  }

  @Test
  void theHelperTrainsOnFeaturesOfTheFrozenPart() {
    MultiLayerNetwork network = stack(Networks.single().build());
    TransferLearningHelper helper = new TransferLearningHelper(network, 1);
    DataSet data = Networks.data(false);
    DataSet features = helper.featurize(data);
    assertClose(network.feedForward(data.getFeatures()).get(2), features.getFeatures(), 0);
    INDArray frozen = network.getParam("1_W[x->h]").dup();
    INDArray readOut = network.getParam("2_W").dup();
    helper.fitFeaturized(features);
    assertDifferent(readOut, network.getParam("2_W"));
    assertEquals(frozen, network.getParam("1_W[x->h]"));
    assertClose(
        network.output(data.getFeatures()), helper.outputFromFeaturized(features.getFeatures()), 0);
  }

  @Test
  void theHelperTrainsAMapAboveTheFrozenPart() {
    MultiLayerNetwork network = stack(Networks.single().build());
    TransferLearningHelper helper = new TransferLearningHelper(network, 0);
    DataSet data = Networks.data(false);
    INDArray before = network.getParam("1_W[x->h]").dup();
    helper.fitFeaturized(helper.featurize(data));
    assertDifferent(before, network.getParam("1_W[x->h]"));
  }

  @Test
  void aGraphIsEditedToo() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.sgd(0.1)
                .graphBuilder()
                .addInputs("in")
                .addLayer("loop", Networks.single().build(), "in")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT).nIn(3).nOut(3).build(),
                    "loop")
                .setOutputs("out")
                .build());
    graph.init();
    ComputationGraph edited =
        new TransferLearning.GraphBuilder(graph)
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().seed(3).build())
            .setFeatureExtractor("loop")
            .nOutReplace("out", 5, WeightInit.XAVIER)
            .build();
    edited.fit(new DataSet(Networks.data(false).getFeatures(), Networks.oneHot(3, 5, 5)));
    // DL4J copies through ND4J's default type, FLOAT.
    graph
        .getLayer("loop")
        .paramTable()
        .forEach((key, value) -> assertClose(value, edited.getParam("loop_" + key), 1e-7));
    assertEquals(5, edited.outputSingle(Networks.normal(1, 2, 4)).size(1));
  }

  private static MultiLayerNetwork trained(boolean recurrent) {
    MultiLayerNetwork network = Networks.network(Networks.sgd(0.1), recurrent);
    network.fit(Networks.data(recurrent));
    assertTrue(network.score() > 0);
    return network;
  }

  private static INDArray hidden(MultiLayerNetwork network) {
    return network.feedForward(Networks.data(false).getFeatures()).get(1);
  }

  private static MapSettings settings(MultiLayerNetwork network) {
    return settings(network, 0);
  }

  private static MapSettings settings(MultiLayerNetwork network, int layer) {
    return ((IterativeMapConf) network.getLayer(layer).conf().getLayer()).getSettings();
  }
}
