package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.UnrollingTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What cannot be converted: the layer's name, and what to do. */
class RefusedTest {

  @Test
  void aLayerBetweenDenseLayersThatNoMapCanBe() {
    MultiLayerNetwork network =
        network(
            list()
                .layer(dense("a"))
                .layer(new BatchNormalization.Builder().name("norm").build())
                .layer(dense("b")));
    assertRefused(
        "layer 'b' (DenseLayer) is separated from the dense layers before it by 'norm'"
            + " (BatchNormalization)",
        () -> IterativeMaps.fromMlp(network, STRICT));
    assertRefused("Without MlpOptions.strict()", () -> IterativeMaps.fromMlp(network, STRICT));
    MultiLayerNetwork parts = IterativeMaps.fromMlp(network).network();
    assertEquals(3, parts.getnLayers());
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 4, 3);
    assertClose(network.output(input), parts.output(input), 1e-12);
  }

  @Test
  void aConvolutionBetweenDenseLayers() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(new DenseLayer.Builder().name("a").nOut(12).build())
                .layer(new ConvolutionLayer.Builder(2, 2).name("conv").nOut(2).build())
                .layer(dense("b"))
                .inputPreProcessor(1, new FeedForwardToCnnPreProcessor(3, 4, 1))
                .setInputType(InputType.feedForward(3))
                .build());
    network.init();
    assertRefused("'conv' (ConvolutionLayer)", () -> IterativeMaps.fromMlp(network, STRICT));
  }

  @Test
  void aPreprocessorBetweenDenseLayers() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list()
                .layer(dense("a"))
                .layer(dense("b"))
                .inputPreProcessor(1, new ComposableInputPreProcessor())
                .setInputType(InputType.feedForward(3))
                .build());
    network.init();
    assertRefused(
        "the preprocessor ComposableInputPreProcessor before 'b' (DenseLayer)",
        () -> IterativeMaps.fromMlp(network, STRICT));
    MultiLayerNetwork parts = IterativeMaps.fromMlp(network).network();
    assertEquals(
        ComposableInputPreProcessor.class,
        parts.getLayerWiseConfigurations().getInputPreProcess(1).getClass());
  }

  @Test
  void settingsThatNoMapHas() {
    String[] expected = {
      "'a' (DenseLayer) has weight noise", "has constraints", "has layer normalisation", "RReLU"
    };
    DenseLayer[] layers = {
      new DenseLayer.Builder().weightNoise(new DropConnect(0.5)).name("a").nOut(4).build(),
      new DenseLayer.Builder()
          .constrainWeights(new NonNegativeConstraint())
          .name("a")
          .nOut(4)
          .build(),
      new DenseLayer.Builder().hasLayerNorm(true).name("a").nOut(4).build(),
      new DenseLayer.Builder().activation(new ActivationRReLU()).name("a").nOut(4).build()
    };
    for (int i = 0; i < layers.length; i++) {
      MultiLayerNetwork network = network(list().layer(layers[i]).layer(dense("b")));
      assertRefused(expected[i], () -> IterativeMaps.fromMlp(network, STRICT));
    }
    MultiLayerNetwork rnn =
        new MultiLayerNetwork(
            list()
                .layer(new SimpleRnn.Builder().hasLayerNorm(true).name("r").nOut(4).build())
                .setInputType(InputType.recurrent(3))
                .build());
    assertRefused(
        "'r' (SimpleRnn) has layer normalisation",
        () -> IterativeMaps.fromRnn(rnn, RnnOptions.exact().strict()));
  }

  @Test
  void layersThatSeveralOthersRead() {
    ComputationGraph graph =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new DenseLayer.Builder().nIn(3).nOut(4).build(), "in")
                .addLayer("b", new DenseLayer.Builder().nIn(4).nOut(4).build(), "a")
                .addLayer("c", new DenseLayer.Builder().nIn(4).nOut(4).build(), "a")
                .setOutputs("b", "c")
                .build());
    assertRefused("'a', which [b, c] share", () -> IterativeMaps.fromMlp(graph, STRICT));
  }

  @Test
  void networksWithoutSuchLayers() {
    MultiLayerNetwork none = network(list().layer(new ActivationLayer(Activation.TANH)));
    assertRefused("no DenseLayer or OutputLayer", () -> IterativeMaps.fromMlp(none));
    assertRefused("no SimpleRnn", () -> IterativeMaps.fromRnn(FromMlpTest.mlp(2, 3)));
    assertRefused("no IterativeMapLayer", () -> IterativeMaps.toMlp(FromMlpTest.mlp(2, 3)));
    assertRefused(
        "no IterativeMapRecurrentLayer", () -> IterativeMaps.toRnn(FromMlpTest.mlp(2, 3)));
  }

  @Test
  void mapsThatAreNoStackOfDenseLayers() {
    BlockMapBuilder loop = chain().connect("h2", "h1", Sparsity.dense());
    assertRefused("has the cycle h1 -> h2 -> h1", () -> IterativeMaps.toMlp(network(loop)));
    BlockMapBuilder skip = chain().connect("x", "h2", Sparsity.dense());
    assertRefused("slot 'h2' that reads [", () -> IterativeMaps.toMlp(network(skip)));
    BlockMapBuilder fixed =
        chain().connectFixed("x", "h1", Sparsity.density(0.5), WeightValues.constant(2));
    assertRefused("fixed weights in block x->h1", () -> IterativeMaps.toMlp(network(fixed)));
  }

  @Test
  void optionsThatCannotBe() {
    assertRefused("density", () -> MlpOptions.dense().density(0));
    assertRefused("hiddenProportion", () -> MlpOptions.dense().hiddenProportion(1));
    assertRefused("width and steps", () -> MlpOptions.tied(0, 3));
    assertRefused("tied layers cannot be pruned", () -> MlpOptions.tied(4, 3).density(0.5));
    assertRefused("only tied", () -> MlpOptions.dense().freshWeights());
    assertRefused("steps", () -> RnnOptions.exact().steps(0));
    assertRefused("as many steps as layers", () -> RnnOptions.exact().steps(2).asOneMap());
    assertRefused(
        "no block between hidden slots",
        () ->
            IterativeMaps.fromMlp(
                FromMlpTest.mlp(2, 3, 2), MlpOptions.dense().hiddenProportion(0.5)));
    assertRefused(
        "at most density",
        () ->
            IterativeMaps.fromMlp(
                FromMlpTest.mlp(9, 3, 3, 9),
                MlpOptions.dense().hiddenProportion(0.9).density(0.9)));
  }

  /** The map would run behind another wrapper than the RNN did: it stays, and is named. */
  @Test
  void recurrentLayersInOtherWrappersStayAndAreNamed() {
    MultiLayerNetwork network =
        recurrent(
            new SimpleRnn.Builder().name("plain").nOut(4).build(),
            named("masked", new MaskZeroLayer(new LSTM.Builder().nOut(4).build(), 0)),
            named("frozen", new FrozenLayer(new SimpleRnn.Builder().nOut(4).build())),
            named(
                "last",
                new LastTimeStep(
                    new FrozenLayerWithBackprop(new SimpleRnn.Builder().nOut(4).build()))));
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromRnn(network);
    ConversionReport report = map.report();
    String[] stays = {
      "'masked' (MaskZeroLayer): the LSTM in it stays",
      "'frozen' (FrozenLayer): the SimpleRnn in it stays",
      "'last' (LastTimeStep): the SimpleRnn in it stays"
    };
    assertEquals(3, report.notes().size(), report::toString);
    for (int i = 0; i < stays.length; i++) {
      assertTrue(report.notes().get(i).startsWith(stays[i]), report.notes().get(i));
      assertEquals("stays", report.entries().get(i + 1).became());
    }
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 2, 3, 5);
    assertClose(network.output(input), map.network().output(input), 1e-12);
    assertRefused(
        "'masked' (MaskZeroLayer)",
        () ->
            IterativeMaps.fromRnn(
                recurrent(
                    named("masked", new MaskZeroLayer(new LSTM.Builder().nOut(4).build(), 0)))));
  }

  private static final MlpOptions STRICT = MlpOptions.dense().strict();

  private static Layer named(String name, Layer layer) {
    layer.setLayerName(name);
    return layer;
  }

  private static MultiLayerNetwork recurrent(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(list.setInputType(InputType.recurrent(3)).build());
    network.init();
    return network;
  }

  private static BlockMapBuilder chain() {
    return BlockMap.builder()
        .input("x", 3)
        .state("h1", 4, Activation.TANH)
        .state("h2", 4, Activation.TANH)
        .connect("x", "h1", Sparsity.dense())
        .connect("h1", "h2", Sparsity.dense())
        .output("h2");
  }

  private static MultiLayerNetwork network(BlockMapBuilder map) {
    return network(list().layer(new IterativeMapLayer.Builder().map(map.build()).steps(2).build()));
  }

  private static NeuralNetConfiguration.ListBuilder list() {
    return FromMlpTest.conf(DataType.DOUBLE).list();
  }

  private static DenseLayer dense(String name) {
    return new DenseLayer.Builder().name(name).nOut(4).build();
  }

  private static MultiLayerNetwork network(NeuralNetConfiguration.ListBuilder list) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(list.setInputType(InputType.feedForward(3)).build());
    network.init();
    return network;
  }

  @Test
  void mapsThatNoLstmBecameAreNotTakenForOne() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 3)
            .state("h", 4, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .normalise("h", Normalisation.LAYER)
            .output("h")
            .build();
    MultiLayerNetwork network =
        recurrent(new IterativeMapRecurrentLayer.Builder().name("normal").map(map).build());
    String message =
        assertThrows(IllegalArgumentException.class, () -> IterativeMaps.toRnn(network))
            .getMessage();
    assertTrue(message.contains("'normal' (IterativeMapRecurrentLayer): slot 'h' is"), message);
    assertTrue(message.contains("normalised, and a SimpleRnn is a map of linear"), message);
    assertFalse(message.contains("LSTM"), message);
  }
}
