package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.UnrollingTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.layers.MapLossLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A layer that no map can be stays, whatever is around it becomes maps, and the report says so. */
class LeftAloneTest {
  private static final int N_IN = 4;

  /** Layers that stay between dense ones, and what the report says of them. */
  private static Map<String, Supplier<Layer>> odd() {
    Map<String, Supplier<Layer>> odd = new LinkedHashMap<>();
    odd.put("(AutoEncoder)", () -> new AutoEncoder.Builder().nOut(5).build());
    odd.put("(BatchNormalization)", () -> new BatchNormalization());
    odd.put(
        "(ElementWiseMultiplicationLayer)",
        () -> new ElementWiseMultiplicationLayer.Builder().nIn(5).nOut(5).build());
    odd.put("(FrozenLayer)", () -> new FrozenLayer(dense()));
    odd.put(
        "it has weight noise",
        () -> new DenseLayer.Builder().weightNoise(new DropConnect(0.5)).nOut(5).build());
    odd.put(
        "it has constraints",
        () ->
            new DenseLayer.Builder().constrainWeights(new NonNegativeConstraint()).nOut(5).build());
    odd.put(
        "it has layer normalisation",
        () -> new DenseLayer.Builder().hasLayerNorm(true).nOut(5).build());
    odd.put(
        "it has activation RReLU",
        () -> new DenseLayer.Builder().activation(new ActivationRReLU()).nOut(5).build());
    return odd;
  }

  @Test
  void aNetworkWithAnAutoEncoder() {
    MultiLayerNetwork network =
        network(List.of(dense(), dense(), new AutoEncoder.Builder().nOut(5).build()));
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(network);
    assertEquals(
        List.of(
            IterativeMapLayer.class,
            AutoEncoder.class,
            IterativeMapLayer.class,
            MapLossLayer.class),
        kinds(map.network()));
    assertEquals("stays", map.report().entries().get(2).became());
    assertTrue(
        map.report()
            .notes()
            .get(0)
            .contains(
                "'layer3' (OutputLayer) begins a map of its own: it is behind 'layer2' (AutoEncoder)"),
        map.report()::toString);
    assertSameAndTrained(network, map.network());
    assertRefused(
        "is separated from the dense layers before it by 'layer2' (AutoEncoder)",
        () -> IterativeMaps.fromMlp(network, MlpOptions.dense().strict()));
    MultiLayerNetwork untrained =
        new MultiLayerNetwork(
            IterativeMaps.fromMlp(network.getLayerWiseConfigurations()).network());
    untrained.init();
    assertEquals(kinds(map.network()), kinds(untrained));
    assertEquals(map.network().numParams(), untrained.numParams());
  }

