package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.MapChange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Whatever fails in the middle of a change, and wherever: the network is as it was, to the bit. */
class AllOrNothingTest {

  /** A change of a network; it changes something. */
  private interface Operation {
    void on(Model network);
  }

  private enum Kind {
    PRUNE(n -> Surgery.prune(n, BlockChoice.all(), 0.7, Scope.PER_BLOCK)),
    REWIRE_AT_RANDOM(n -> Surgery.rewireAtRandom(n, BlockChoice.all(), 0.5, 3)),
    REWIRE_BY_GRADIENT(n -> Surgery.rewireByGradient(n, BlockChoice.all(), 0.5)),
    GROW(n -> Surgery.grow(n, "map", "h", 2, 4)),
    SHRINK(n -> Surgery.shrink(n, "map", "h", 2)),
    FREEZE(n -> Freezing.freeze(n, "map", "h", "h")),
    SET_MAP(AllOrNothingTest::otherMaps),
    SAVE_STEPS(n -> knobs(n).steps(6).save());

    private final Operation surgery;

    Kind(Operation surgery) {
      this.surgery = surgery;
    }
  }

  private static MapKnobs knobs(Model network) {
    return network instanceof MultiLayerNetwork multiLayer
        ? MapKnobs.of(multiLayer)
        : MapKnobs.of((ComputationGraph) network);
  }

  private static void otherMaps(Model network) {
    Map<String, MapChange> changes = new LinkedHashMap<>();
    for (String layer : LiveMaps.layers(network)) {
      BlockMap map = LiveMaps.settings(network, layer).map();
      changes.put(
          layer,
          MapChange.between(
              LiveMaps.settings(network, layer).realized(), map.withSeed(map.seed() + 1)));
    }
    LiveMaps.replaceMaps(network, changes);
  }

  private static NeuralNetConfiguration.Builder conf() {
    return Nets.conf(DataType.DOUBLE, new Faults.FragileAdam());
  }

  private static Model network(String kind) {
    boolean recurrent = !kind.equals("plain") && !kind.equals("graph");
    Model network = kind.equals("graph") ? graph() : stack(kind, recurrent);
    network.setListeners(new BaseTrainingListener() {}, new BaseTrainingListener() {});
    Nets.fit(network, 0, 2, recurrent);
    DataSet batch = Nets.data(5, recurrent);
    if (network instanceof MultiLayerNetwork multiLayer) {
      multiLayer.setInput(batch.getFeatures());
      multiLayer.setLabels(batch.getLabels());
      if (recurrent) {
        INDArray mask = Nd4j.ones(DataType.DOUBLE, 6, 5);
        mask.putScalar(2, 4, 0);
        multiLayer.setLayerMaskArrays(mask, mask);
      }
    } else {
      ((ComputationGraph) network).setInputs(batch.getFeatures());
      ((ComputationGraph) network).setLabels(batch.getLabels());
    }
    if (kind.equals("recurrent")) {
      ((MultiLayerNetwork) network).rnnTimeStep(Nets.data(6, true).getFeatures());
    }
    return network;
  }

  private static org.deeplearning4j.nn.conf.layers.Layer between(boolean recurrent, int nIn) {
    return new Faults.Fragile(
        recurrent
            ? new SimpleRnn.Builder().dataFormat(RNNFormat.NCW).nIn(nIn).nOut(5).build()
            : new DenseLayer.Builder().nIn(nIn).nOut(5).build());
  }

  private static MultiLayerNetwork stack(String kind, boolean recurrent) {
    org.deeplearning4j.nn.conf.layers.Layer map = Nets.mapLayer(recurrent);
    if (kind.equals("bidirectional")) {
      map = new Bidirectional(Bidirectional.Mode.ADD, map);
      map.setLayerName("map");
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf()
                .list()
                .layer(between(recurrent, Nets.IN))
                .layer(map)
                .layer(between(recurrent, 5))
                .layer(
                    recurrent
                        ? new RnnOutputLayer.Builder(LossFunction.MCXENT)
                            .dataFormat(RNNFormat.NCW)
                            .nIn(5)
                            .nOut(Nets.CLASSES)
                            .activation(Activation.SOFTMAX)
                            .build()
                        : new OutputLayer.Builder(LossFunction.MCXENT)
                            .nIn(5)
                            .nOut(Nets.CLASSES)
                            .activation(Activation.SOFTMAX)
                            .build())
                .build());
    network.init();
    return network;
  }

  private static ComputationGraph graph() {
    ComputationGraph network =
        new ComputationGraph(
            conf()
                .graphBuilder()
                .addInputs("in")
                .addLayer("first", between(false, Nets.IN), "in")
                .addLayer("map", Nets.mapLayer(false), "first")
                .addLayer("second", Nets.mapLayer(false), "first")
                .addVertex(
                    "sum",
                    new org.deeplearning4j.nn.conf.graph.ElementWiseVertex(
                        org.deeplearning4j.nn.conf.graph.ElementWiseVertex.Op.Add),
                    "map",
                    "second")
                .addLayer("after", between(false, 5), "sum")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(5)
                        .nOut(Nets.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "after")
                .setOutputs("out")
                .build());
    network.init();
    return network;
  }

