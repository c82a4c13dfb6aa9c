package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.RewiringSchedule;
import org.iterativemaps.map.change.SparsitySchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** DL4J lets layers share a name or have none: what is done to one is done to that one. */
class SameNamesTest {
  private static final List<String> NAMES =
      Arrays.asList("a", "b", null, "#1", "#3/forward", "a/forward");

  /** Maps and dense layers 4 -> 5 -> … -> 5, then a read-out. */
  private static MultiLayerNetwork network(Random random, boolean[] isMap, String[] names) {
    var list = Nets.conf(org.nd4j.linalg.api.buffer.DataType.DOUBLE, new Adam(0.01)).list();
    for (int i = 0; i < isMap.length; i++) {
      list.layer(layer(isMap[i], i == 0 ? Nets.IN : 5, random.nextInt(3) + 2));
    }
    var conf =
        list.layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(5)
                    .nOut(Nets.CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();
    for (int i = 0; i < names.length; i++) {
      conf.getConf(i).getLayer().setLayerName(names[i]);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    return network;
  }

  private static Layer layer(boolean isMap, int nIn, int steps) {
    return isMap
        ? new IterativeMapLayer.Builder().nIn(nIn).nOut(5).steps(steps).density(0.6).build()
        : new DenseLayer.Builder().nIn(nIn).nOut(5).build();
  }

  private interface Operation {
    void on(MultiLayerNetwork network, String layer);
  }

  private static final List<Operation> SURGERIES =
      List.of(
          (n, layer) -> Surgery.prune(n, BlockChoice.all().inLayers(layer), 0.6, Scope.PER_BLOCK),
          (n, layer) -> {
            n.setInput(Nets.data(3, false).getFeatures());
            n.setLabels(Nets.data(3, false).getLabels());
            Surgery.rewireByGradient(n, BlockChoice.all().inLayers(layer), 0.5);
          },
          (n, layer) -> Freezing.freeze(n, layer, "x", "h"),
          (n, layer) ->
              LiveMaps.replaceMap(n, layer, LiveMaps.settings(n, layer).map().withSeed(77)),
          (n, layer) -> MapKnobs.of(n).only(layer).steps(6).save(),
          (n, layer) -> Surgery.prune(n, BlockChoice.all(), 0.6, Scope.GLOBAL),
          (n, layer) ->
              n.addListeners(
                  new GradualPruning(
                      BlockChoice.all(), SparsitySchedule.cubic(0.6, 2, 4, 1), Scope.GLOBAL)),
          (n, layer) ->
              n.addListeners(
                  SparseRewiring.byGradient(
                      BlockChoice.all(), new RewiringSchedule(0.3, 2, 5, 1))));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whateverTheNamesItIsTheLayerOfThatIndex(long seed) throws IOException {
    Random random = new Random(seed);
    int layers = 2 + random.nextInt(3);
    boolean[] isMap = new boolean[layers];
    String[] names = new String[layers + 1];
    String[] distinct = new String[layers + 1];
    for (int i = 0; i <= layers; i++) {
      names[i] = NAMES.get(random.nextInt(NAMES.size()));
      distinct[i] = "layer " + i;
      if (i < layers) {
        isMap[i] = random.nextInt(3) > 0;
      }
    }
    isMap[random.nextInt(layers)] = true;
    List<Integer> maps = IntStream.range(0, layers).filter(i -> isMap[i]).boxed().toList();
    for (Operation surgery : SURGERIES) {
      int chosen = maps.get(random.nextInt(maps.size()));
      long steps = random.nextLong();
      MultiLayerNetwork expected = network(new Random(steps), isMap, distinct);
      MultiLayerNetwork actual = network(new Random(steps), isMap, names);
      List<String> addresses = LiveMaps.layers(actual);
      assertEquals(maps.size(), addresses.stream().distinct().count(), addresses::toString);
      Nets.fit(expected, 0, 2, false);
      Nets.fit(actual, 0, 2, false);
      surgery.on(expected, distinct[chosen]);
      surgery.on(actual, random.nextBoolean() ? "#" + chosen : addresses.get(maps.indexOf(chosen)));
      assertSame(expected, actual, maps);
      Nets.fit(expected, 2, 5, false);
      Nets.fit(actual, 2, 5, false);
      assertSame(expected, actual, maps);
      assertSame(expected, restored(actual), maps);
    }
  }

  private static void assertSame(
      MultiLayerNetwork expected, MultiLayerNetwork actual, List<Integer> maps) {
    assertEquals(expected.params(), actual.params());
    assertEquals(Nets.updaterState(expected), Nets.updaterState(actual));
    INDArray features = Nets.data(11, false).getFeatures();
    assertEquals(expected.output(features), actual.output(features));
    for (int map : maps) {
      assertEquals(LiveMaps.settings(expected, "#" + map), LiveMaps.settings(actual, "#" + map));
    }
  }

  private static MultiLayerNetwork restored(MultiLayerNetwork network) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, file, true);
    return ModelSerializer.restoreMultiLayerNetwork(
        new ByteArrayInputStream(file.toByteArray()), true);
  }