  /** Anywhere, in any number: every run beside them becomes a map. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void oddLayersAnywhere(long seed) {
    Random random = new Random(seed);
    List<String> reasons = new ArrayList<>(odd().keySet());
    List<Layer> layers = new ArrayList<>(List.of(dense())); // some need an input of its width
    List<String> used = new ArrayList<>();
    int maps = 2; // this one, and that of the output layer
    boolean isOpen = true;
    for (int i = 0; i < 2 + random.nextInt(5); i++) {
      if (random.nextBoolean()) {
        layers.add(dense());
        maps += isOpen ? 0 : 1;
        isOpen = true;
      } else {
        String reason = reasons.get(random.nextInt(reasons.size()));
        layers.add(odd().get(reason).get());
        used.add(reason);
        isOpen = false;
      }
    }
    MultiLayerNetwork network = network(layers);
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(network);
    long found = kinds(map.network()).stream().filter(k -> k == IterativeMapLayer.class).count();
    assertEquals(isOpen ? maps - 1 : maps, found, map.report()::toString);
    String report = map.report().toString();
    used.forEach(reason -> assertTrue(report.contains(reason), report));
    INDArray input = SameNetworks.normal(random, DataType.DOUBLE, 3, N_IN);
    assertClose(network.output(input), map.network().output(input), 1e-12);

    ComputationGraph graph = graph(layers);
    Conversion<ComputationGraph> ofGraph = IterativeMaps.fromMlp(graph);
    assertEquals(map.network().getnLayers(), ofGraph.network().getNumLayers());
    assertClose(graph.outputSingle(input), ofGraph.network().outputSingle(input), 1e-12);
  }

  @Test
  void recurrentLayersToo() {
    NeuralNetConfiguration.ListBuilder list = FromMlpTest.conf(DataType.DOUBLE).list();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(new SimpleRnn.Builder().nOut(4).build())
                .layer(new SimpleRnn.Builder().weightNoise(new DropConnect(0.5)).nOut(4).build())
                .layer(new LSTM.Builder().weightNoise(new DropConnect(0.5)).nOut(4).build())
                .layer(new LSTM.Builder().nOut(4).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(2)
                        .build())
                .setInputType(InputType.recurrent(N_IN))
                .build());
    network.init();
    Conversion<MultiLayerNetwork> map = IterativeMaps.fromRnn(network);
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 2, N_IN, 5);
    assertClose(network.output(input), map.network().output(input), 1e-12);
    List<String> notes = map.report().notes();
    assertTrue(
        notes.get(0).startsWith("'layer1' (SimpleRnn) stays as it is: it has weight noise"),
        map.report()::toString);
    assertTrue(
        notes.get(1).startsWith("'layer2' (LSTM) stays as it is: it has weight noise"),
        map.report()::toString);
    assertRefused(
        "layer 'layer1' (SimpleRnn) has weight noise",
        () -> IterativeMaps.fromRnn(network, RnnOptions.exact().strict()));
  }

  @Test
  void whereNothingIsLeftToConvertTheReasonsAreInTheError() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder().hasLayerNorm(true).nIn(3).nOut(4).build())
                .build());
    assertRefused(
        "'layer0' (DenseLayer) stays as it is: it has layer normalisation",
        () -> IterativeMaps.fromMlp(network));
  }

  /** What follows a tied stack and stays cannot read another width. */
  @Test
  void tiedStacksKeepTheWidthThatLayersBehindThemRead() {
    MultiLayerNetwork network =
        network(List.of(dense(), dense(), new AutoEncoder.Builder().nOut(5).build()));
    assertRefused(
        "width: found 9, expected the 5 units of layer 'layer1' (DenseLayer)",
        () -> IterativeMaps.fromMlp(network, MlpOptions.tied(9, 3).freshWeights()));
    MultiLayerNetwork tied =
        IterativeMaps.fromMlp(network, MlpOptions.tied(5, 3).freshWeights()).network();
    tied.output(SameNetworks.normal(new Random(1), DataType.DOUBLE, 3, N_IN));
    MultiLayerNetwork alone =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder().nIn(N_IN).nOut(5).build())
                .build());
    alone.init();
    assertEquals(
        9,
        IterativeMaps.fromMlp(alone, MlpOptions.tied(9, 3).freshWeights())
            .network()
            .output(SameNetworks.normal(new Random(1), DataType.DOUBLE, 3, N_IN))
            .size(1));
  }

  @Test
  void aMapThatCannotReachAHiddenProportionIsNamed() {
    MultiLayerNetwork network =
        network(List.of(dense(), dense(), new AutoEncoder.Builder().nOut(5).build()));
    assertRefused(
        "the map of 'layer0' (DenseLayer), 'layer1' (DenseLayer): hiddenProportion",
        () -> IterativeMaps.fromMlp(network, MlpOptions.dense().hiddenProportion(0.5)));
  }

  private static DenseLayer dense() {
    return new DenseLayer.Builder().nOut(5).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MSE).activation(Activation.TANH).nOut(2).build();
  }

  private static MultiLayerNetwork network(List<Layer> layers) {
    NeuralNetConfiguration.ListBuilder list = FromMlpTest.conf(DataType.DOUBLE).list();
    layers.forEach(layer -> list.layer(layer.clone()));
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(output()).setInputType(InputType.feedForward(N_IN)).build());
    network.init();
    return network;
  }

  private static ComputationGraph graph(List<Layer> layers) {
    GraphBuilder graph = FromMlpTest.conf(DataType.DOUBLE).graphBuilder().addInputs("in");
    String before = "in";
    for (int i = 0; i < layers.size(); i++) {
      graph.addLayer("part_" + i, layers.get(i).clone(), before);
      before = "part_" + i;
    }
    ComputationGraph network =
        new ComputationGraph(
            graph
                .addLayer("out", output(), before)
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(N_IN))
                .build());
    network.init();
    return network;
  }

  private static List<?> kinds(MultiLayerNetwork network) {
    List<Class<?>> kinds = new ArrayList<>();
    for (var layer : network.getLayers()) {
      kinds.add(layer.conf().getLayer().getClass());
    }
    return kinds;
  }

  private static void assertSameAndTrained(MultiLayerNetwork one, MultiLayerNetwork other) {
    Random random = new Random(1);
    DataSet data =
        new DataSet(
            SameNetworks.normal(random, DataType.DOUBLE, 3, N_IN),
            SameNetworks.normal(random, DataType.DOUBLE, 3, 2));
    MultiLayerNetwork copy = one.clone();
    for (int i = 0; i < 3; i++) {
      assertClose(copy.output(data.getFeatures()), other.output(data.getFeatures()), 1e-12);
      copy.fit(data);
      other.fit(data);
    }
  }

  /** DL4J takes a vertex that has its input for a layer, and nothing else copies its parameters. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aVertexKeepsItsParametersWithOrWithoutItsInput(boolean hasInput) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 3)
            .state("h", 4, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .output("h")
            .build();
    ComputationGraph graph =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addVertex("loop", new IterativeMapVertex(map, 2), "in")
                .addLayer("dense", new DenseLayer.Builder().nIn(4).nOut(5).build(), "loop")
                .addLayer("last", new DenseLayer.Builder().nIn(5).nOut(2).build(), "dense")
                .setOutputs("last")
                .build());
    graph.init();
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 6, 3);
    graph.params().addi(0.25); // trained since it was drawn
    INDArray expected = graph.outputSingle(input);
    if (hasInput) {
      graph.feedForward(new INDArray[] {input}, false, false);
      assertTrue(graph.getVertex("loop").hasLayer());
    }
    ComputationGraph converted = IterativeMaps.fromMlp(graph).network();
    assertClose(expected, converted.outputSingle(input), 1e-12);
  }
}