  static Stream<String> networks() {
    return Stream.of("plain", "recurrent", "bidirectional", "graph");
  }

  @AfterEach
  void noFaults() {
    Faults.none();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyCallOfDl4jMayFail(String kind) {
    boolean recurrent = kind.equals("recurrent") || kind.equals("bidirectional");
    for (Kind surgery : Kind.values()) {
      Model network = network(kind);
      Map<String, Object> before = everything(network, recurrent);
      int failures = failOneAfterTheOther(surgery, network, before, recurrent);
      assertTrue(failures > 8, surgery + ": only " + failures + " calls could fail");
      Model twin = network(kind);
      surgery.surgery.on(twin);
      assertNotEquals(before.get("configuration"), configuration(twin), surgery::toString);
      assertEquals(configuration(twin), configuration(network), surgery::toString);
      Nets.fit(network, 2, 4, recurrent);
      Nets.fit(twin, 2, 4, recurrent);
      assertEquals(bits(twin.params()), bits(network.params()), surgery::toString);
      assertEquals(bits(Nets.updaterState(twin)), bits(Nets.updaterState(network)));
    }
  }

  /** Lets the first call fail, then the second, … until none does; returns how many did. */
  private static int failOneAfterTheOther(
      Kind surgery, Model network, Map<String, Object> before, boolean recurrent) {
    for (int calls = 0; ; calls++) {
      Faults.failAfter(calls);
      try {
        surgery.surgery.on(network);
        Faults.none();
        return calls;
      } catch (Faults.Injected | StackOverflowError e) {
        Faults.none();
        if (surgery == Kind.SAVE_STEPS) {
          knobs(network).reset(); // steps(6) is a change of its own
        }
        String where = surgery + ", " + e.getMessage() + ", call " + calls;
        Map<String, Object> after = state(network);
        if (calls % 10 == 0) { // takes longer, and what is lost stays lost
          after.putAll(everything(network, recurrent));
        }
        after.forEach((name, value) -> assertEquals(before.get(name), value, where + ": " + name));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void whatIsRefusedChangesNothing(String kind) {
    boolean recurrent = kind.equals("recurrent") || kind.equals("bidirectional");
    Model network = network(kind);
    Map<String, Object> before = everything(network, recurrent);
    String first = LiveMaps.layers(network).get(0);
    BlockMap map = LiveMaps.settings(network, first).map();
    MapChange good =
        MapChange.between(
            LiveMaps.settings(network, first).realized(), map.withSeed(map.seed() + 1));
    MapChange bad = MapChange.between(map.withSeed(99).realize(), map);
    List<Operation> refused =
        List.of(
            n -> LiveMaps.replaceMap(n, first, bad),
            n -> LiveMaps.replaceMaps(n, both(first, good, "nobody", good)),
            n -> LiveMaps.replaceMaps(n, both(first, good, "out", good)),
            n -> Surgery.grow(n, "map", "y", 1, 1),
            n -> Surgery.shrink(n, "map", "h", 6),
            n -> Surgery.shrinkBy(n, "map", "h", 17),
            n -> Surgery.prune(n, BlockChoice.all(), 1, Scope.GLOBAL),
            n -> Surgery.prune(n, BlockChoice.all().named("a->b"), 0.5, Scope.GLOBAL),
            n -> Surgery.rewireByGradient(n, BlockChoice.all(), 2),
            n -> Freezing.freeze(n, "map", "q", "h"),
            n -> Freezing.thaw(n, "map", "h", "h"),
            n -> knobs(n).steps(0),
            n -> knobs(n).only("nobody").steps(3));
    for (Operation surgery : refused) {
      assertThrows(IllegalArgumentException.class, () -> surgery.on(network));
      Map<String, Object> after = everything(network, recurrent);
      before.forEach((name, value) -> assertEquals(value, after.get(name), name));
    }
  }

  private static Map<String, MapChange> both(
      String one, MapChange changeOne, String other, MapChange changeOther) {
    Map<String, MapChange> changes = new LinkedHashMap<>();
    changes.put(one, changeOne);
    changes.put(other, changeOther);
    return changes;
  }

  @Test
  void stepsThatTheSecondMapRefusesLeaveTheFirst() {
    BlockMap deep =
        BlockMap.builder()
            .input("x", 5)
            .state("h", 5)
            .state("y", 5)
            .connect("x", "h", org.iterativemaps.map.pattern.Sparsity.dense())
            .connect("h", "y", org.iterativemaps.map.pattern.Sparsity.dense())
            .output("y")
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf()
                .list()
                .layer(
                    new org.iterativemaps.layers.IterativeMapLayer.Builder()
                        .nIn(5)
                        .nOut(5)
                        .steps(3)
                        .build())
                .layer(
                    new org.iterativemaps.layers.IterativeMapLayer.Builder()
                        .map(deep)
                        .steps(2)
                        .build())
                .build());
    MapKnobs knobs = MapKnobs.of(network);
    assertThrows(IllegalArgumentException.class, () -> knobs.steps(1));
    assertEquals(3, knobs.running("layer0").steps());
    assertEquals(2, knobs.running("layer1").steps());
    knobs.steps(4);
    assertThrows(IllegalArgumentException.class, () -> knobs.injection(Injection.IMPULSE));
    assertEquals(Injection.HOLD, knobs.running("layer0").map().injection());
  }

  @Test
  void whatRunsBesideTheConfigurationStays() {
    Model network = network("recurrent");
    MapKnobs knobs = knobs(network).steps(7).injection(Injection.HOLD);
    INDArray features = Nets.data(9, true).getFeatures();
    INDArray before = Nets.output(network, features).dup();
    Surgery.grow(network, "map", "h", 3, 1);
    assertEquals(7, knobs.running("map").steps());
    assertEquals(2, LiveMaps.settings(network, "map").steps());
    assertTrue(Magnitude.largestDifference(before, Nets.output(network, features)) <= 1e-12);
    knobs.save();
    assertEquals(7, LiveMaps.settings(network, "map").steps());
  }

  /** All that a network is, by name. */
  private static Map<String, Object> everything(Model network, boolean recurrent) {
    Map<String, Object> all = state(network);
    all.put("configuration", configuration(network));
    if (!(network instanceof MultiLayerNetwork) || !recurrent) { // output() would clear masks
      all.put("output", bits(Nets.output(clone(network), Nets.data(8, recurrent).getFeatures())));
    }
    return all;
  }

  private static Map<String, Object> state(Model network) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("parameters", bits(network.params()));
    all.put(
        "parameter array", new Same(Fields.get(network.getClass(), network, "flattenedParams")));
    all.put("updater state", bits(Nets.updaterState(network)));
    all.put("random", Nd4j.getRandom().rootState() + ", " + Nd4j.getRandom().nodeState());
    List<Object> layers = new ArrayList<>();
    List<Object> masks = new ArrayList<>();
    List<Object> states = new ArrayList<>();
    for (Layer layer : LiveNetwork.of(network).layers().values()) {
      layers.add(new Same(layer));
      layers.add(layer.getIterationCount());
      layers.add(bits(layer.getGradientsViewArray()));
      masks.add(layer.getMaskArray() == null ? "none" : bits(layer.getMaskArray()));
      if (layer instanceof org.iterativemaps.layers.impl.IterativeMapRecurrent map) {
        Map<String, Object> bySlot = new TreeMap<>();
        map.rnnGetPreviousState().forEach((slot, value) -> bySlot.put(slot, bits(value)));
        states.add(bySlot);
      }
    }
    all.put("layers", layers);
    all.put("masks", masks);
    all.put("states", states);
    List<Object> maps = new ArrayList<>();
    for (String map : LiveMaps.layers(network)) {
      maps.add(LiveMaps.running(network, map).running());
    }
    all.put("running maps", maps);
    if (network instanceof MultiLayerNetwork multiLayer) {
      all.put("configuration object", new Same(multiLayer.getLayerWiseConfigurations()));
      all.put("gradients", new Same(multiLayer.getFlattenedGradients()));
      all.put("updater", new Same(multiLayer.getUpdater()));
      all.put("listeners", multiLayer.getListeners().stream().map(Same::new).toList());
      all.put("iteration", multiLayer.getIterationCount());
      all.put("variables", multiLayer.conf().variables());
    } else {
      ComputationGraph graph = (ComputationGraph) network;
      all.put("configuration object", new Same(graph.getConfiguration()));
      all.put("gradients", new Same(graph.getFlattenedGradients()));
      all.put("updater", new Same(graph.getUpdater()));
      all.put("listeners", graph.getListeners().stream().map(Same::new).toList());
      all.put("iteration", graph.getIterationCount());
      all.put("variables", graph.conf().variables());
      all.put("vertices", Arrays.stream(graph.getVertices()).map(Same::new).toList());
    }
    return all;
  }

  private static Model clone(Model network) {
    return network instanceof MultiLayerNetwork multiLayer
        ? multiLayer.clone()
        : ((ComputationGraph) network).clone();
  }

  private static String configuration(Model network) {
    return network instanceof MultiLayerNetwork multiLayer
        ? multiLayer.getLayerWiseConfigurations().toJson()
        : ((ComputationGraph) network).getConfiguration().toJson();
  }

  private static List<Double> bits(INDArray array) {
    return Arrays.stream(array.dup().data().asDouble()).boxed().toList();
  }

  /** The same object, whatever it thinks it equals. */
  private record Same(Object object) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Same that && object == that.object;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(object);
    }
  }
}
