package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Map layers inside of other layers, fixed and frozen weights, and what is refused. */
class WrappersTest {

  private static void assertRefused(String part, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }

  /** dense 4 -> 5 on every time step, the layer, and one answer per sequence. */
  private static MultiLayerNetwork lastOf(Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Nets.adam()
                .list()
                .layer(new LSTM.Builder().nOut(5).build())
                .layer(layer)
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(Nets.CLASSES).build())
                .setInputType(InputType.recurrent(Nets.IN))
                .build());
    network.init();
    return network;
  }

  private static DataSet lastData(long seed) {
    return new DataSet(Nets.data(seed, true).getFeatures(), Nets.data(seed, false).getLabels());
  }

  @Test
  void wrappedMapsAreChanged() {
    for (Layer wrapped :
        List.of(
            new LastTimeStep(Nets.mapLayer(true)),
            new LastTimeStep(new MaskZeroLayer(Nets.mapLayer(true), 0)))) {
      MultiLayerNetwork network = lastOf(wrapped);
      network.fit(lastData(1));
      INDArray before = network.output(lastData(9).getFeatures()).dup();
      String name = LiveMaps.layers(network).get(0);
      Surgery.grow(network, name, "h", 2, 1);
      INDArray after = network.output(lastData(9).getFeatures());
      assertTrue(Magnitude.largestDifference(before, after) <= 1e-12);
      Surgery.prune(network, BlockChoice.all(), 0.8, Scope.GLOBAL);
      network.fit(lastData(2));
      assertEquals(
          network.output(lastData(9).getFeatures()),
          network.clone().output(lastData(9).getFeatures()));
    }
  }

  @Test
  void frozenLayersStayAsTheyAre() {
    for (Layer frozen :
        List.of(
            new org.deeplearning4j.nn.conf.layers.misc.FrozenLayer(Nets.mapLayer(false)),
            new FrozenLayerWithBackprop(Nets.mapLayer(false)))) {
      MultiLayerNetwork network = Nets.stack(Nets.adam(), frozen, false);
      Nets.fit(network, 0, 2, false);
      String name = LiveMaps.layers(network).get(0);
      assertRefused("expected", () -> Surgery.prune(network, BlockChoice.all(), 0.5, Scope.GLOBAL));
      assertRefused(
          "is frozen",
          () -> Surgery.prune(network, BlockChoice.all().inLayers(name), 0.5, Scope.GLOBAL));
      // Asked for by itself it can be operated on, and stays frozen.
      INDArray before = network.output(Nets.data(9, false).getFeatures()).dup();
      Surgery.grow(network, name, "h", 2, 1);
      assertTrue(
          Magnitude.largestDifference(before, network.output(Nets.data(9, false).getFeatures()))
              <= 1e-12);
      INDArray parameters = network.getLayer(1).params().dup();
      Nets.fit(network, 2, 4, false);
      assertEquals(parameters, network.getLayer(1).params());
    }
  }

  @Test
  void aLayerFrozenByTransferLearningStaysFrozen() {
    ComputationGraph graph = Nets.graph(Nets.adam());
    Nets.fit(graph, 0, 2, false);
    ComputationGraph frozen =
        new TransferLearning.GraphBuilder(graph).setFeatureExtractor("map").build();
    assertInstanceOf(FrozenLayer.class, frozen.getLayer("map"));
    INDArray parameters = frozen.getLayer("map").params().dup();
    Surgery.prune(frozen, BlockChoice.all(), 0.8, Scope.PER_BLOCK);
    assertInstanceOf(FrozenLayer.class, frozen.getLayer("map"));
    Nets.fit(frozen, 2, 4, false);
    assertEquals(parameters, frozen.getLayer("map").params());
    // The other one was pruned: 35 and 49 cells.
    assertEquals(7 + 10, LiveMaps.settings(frozen, "second").realized().trainableWeights());
  }

  private static BlockMap reservoir() {
    return BlockMap.builder()
        .input("x", 5)
        .state("h", 6)
        .state("y", 5)
        .connect("x", "h", Sparsity.dense())
        .connectFixed("h", "h", Sparsity.density(0.4), WeightValues.gaussian(0, 0.3))
        .connect("h", "h", Sparsity.diagonal())
        .connect("h", "y", Sparsity.dense())
        .output("y")
        .seed(5)
        .build();
  }

  @Test
  void fixedBlocksStay() {
    MultiLayerNetwork network =
        Nets.stack(
            Nets.adam(),
            new IterativeMapLayer.Builder().name("map").map(reservoir()).steps(3).build(),
            false);
    RealizedMap before = LiveMaps.settings(network, "map").realized();
    Nets.fit(network, 0, 2, false);
    Surgery.prune(network, BlockChoice.all(), 0.7, Scope.PER_BLOCK);
    Surgery.rewireAtRandom(network, BlockChoice.all(), 0.5, 1);
    RealizedMap pruned = LiveMaps.settings(network, "map").realized();
    assertEquals(before.map().blocks().get(1), pruned.map().blocks().get(1));
    Surgery.grow(network, "map", "h", 2, 1);
    Surgery.shrinkBy(network, "map", "h", 0);
    RealizedMap.RealizedBlock fixed = LiveMaps.settings(network, "map").realized().blocks().get(1);
    WeightOf old = new WeightOf(before.blocks().get(1));
    WeightOf left = new WeightOf(fixed);
    for (int to = 0; to < 7; to++) {
      for (int from = 0; from < 7; from++) {
        double expected = to < 5 && from < 5 ? old.at(to + 1, from + 1) : Double.NaN;
        assertEquals(expected, left.at(to, from));
      }
    }
  }

  private record WeightOf(RealizedMap.RealizedBlock block) {
    double at(int to, int from) {
      for (int e = block.mask().targetStart(to); e < block.mask().targetStart(to + 1); e++) {
        if (block.mask().source(e) == from) {
          return block.fixedValues()[e];
        }
      }
      return Double.NaN;
    }
  }

  @Test
  void anInitialiserOfABlockIsKept() {
    MultiLayerNetwork network =
        Nets.stack(
            Nets.adam(),
            new IterativeMapLayer.Builder()
                .name("map")
                .map(Nets.map())
                .steps(4)
                .weightInit("x", "h", org.deeplearning4j.nn.weights.WeightInit.ONES)
                .build(),
            false);
    Surgery.prune(network, BlockChoice.all(), 0.5, Scope.PER_BLOCK);
    assertEquals(
        java.util.Set.of("x->h"), LiveMaps.settings(network, "map").weightInits().keySet());
    assertTrue(
        java.util.Arrays.stream(LiveMaps.weights(network, "map").weights("x", "h"))
            .allMatch(w -> w == 1));
  }

  @Test
  void whatCannotBeDoneIsRefusedAndNothingHasChanged() {
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), false);
    Nets.fit(network, 0, 2, false);
    INDArray parameters = network.params().dup();
    String json = network.getLayerWiseConfigurations().toJson();
    RealizedMap map = LiveMaps.settings(network, "map").realized();
    assertRefused("no map layer 'layer0'", () -> LiveMaps.settings(network, "layer0"));
    assertRefused("'layer0' is a DenseLayer", () -> LiveMaps.settings(network, "layer0"));
    assertRefused("network: found null", () -> LiveMaps.layers(null));
    assertRefused(
        "no trained block [q->h]",
        () -> Surgery.prune(network, BlockChoice.all().named("q->h"), 0.5, Scope.GLOBAL));
    assertRefused("blockNames: found none", () -> BlockChoice.all().named());
    assertRefused("is the map's output", () -> Surgery.grow(network, "map", "y", 1, 1));
    assertRefused("is the map's input", () -> Surgery.shrink(network, "map", "x", 1));
    assertRefused(
        "nOut: a change from 5 to 7",
        () ->
            LiveMaps.replaceMap(
                network,
                "map",
                MapChange.between(map, map.map().withSlotSize("y", 7))
                    .withUnits("y", new int[] {0, 1, 2, 3, 4, -1, -1})));
    assertRefused(
        "say with withUnits",
        () -> LiveMaps.replaceMap(network, "map", map.map().withSlotSize("h", 7)));
    assertRefused(
        "starts from another map",
        () ->
            LiveMaps.replaceMap(
                network, "map", MapChange.between(map.map().withSeed(99).realize(), map.map())));
    assertRefused(
        "schedule: found null", () -> new GradualPruning(BlockChoice.all(), null, Scope.GLOBAL));
    BlockMap longer =
        BlockMap.builder()
            .input("x", 5)
            .state("a", 5)
            .state("b", 5)
            .state("c", 5)
            .state("d", 5)
            .state("y", 5)
            .connect("x", "a", Sparsity.dense())
            .connect("a", "b", Sparsity.dense())
            .connect("b", "c", Sparsity.dense())
            .connect("c", "d", Sparsity.dense())
            .connect("d", "y", Sparsity.dense())
            .output("y")
            .build();
    assertRefused("", () -> LiveMaps.replaceMap(network, "map", longer)); // 5 steps, has 4
    assertThrows(
        IllegalStateException.class,
        () -> Surgery.rewireByGradient(Nets.stack(new Sgd(1), false), BlockChoice.all(), 0.5));
    assertEquals(parameters, network.params());
    assertEquals(json, network.getLayerWiseConfigurations().toJson());
    MultiLayerNetwork twin = Nets.stack(new Adam(0.01), false);
    Nets.fit(twin, 0, 4, false);
    Nets.fit(network, 2, 4, false);
    assertEquals(twin.params(), network.params());
  }

  @Test
  void otherOptimisersAreRefused() {
    MultiLayerNetwork network =
        Nets.stack(
            Nets.adam()
                .optimizationAlgo(
                    org.deeplearning4j.nn.api.OptimizationAlgorithm.CONJUGATE_GRADIENT),
            Nets.mapLayer(false),
            false);
    assertRefused("CONJUGATE_GRADIENT", () -> Surgery.grow(network, "map", "h", 1, 1));
  }

  @Test
  void timeStepsGoOnAfterGrowing() {
    MultiLayerNetwork network =
        Nets.stack(
            Nets.adam(),
            new IterativeMapRecurrentLayer.Builder().name("map").map(reservoir()).build(),
            true);
    Nets.fit(network, 0, 2, true);
    INDArray features = Nets.data(9, true).getFeatures();
    INDArray before = network.output(features).dup();
    INDArray first = network.rnnTimeStep(features).dup();
    INDArray second = network.rnnTimeStep(features).dup();
    assertNotEquals(first, second);
    network.rnnClearPreviousState();
    assertEquals(first, network.rnnTimeStep(features));
    Surgery.grow(network, "map", "h", 3, 1); // in the middle of a sequence
    assertTrue(Magnitude.largestDifference(second, network.rnnTimeStep(features)) <= 1e-12);
    assertTrue(Magnitude.largestDifference(before, network.output(features)) <= 1e-12);
  }
}
