package org.iterativemaps.convert;

import static org.iterativemaps.convert.SameNetworks.assertClose;
import static org.iterativemaps.convert.UnrollingTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies are what unrolling made, whatever they are called. */
class TyingTest {
  // Names as a person may give them: none of them says what is a copy.
  private static final List<String> NAMES =
      List.of("h", "h.1", "h.2", "scale.1", "scale.2", "g", "g.3", "y.1");
  private static final List<Activation> ACTIVATIONS =
      List.of(Activation.TANH, Activation.RELU, Activation.SIGMOID, Activation.IDENTITY);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      longs = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24
      })
  void randomLoopedMapsComeBackAsTheyWere(long seed) throws Exception {
    Random random = new Random(seed);
    BlockMap map = randomLoop(random);
    // Enough for every block to be used: what K steps never use cannot come back.
    MultiLayerNetwork looped = network(map, 2 * map.slots().size() + random.nextInt(3));
    INDArray input = SameNetworks.normal(random, DataType.DOUBLE, 4, 3);
    MultiLayerNetwork unrolled = IterativeMaps.unroll(looped).network();
    assertClose(looped.output(input), unrolled.output(input), 1e-12);
    File file = folder.resolve("unrolled.zip").toFile();
    ModelSerializer.writeModel(unrolled, file, false);
    MultiLayerNetwork saved = ModelSerializer.restoreMultiLayerNetwork(file);

    MultiLayerNetwork tied = IterativeMaps.tie(saved).network();
    assertClose(looped.output(input), tied.output(input), 1e-12);
    MapWeights before = LayerWeights.read(looped.getLayer(0));
    MapWeights after = LayerWeights.read(tied.getLayer(0));
    assertEquals(before.map().slots().size(), after.map().slots().size());
    for (Slot slot : after.map().slots()) {
      assertEquals(before.map().slot(slot.name()), slot);
      for (Slot to : after.map().slots()) {
        if (!to.isInput()) {
          assertArrayEquals(
              before.matrix(slot.name(), to.name()), after.matrix(slot.name(), to.name()));
        }
      }
    }
    // Copies renamed by a person are copies still.
    MapWeights renamed = rebuilt(LayerWeights.read(saved.getLayer(0)), slot -> slot, "n");
    assertEquals(after, Unrolling.tie(renamed).weights());
  }

  @Test
  void slotsThatAreOnlyCalledLikeCopiesAreNotMerged() {
    for (Activation second : List.of(Activation.RELU, Activation.TANH)) {
      BlockMap byHand =
          BlockMap.builder()
              .input("x", 3)
              .state("scale.1", 3, Activation.TANH)
              .state("scale.2", 3, second)
              .connect("x", "scale.1", Sparsity.dense())
              .connect("scale.1", "scale.2", Sparsity.dense())
              .output("scale.2")
              .build();
      MultiLayerNetwork network = network(byHand, 2);
      assertRefused("[x, scale.1, scale.2]", () -> IterativeMaps.tie(network));
      assertRefused(
          "['x', 'scale.1', 'scale.2'] are copies",
          () -> Unrolling.tie(LayerWeights.read(network.getLayer(0))));
    }
  }

  @Test
  void copiesThatAreNoLongerEqualAreRefusedByTheirNames() {
    MapWeights unrolled = unrolled();
    IActivation relu = Activation.RELU.getActivationFunction();
    refused(
        "slots 'h.1' and 'h.3' come from one slot 'h' and differ: they have activations",
        unrolled,
        s -> s.name().equals("h.3") ? slot(s, s.size(), relu, true, s.origin()) : s);
    refused(
        "slots 'h.1' and 'h.2' come from one slot 'h' and differ: they have a bias in one",
        unrolled,
        s -> s.name().equals("h.2") ? slot(s, s.size(), s.activation(), false, s.origin()) : s);
    refused(
        "slot 'h.2' is no copy that unrolling made, and others are: [h.1, h.3]",
        unrolled,
        s -> s.name().equals("h.2") ? slot(s, s.size(), s.activation(), true, null) : s);
    refused(
        "it is not 3 steps of one looped map",
        unrolled,
        s ->
            s.name().equals("h.1")
                ? slot(s, s.size(), s.activation(), true, new Slot.Origin("h", 7))
                : s);
  }

  @Test
  void blocksThatAreNoLongerEqualAreRefusedByTheirNames() {
    MapWeights unrolled = unrolled();
    assertRefused(
        "blocks h.1->h.2 and h.2->h.3 come from one block and have different masks",
        () ->
            Unrolling.tie(
                with(
                    unrolled,
                    "h.2->h.3",
                    b -> new Block(b.from(), b.to(), Sparsity.fanIn(2), null))));
    assertRefused(
        "it lacks [h@1->h@2 (fixed), h@2->h@3]",
        () ->
            Unrolling.tie(
                with(
                    unrolled,
                    "h.2->h.3",
                    b -> new Block(b.from(), b.to(), b.sparsity(), WeightValues.constant(1)))));
    assertRefused("it lacks [x->h@2]", () -> Unrolling.tie(with(unrolled, "x->h.2", b -> null)));
    MapWeights fixed =
        Unrolling.unroll(
            weights(
                loop(b -> b.connectFixed("h", "h", Sparsity.dense(), WeightValues.constant(0.1)))),
            3);
    assertRefused(
        "blocks h.1->h.2 and h.2->h.3 come from one block and have different fixed values",
        () ->
            Unrolling.tie(
                with(
                    fixed,
                    "h.2->h.3",
                    b -> new Block(b.from(), b.to(), b.sparsity(), WeightValues.constant(2)))));
  }

  /** A slot in front of the loop that is computed once, however long its input is held. */
  @Test
  void aHeldInputIsNotTakenForAnImpulse() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 3)
            .state("a", 4, Activation.TANH)
            .state("h", 4, Activation.TANH)
            .connect("x", "a", Sparsity.dense())
            .connect("a", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    for (Injection injection : Injection.values()) {
      MultiLayerNetwork looped = network(map.withInjection(injection), 4);
      MultiLayerNetwork tied = IterativeMaps.tie(IterativeMaps.unroll(looped).network()).network();
      assertEquals(injection, map(tied).injection());
    }
  }

  @Test
  void graphsAreUnrolledAndTiedAndTheLossIsThatOfAllLayers() {
    ComputationGraph graph =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("one", IterativeMaps.loopedLayer(4, 3).nIn(3).build(), "in")
                .addLayer("two", IterativeMaps.loopedLayer(5, 2).nIn(3).build(), "in")
                .addVertex("both", new MergeVertex(), "one", "two")
                .setOutputs("both")
                .build());
    graph.init();
    INDArray input = SameNetworks.normal(new Random(1), DataType.DOUBLE, 4, 3);
    ComputationGraph unrolled = IterativeMaps.unroll(graph).network();
    assertClose(graph.outputSingle(input), unrolled.outputSingle(input), 1e-12);
    unrolled.getLayer("one").getParam("W[h.2->h.3]").muli(3);
    Conversion<ComputationGraph> tied = IterativeMaps.tie(unrolled);
    assertTrue(tied.report().tyingLoss().orElseThrow() > 0); // of 'one', though 'two' lost nothing
    ComputationGraph back = IterativeMaps.tie(IterativeMaps.unroll(graph).network()).network();
    assertEquals(graph.params(), back.params());
    assertRefused("[x, h]", () -> IterativeMaps.tie(graph));
  }

  private static BlockMap randomLoop(Random random) {
    List<String> names = new ArrayList<>(NAMES);
    java.util.Collections.shuffle(names, random);
    int count = 2 + random.nextInt(3);
    BlockMapBuilder map =
        BlockMap.builder()
            .input("x", 3)
            .injection(random.nextBoolean() ? Injection.HOLD : Injection.IMPULSE);
    String before = "x";
    for (String name : names.subList(0, count)) {
      IActivation activation =
          ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size())).getActivationFunction();
      map.add(Slot.state(name, 3, activation, random.nextBoolean()));
      map.connect(before, name, Sparsity.dense());
      before = name;
    }
    map.connect(names.get(0), names.get(0), Sparsity.dense());
    map.connectFixed(
        before, names.get(random.nextInt(count)), Sparsity.diagonal(), WeightValues.constant(0.5));
    return map.output(before).seed(random.nextInt()).build();
  }

  private static MapWeights unrolled() {
    return Unrolling.unroll(weights(loop(b -> b.connect("h", "h", Sparsity.dense()))), 3);
  }

  private static BlockMap loop(UnaryOperator<BlockMapBuilder> more) {
    return more.apply(
            BlockMap.builder()
                .input("x", 3)
                .state("h", 4, Activation.TANH)
                .connect("x", "h", Sparsity.dense()))
        .output("h")
        .build();
  }

  private static Slot slot(
      Slot like, int size, IActivation activation, boolean hasBias, Slot.Origin origin) {
    return Slot.state(like.name(), size, activation, hasBias).with(origin);
  }

  private static void refused(String expected, MapWeights weights, UnaryOperator<Slot> change) {
    assertRefused(expected, () -> Unrolling.tie(rebuilt(weights, change, "")));
  }

  private static MapWeights with(MapWeights weights, String block, UnaryOperator<Block> change) {
    BlockMap map = weights.map();
    BlockMapBuilder builder = BlockMap.builder().output(map.output().name());
    map.slots().forEach(builder::add);
    for (Block old : map.blocks()) {
      Block changed = old.name().equals(block) ? change.apply(old) : old;
      if (changed != null) {
        builder.add(changed);
      }
    }
    return weights(builder.build());
  }

  /** The same map with its slots changed and renamed; same numbers where they fit. */
  private static MapWeights rebuilt(MapWeights old, UnaryOperator<Slot> change, String prefix) {
    BlockMap map = old.map();
    Map<String, String> names = new LinkedHashMap<>();
    BlockMapBuilder builder = BlockMap.builder();
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Slot slot : map.slots()) {
      String name = slot.isInput() || prefix.isEmpty() ? slot.name() : prefix + names.size();
      names.put(slot.name(), name);
      Slot changed = change.apply(slot);
      builder.add(changed.withName(name));
      if (changed.hasBias()) {
        values.put(Parameter.biasKey(name), old.bias(slot.name()));
      }
    }
    for (Block block : map.blocks()) {
      String from = names.get(block.from());
      String to = names.get(block.to());
      builder.add(new Block(from, to, block.sparsity(), block.fixedValues()));
      if (block.isTrainable()) {
        values.put(Parameter.weightKey(from, to), old.weights(block.from(), block.to()));
      }
    }
    BlockMap renamed = builder.output(names.get(map.output().name())).build();
    return new MapWeights(renamed.realize(), values);
  }

  private static MapWeights weights(BlockMap map) {
    Map<String, double[]> values = new LinkedHashMap<>();
    var realized = map.realize();
    for (Parameter p : realized.parameters()) {
      values.put(p.key(), new Random(p.length()).doubles(p.length()).toArray());
    }
    return new MapWeights(realized, values);
  }

  private static BlockMap map(MultiLayerNetwork network) {
    return ((IterativeMapConf) network.getLayer(0).conf().getLayer()).getSettings().map();
  }

  private static MultiLayerNetwork network(BlockMap map, int steps) {
    int enough = Math.max(steps, map.shortestPathFromInput(map.output().name()).orElseThrow());
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new IterativeMapLayer.Builder().map(map).steps(enough).build())
                .build());
    network.init();
    return network;
  }
}