  private static MultiLayerNetwork two(String one, String other) {
    return network(
        new Random(1), new boolean[] {true, false, true}, new String[] {one, "d", other, "d"});
  }

  @Test
  void aNameOfTwoMapLayersIsRefusedWithBothIndices() {
    MultiLayerNetwork network = two("same", "same");
    assertEquals(List.of("#0", "#2"), LiveMaps.layers(network));
    assertEquals(List.of("#0", "#2"), MapKnobs.of(network).layers());
    for (Executable call :
        List.<Executable>of(
            () -> LiveMaps.settings(network, "same"),
            () -> LiveMaps.weights(network, "same"),
            () -> MapKnobs.of(network).only("same"),
            () -> MapKnobs.of(network).running("same"),
            () -> Surgery.grow(network, "same", "h", 1, 1),
            () -> Freezing.freeze(network, "same", "x", "h"),
            () ->
                Surgery.prune(network, BlockChoice.all().inLayers("same"), 0.5, Scope.PER_BLOCK))) {
      String message = assertThrows(IllegalArgumentException.class, call).getMessage();
      assertTrue(message.contains("'same'") && message.contains("[#0, #2]"), message);
    }
  }

  @Test
  void aNameSharedWithADenseLayerIsTheMaps() {
    MultiLayerNetwork network = two("d", "m");
    assertEquals(List.of("d", "m"), LiveMaps.layers(network));
    MapKnobs.of(network).only("d").steps(9);
    assertEquals(9, MapKnobs.of(network).running("#0").steps());
    assertNotEquals(9, MapKnobs.of(network).running("m").steps());
  }

  @Test
  void knobsSaveOnlyTheLayerThatIsMeantWhereBothAreOneObject() {
    Layer shared = new IterativeMapLayer.Builder().nIn(5).nOut(5).steps(2).density(0.6).build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Nets.adam()
                .list()
                .layer(shared)
                .layer(shared)
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(5)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    MapKnobs.of(network).only("#1").steps(5).save();
    assertEquals(2, LiveMaps.settings(network, "#0").steps());
    assertEquals(5, LiveMaps.settings(network, "#1").steps());
    MapKnobs.of(network).reset();
    assertEquals(2, MapKnobs.of(network).running("#0").steps());
  }

  @Test
  void namesOfMapsAndNamesOfParametersAreNotMixedUp() {
    // "a" + "_" + key of one vertex spells "a_b" + "_" + key of another's.
    ComputationGraph graph =
        new ComputationGraph(
            Nets.adam()
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", layer(true, Nets.IN, 2), "in")
                .addLayer("a_W[x->h]", layer(true, 5, 3), "a")
                .addLayer("#0", layer(true, 5, 2), "a_W[x->h]")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(5)
                        .nOut(Nets.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "#0")
                .setOutputs("out")
                .build());
    graph.init();
    assertEquals(List.of("a", "a_W[x->h]", "#0"), LiveMaps.layers(graph));
    INDArray before = graph.outputSingle(Nets.data(1, false).getFeatures()).dup();
    Freezing.freeze(graph, "#0", "x", "h"); // computes the same
    assertEquals(before, graph.outputSingle(Nets.data(1, false).getFeatures()));
  }

  /** Files of DL4J 0.5 to 0.7 name no layer; so do configurations made by hand. */
  @Test
  void aConvertedNetworkWithoutNamesIsChanged() {
    MultiLayerNetwork mlp =
        new MultiLayerNetwork(
            Nets.adam()
                .list()
                .layer(new DenseLayer.Builder().nIn(Nets.IN).nOut(6).build())
                .layer(new DenseLayer.Builder().nIn(6).nOut(5).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(5)
                        .nOut(Nets.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    for (NeuralNetConfiguration conf : mlp.getLayerWiseConfigurations().getConfs()) {
      conf.getLayer().setLayerName(null);
    }
    mlp.init();
    MultiLayerNetwork map = IterativeMaps.fromMlp(mlp).network();
    map.getLayerWiseConfigurations().getConfs().forEach(c -> c.getLayer().setLayerName(null));
    assertEquals(List.of("#0"), LiveMaps.layers(map));
    assertTrue(Surgery.prune(map, BlockChoice.all(), 0.5, Scope.GLOBAL) > 10);
    assertTrue(MapSummary.of(map).contains("\n#0: "), MapSummary.of(map));
    MapKnobs.of(map).steps(8).save();
    assertEquals(8, LiveMaps.settings(map, "#0").steps());
    Nets.fit(map, 0, 2, false);
    MultiLayerNetwork tuned =
        new TransferLearning.Builder(map)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Adam(0.1)).build())
            .setFeatureExtractor(0)
            .build();
    assertEquals(LiveMaps.layers(tuned).size(), new ArrayList<>(LiveMaps.layers(tuned)).size());
    String frozen = LiveMaps.layers(tuned).get(0);
    INDArray before = tuned.output(Nets.data(9, false).getFeatures()).dup();
    Surgery.grow(tuned, frozen, LiveMaps.settings(tuned, frozen).map().slots().get(1).name(), 2, 1);
    assertEquals(before, tuned.output(Nets.data(9, false).getFeatures()));
  }
}
