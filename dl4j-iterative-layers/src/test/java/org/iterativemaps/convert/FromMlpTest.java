package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.SameNetworks.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapLossLayer;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.plan.HiddenProportion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class FromMlpTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void randomMlpsAreMapsInDoubleAndFloatAndBack(long seed) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      RandomMlp mlp = new RandomMlp(seed, type);
      Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(mlp.network());
      assertEquals(
          mlp.hasOutputLayer() ? 2 : 1, map.network().getnLayers(), map.report()::toString);
      assertSame(mlp.network(), map.network(), mlp.data());
      assertEquals(mlp.network().numParams(), map.network().numParams());
      assertEquals(mlp.network().numParams(), map.report().weightsAfter());
      assertNotSame(mlp.network().params(), map.network().params());

      MultiLayerNetwork back = IterativeMaps.toMlp(map.network()).network();
      assertSame(mlp.network(), back, mlp.data());
      assertEquals(mlp.network().params(), back.params());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void prunedMapsAreDenseLayersWithZeros(long seed) {
    RandomMlp mlp = new RandomMlp(seed, DataType.DOUBLE);
    MultiLayerNetwork map =
        IterativeMaps.fromMlp(mlp.network(), MlpOptions.dense().density(0.5)).network();
    MultiLayerNetwork back = IterativeMaps.toMlp(map).network();
    assertClose(map.output(mlp.data().getFeatures()), back.output(mlp.data().getFeatures()), 1e-12);
    assertEquals(mlp.network().numParams(), back.numParams());
  }

  @Test
  void trainingGoesOnTheSameWay() {
    RandomMlp mlp = new RandomMlp(3, DataType.DOUBLE, new Adam(0.01));
    MultiLayerNetwork dense = mlp.network();
    for (int i = 0; i < 5; i++) {
      dense.fit(mlp.data());
    }
    MultiLayerNetwork map = IterativeMaps.fromMlp(dense).network();
    assertEquals(dense.getIterationCount(), map.getIterationCount());
    MultiLayerNetwork again = dense.clone();
    for (int i = 0; i < 5; i++) {
      again.fit(mlp.data());
      map.fit(mlp.data());
    }
    assertSame(again, map, mlp.data());
  }

  @Test
  void restOfTheNetworkStays() {
    MultiLayerConfiguration conf =
        conf(DataType.DOUBLE)
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).activation(Activation.TANH).build())
            .layer(new BatchNormalization())
            .layer(new DenseLayer.Builder().nOut(7).build())
            .layer(new DenseLayer.Builder().nOut(6).activation(Activation.RELU).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(3)
                    .build())
            .setInputType(InputType.convolutional(6, 5, 1))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    Random random = new Random(1);
    DataSet data =
        new DataSet(
            SameNetworks.normal(random, DataType.DOUBLE, 4, 1, 6, 5),
            SameNetworks.oneHot(random, DataType.DOUBLE, 4, 3));
    network.fit(data); // statistics of the batch normalisation move
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(network);
    assertEquals(4, map.network().getnLayers());
    assertEquals(
        conf.getInputPreProcess(2).getClass(),
        map.network().getLayerWiseConfigurations().getInputPreProcess(2).getClass());
    assertClose(
        network.output(data.getFeatures()), map.network().output(data.getFeatures()), 1e-12);
    assertEquals(network.score(data), map.network().score(data), 1e-12);
    assertTrue(map.report().toString().contains("stays"), map.report()::toString);
  }

  @Test
  void densePartOfARecurrentNetworkKeepsItsPreprocessors() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(DataType.DOUBLE)
                .list()
                .layer(new SimpleRnn.Builder().nOut(5).activation(Activation.TANH).build())
                .layer(new DenseLayer.Builder().nOut(4).build())
                .layer(new DenseLayer.Builder().nOut(3).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(2)
                        .build())
                .setInputType(InputType.recurrent(3))
                .build());
    network.init();
    Random random = new Random(1);
    DataSet data =
        new DataSet(
            SameNetworks.normal(random, DataType.DOUBLE, 4, 3, 6),
            SameNetworks.normal(random, DataType.DOUBLE, 4, 2, 6));
    MultiLayerNetwork map = IterativeMaps.fromMlp(network).network();
    assertEquals(3, map.getnLayers());
    assertSame(network, map, data);
  }

  @ParameterizedTest
  @EnumSource(Injection.class)
  void eitherInjectionIsTheMlpAtItsDepth(Injection injection) {
    RandomMlp mlp = new RandomMlp(5, DataType.DOUBLE);
    MultiLayerNetwork map =
        IterativeMaps.fromMlp(mlp.network(), MlpOptions.dense().injection(injection)).network();
    assertSame(mlp.network(), map, mlp.data());
  }

  @Test
  void dropoutCutsTheStackAndIsTheSameDropout() {
    MultiLayerConfiguration conf =
        conf(DataType.DOUBLE)
            .list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(6).dropOut(0.8).build())
            .layer(new DenseLayer.Builder().nOut(6).build())
            .layer(new DropoutLayer.Builder(0.5).build())
            .layer(new DenseLayer.Builder().nOut(5).build())
            .layer(new DenseLayer.Builder().nOut(5).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MSE)
                    .activation(Activation.IDENTITY)
                    .nOut(2)
                    .dropOut(0.7)
                    .build())
            .setInputType(InputType.feedForward(4))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(network);
    Random random = new Random(1);
    DataSet data =
        new DataSet(
            SameNetworks.normal(random, DataType.DOUBLE, 30, 4),
            SameNetworks.normal(random, DataType.DOUBLE, 30, 2));
    assertEquals(4, map.network().getnLayers(), map.report()::toString);
    assertClose(
        network.output(data.getFeatures()), map.network().output(data.getFeatures()), 1e-12);
    double[] retained = {0.8, 0.5, 0.7};
    for (int i = 0; i < retained.length; i++) {
      IterativeMapLayer layer = (IterativeMapLayer) map.network().getLayer(i).conf().getLayer();
      assertEquals(new Dropout(retained[i]), layer.getIDropout());
    }

    Conversion<MultiLayerNetwork> whole =
        IterativeMaps.fromMlp(network, MlpOptions.dense().withoutDropout());
    assertEquals(2, whole.network().getnLayers(), whole.report()::toString);
    assertClose(
        network.output(data.getFeatures()), whole.network().output(data.getFeatures()), 1e-12);
    assertTrue(whole.report().toString().contains("left out"), whole.report()::toString);
  }

  @Test
  void inputDropoutDropsTheSameUnits() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(DataType.DOUBLE)
                .list()
                .layer(new DropoutLayer.Builder(0.5).build())
                .layer(new DenseLayer.Builder().nIn(4).nOut(5).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(5)
                        .nOut(2)
                        .build())
                .build());
    network.init();
    MultiLayerNetwork map = IterativeMaps.fromMlp(network).network();
    assertEquals(2, map.getnLayers());
    Random random = new Random(1);
    DataSet data =
        new DataSet(
            SameNetworks.normal(random, DataType.DOUBLE, 30, 4),
            SameNetworks.normal(random, DataType.DOUBLE, 30, 2));
    Nd4j.getRandom().setSeed(5);
    double expected = SameNetworks.gradient(network, data).gradient().norm2Number().doubleValue();
    Nd4j.getRandom().setSeed(5);
    double actual = SameNetworks.gradient(map, data).gradient().norm2Number().doubleValue();
    assertEquals(expected, actual, 1e-12);
  }

  @Test
  void otherUpdatersOrRegularisationCutTheStack() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(6).l2(0.1).build())
                .layer(new DenseLayer.Builder().nIn(6).nOut(6).l2(0.1).build())
                .layer(new DenseLayer.Builder().nIn(6).nOut(5).l2(0.2).build())
                .layer(
                    new DenseLayer.Builder().nIn(5).nOut(5).updater(new Adam(0.1)).l2(0.2).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(5)
                        .nOut(2)
                        .l2(0.2)
                        .build())
                .build());
    network.init();
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(network);
    assertEquals(5, map.network().getnLayers(), map.report()::toString);
    int advice = KernelSelection.advice().isPresent() ? 1 : 0; // without the Vector API
    assertEquals(3 + advice, map.report().notes().size());
    Random random = new Random(1);
    DataSet data =
        new DataSet(
            SameNetworks.normal(random, DataType.DOUBLE, 3, 4),
            SameNetworks.normal(random, DataType.DOUBLE, 3, 2));
    assertSame(network, map.network(), data); // the score counts the regularisation
    for (int i = 0; i < 3; i++) {
      network.fit(data);
      map.network().fit(data);
    }
    assertSame(network, map.network(), data);
  }

  @Test
  void activationLayersBecomeActivationsOrWires() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(DataType.DOUBLE)
                .list()
                .layer(
                    new DenseLayer.Builder().nIn(4).nOut(6).activation(Activation.IDENTITY).build())
                .layer(new ActivationLayer(Activation.TANH))
                .layer(
                    new DenseLayer.Builder().nIn(6).nOut(5).activation(Activation.SIGMOID).build())
                .layer(new ActivationLayer(Activation.CUBE))
                .layer(
                    new OutputLayer.Builder(LossFunction.XENT)
                        .activation(Activation.SIGMOID)
                        .nIn(5)
                        .nOut(2)
                        .build())
                .build());
    network.init();
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(network);
    assertEquals(2, map.network().getnLayers());
    IterativeMapLayer layer = (IterativeMapLayer) map.network().getLayer(0).conf().getLayer();
    assertEquals(5, layer.getSettings().map().slots().size()); // x, h1, h2, wire, y
    assertEquals(4, layer.getSettings().steps());
    Random random = new Random(1);
    DataSet data =
        new DataSet(
            SameNetworks.normal(random, DataType.DOUBLE, 3, 4),
            SameNetworks.oneHot(random, DataType.DOUBLE, 3, 2));
    assertSame(network, map.network(), data);
  }

  @Test
  void graphsAreConvertedWhereEachLayerIsReadOnce() {
    ComputationGraph graph =
        new ComputationGraph(
            conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new DenseLayer.Builder().nIn(4).nOut(6).build(), "in")
                .addLayer("b_1", new DenseLayer.Builder().nIn(6).nOut(5).build(), "a")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nIn(5)
                        .nOut(3)
                        .build(),
                    "b_1")
                .setOutputs("out")
                .build());
    graph.init();
    Conversion<ComputationGraph> map = IterativeMaps.fromMlp(graph);
    assertEquals(2, map.network().getLayers().length);
    assertInstanceOf(MapLossLayer.class, map.network().getLayer("out").conf().getLayer());
    Random random = new Random(1);
    assertSame(
        graph,
        map.network(),
        List.of(SameNetworks.normal(random, DataType.DOUBLE, 4, 4)),
        List.of(SameNetworks.oneHot(random, DataType.DOUBLE, 4, 3)));
    ComputationGraph back = IterativeMaps.toMlp(map.network()).network();
    assertInstanceOf(OutputLayer.class, back.getLayer("out").conf().getLayer());
    assertSame(
        graph,
        back,
        List.of(SameNetworks.normal(random, DataType.DOUBLE, 4, 4)),
        List.of(SameNetworks.oneHot(random, DataType.DOUBLE, 4, 3)));
  }

  @Test
  void graphsWithSharedLayersAreConvertedPartByPart() {
    ComputationGraph graph =
        new ComputationGraph(
            conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in", "side")
                .addLayer("a", new DenseLayer.Builder().nIn(4).nOut(6).build(), "in")
                .addLayer("b", new DenseLayer.Builder().nIn(6).nOut(5).build(), "a")
                .addLayer("c", new DenseLayer.Builder().nIn(5).nOut(5).build(), "b")
                .addVertex("both", new MergeVertex(), "b", "c", "side")
                .addLayer("d", new DenseLayer.Builder().nIn(12).nOut(4).build(), "both")
                .addLayer(
                    "one",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nIn(4)
                        .nOut(3)
                        .build(),
                    "d")
                .addLayer(
                    "two",
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.TANH)
                        .nIn(4)
                        .nOut(2)
                        .build(),
                    "d")
                .setOutputs("one", "two")
                .build());
    graph.init();
    Conversion<ComputationGraph> map = IterativeMaps.fromMlp(graph);
    Random random = new Random(1);
    assertSame(
        graph,
        map.network(),
        List.of(
            SameNetworks.normal(random, DataType.DOUBLE, 4, 4),
            SameNetworks.normal(random, DataType.DOUBLE, 4, 2)),
        List.of(
            SameNetworks.oneHot(random, DataType.DOUBLE, 4, 3),
            SameNetworks.normal(random, DataType.DOUBLE, 4, 2)));
    assertFalse(map.report().toString().contains("stays"), map.report()::toString);
  }

  @Test
  void pruningKeepsTheLargestWeights() {
    RandomMlp mlp = new RandomMlp(2, DataType.DOUBLE);
    MultiLayerNetwork map =
        IterativeMaps.fromMlp(mlp.network(), MlpOptions.dense().density(0.3)).network();
    MapWeights kept = LayerWeights.read(map.getLayer(0));
    int block = 0;
    for (Node node : MultiLayerSource.of(mlp.network()).chains().get(0).nodes()) {
      if (!MlpRuns.hasWeights(node)) {
        continue;
      }
      double[] all = new DenseBlock(node, "a", "b").values();
      var realized = kept.realized().blocks().get(block++);
      double[] values = kept.values(realized);
      assertEquals(Math.max(1, Math.round(0.3 * all.length)), values.length);
      double smallest = java.util.Arrays.stream(values).map(Math::abs).min().orElseThrow();
      long larger = java.util.Arrays.stream(all).filter(v -> Math.abs(v) > smallest).count();
      assertEquals(values.length - 1, larger);
      long[] cells = realized.mask().copyCells();
      for (int i = 0; i < cells.length; i++) {
        assertEquals(all[(int) cells[i]], values[i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9})
  void pruningReachesAHiddenProportion(double proportion) {
    MultiLayerNetwork network = mlp(20, 30, 30, 10);
    HiddenProportion found =
        HiddenProportion.realized(
            LayerWeights.read(
                    IterativeMaps.fromMlp(network, MlpOptions.dense().hiddenProportion(proportion))
                        .network()
                        .getLayer(0))
                .realized());
    assertEquals(proportion, found.value(), 0.002);
    assertTrue(
        found.hiddenWeights() == 900 || found.weights() - found.hiddenWeights() >= 899,
        found::toString); // one side keeps everything
    HiddenProportion both =
        HiddenProportion.realized(
            LayerWeights.read(
                    IterativeMaps.fromMlp(
                            network, MlpOptions.dense().hiddenProportion(proportion).density(0.2))
                        .network()
                        .getLayer(0))
                .realized());
    assertEquals(proportion, both.value(), 0.005);
    assertEquals(0.2 * 1800, both.weights(), 1);
  }

  @Test
  void theSwapOfAConfiguration() {
    MultiLayerConfiguration conf = mlp(20, 30, 30, 10).getLayerWiseConfigurations();
    MultiLayerConfiguration dense = IterativeMaps.fromMlp(conf, MlpOptions.dense()).network();
    MultiLayerConfiguration restored = MultiLayerConfiguration.fromJson(dense.toJson());
    assertEquals(dense, restored);
    MultiLayerNetwork network = new MultiLayerNetwork(restored);
    network.init();
    assertEquals(20 * 30 + 30 * 30 + 30 * 10 + 30 + 30 + 10, network.numParams());
    for (MlpOptions options :
        List.of(
            MlpOptions.dense().density(0.1),
            MlpOptions.dense().density(0.1).hiddenProportion(0.5))) {
      MultiLayerNetwork sparse =
          new MultiLayerNetwork(IterativeMaps.fromMlp(conf, options).network());
      sparse.init();
      assertEquals(180 + 70, sparse.numParams(), 2);
    }
    MultiLayerConfiguration tied = IterativeMaps.fromMlp(conf, MlpOptions.tied(40, 5)).network();
    MultiLayerNetwork looped = new MultiLayerNetwork(tied);
    looped.init();
    assertEquals(20 * 40 + 40 * 40 + 40 + 40 * 10 + 10, looped.numParams());
  }

  static MultiLayerNetwork mlp(int nIn, int... widths) {
    NeuralNetConfiguration.ListBuilder list = conf(DataType.DOUBLE).list();
    for (int i = 0; i < widths.length - 1; i++) {
      list.layer(new DenseLayer.Builder().nOut(widths[i]).build());
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(widths[widths.length - 1])
                        .build())
                .setInputType(InputType.feedForward(nIn))
                .build());
    network.init();
    return network;
  }

  static NeuralNetConfiguration.Builder conf(DataType type) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(type)
        .updater(new Sgd(0.1))
        .biasInit(0.1)
        .activation(Activation.TANH);
  }
}
