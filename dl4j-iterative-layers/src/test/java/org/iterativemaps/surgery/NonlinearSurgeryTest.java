package org.iterativemaps.surgery;

import static org.iterativemaps.surgery.NonlinearNets.HIDDEN;
import static org.iterativemaps.surgery.NonlinearNets.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Surgery on maps of every function: it does what it promises, or says with which block not. */
class NonlinearSurgeryTest {
  private static final int SEEDS = 5;

  private static List<NonlinearNets> nets(boolean isRecurrent) {
    return NonlinearNets.some(isRecurrent, SEEDS);
  }

  private static RealizedMap map(MultiLayerNetwork network) {
    return LiveMaps.settings(network, "map").realized();
  }

  private static void assertClose(INDArray expected, INDArray found, String what) {
    double difference = Magnitude.largestDifference(expected, found);
    assertTrue(difference < 1e-11, () -> what + ": differs by " + difference);
  }

  /** The network before a change of masks, with zeros where weights went. */
  private static MultiLayerNetwork withZeros(NonlinearNets net, MapWeights after) {
    MapWeights weights = LiveMaps.weights(net.network(), "map");
    Map<String, double[]> values = new HashMap<>();
    for (Parameter parameter : weights.realized().parameters()) {
      double[] numbers = weights.values(parameter.key());
      if (parameter.mask() != null) {
        long[] left = mask(after, parameter.key()).copyCells();
        long[] cells = parameter.mask().copyCells();
        Arrays.setAll(numbers, i -> Arrays.binarySearch(left, cells[i]) < 0 ? 0 : numbers[i]);
      }
      values.put(parameter.key(), numbers);
    }
    MultiLayerNetwork zeros = net.copy();
    LayerWeights.write(new MapWeights(weights.realized(), values), zeros.getLayer(0));
    return zeros;
  }

  private static WeightMask mask(MapWeights weights, String key) {
    return weights.realized().parameters().stream()
        .filter(p -> p.key().equals(key))
        .findFirst()
        .orElseThrow()
        .mask();
  }

  /** Two slots can have a block of every function between them. */
  private static boolean hasTrained(BlockMap map, String name) {
    return map.blocks().stream().anyMatch(b -> b.isTrainable() && b.name().equals(name));
  }

  /** What pruning and rewiring have in common. */
  private static void assertOnlyLinearBlocksChanged(NonlinearNets net, MultiLayerNetwork changed) {
    MapWeights before = LiveMaps.weights(net.network(), "map");
    MapWeights after = LiveMaps.weights(changed, "map");
    for (Parameter parameter : before.realized().parameters()) {
      boolean isLinear =
          parameter.isOfBlock()
              && before.realized().blocks().get(parameter.block()).block().isLinear();
      if (!isLinear) {
        assertArrayEquals(before.values(parameter.key()), after.values(parameter.key()));
        assertEquals(parameter.mask(), mask(after, parameter.key()));
      }
    }
    assertClose(net.output(withZeros(net, after)), net.output(changed), net.toString());
    net.assertSaved(changed, net.toString());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pruned(boolean isRecurrent) {
    for (NonlinearNets net : nets(isRecurrent)) {
      for (Scope scope : Scope.values()) {
        MultiLayerNetwork pruned = net.copy();
        int gone = Surgery.prune(pruned, BlockChoice.all(), 0.6, scope);
        assertTrue(gone > 0, net.toString());
        assertEquals(net.network().numParams() - gone, pruned.numParams());
        assertOnlyLinearBlocksChanged(net, pruned);
      }
      for (Block block : net.map().blocks()) {
        if (!block.isLinear() && !hasTrained(net.map(), block.name())) {
          refused(
              net,
              () ->
                  Surgery.prune(
                      net.network(), BlockChoice.all().named(block.name()), 0.5, Scope.GLOBAL),
              block.name());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rewired(boolean isRecurrent) {
    for (NonlinearNets net : nets(isRecurrent)) {
      MultiLayerNetwork atRandom = net.copy();
      Surgery.rewireAtRandom(atRandom, BlockChoice.all(), 0.5, net.seed());
      assertEquals(net.network().numParams(), atRandom.numParams());
      assertOnlyLinearBlocksChanged(net, atRandom);
      MultiLayerNetwork byGradient = net.copy();
      byGradient.setInput(net.data().getFeatures());
      byGradient.setLabels(net.data().getLabels());
      Surgery.rewireByGradient(byGradient, BlockChoice.all(), 0.5);
      assertEquals(net.network().numParams(), byGradient.numParams());
      assertOnlyLinearBlocksChanged(net, byGradient);
    }
  }

  /** The slots that share a size with one, by the definition: until a round adds none. */
  private static Set<String> sizeClass(BlockMap map, String slot) {
    Set<String> found = new TreeSet<>(List.of(slot));
    for (int round = 0; round < map.slots().size(); round++) {
      for (Slot other : map.slots()) {
        join(found, other.gates(), other.name());
      }
      for (Block block : map.blocks()) {
        if (block.function().equals(BlockFunctions.identity())
            || block.function().equals(BlockFunctions.product())) {
          join(found, block.sources(), block.to());
        }
      }
    }
    return found;
  }

  private static void join(Set<String> found, List<String> names, String name) {
    if (!names.isEmpty() && (found.contains(name) || names.stream().anyMatch(found::contains))) {
      found.addAll(names);
      found.add(name);
    }
  }

  /** Why a slot keeps its size, by the definitions; one of what the message may name. */
  private static Set<String> obstacles(BlockMap map, Set<String> slots) {
    Set<String> obstacles = new TreeSet<>();
    for (String name : slots) {
      Slot slot = map.slot(name);
      if (slot.isInput() || name.equals(map.output().name())) {
        obstacles.add("the map's " + (slot.isInput() ? "input" : "output"));
      }
      if (slot.isNormalised()) {
        obstacles.add(slot.normalisation().name());
      }
    }
    for (Block block : map.blocks()) {
      boolean isAt =
          slots.contains(block.to()) || block.sources().stream().anyMatch(slots::contains);
      boolean isElementwise =
          block.function().equals(BlockFunctions.identity())
              || block.function().equals(BlockFunctions.product());
      if (isAt && !block.isLinear() && !isElementwise) {
        obstacles.add("block " + block.name() + " is " + block.function());
      }
    }
    return obstacles;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void grownAndShrunk(boolean isRecurrent) {
    int grown = 0;
    int refused = 0;
    for (NonlinearNets net : nets(isRecurrent)) {
      for (Slot slot : net.map().slots()) {
        String name = slot.name();
        Set<String> obstacles = obstacles(net.map(), sizeClass(net.map(), name));
        if (!obstacles.isEmpty()) {
          refused(net, () -> grow(net, name, obstacles), "slot '" + name + "'");
          refused(net, () -> shrink(net, name, obstacles), "slot '" + name + "'");
          refused++;
        } else if (name.equals(HIDDEN)) {
          MultiLayerNetwork larger = net.copy();
          Surgery.grow(larger, "map", name, 2, 1);
          assertEquals(slot.size() + 2, map(larger).map().slot(name).size());
          assertClose(net.output(net.network()), net.output(larger), "grown, " + net);
          net.assertSaved(larger, "grown, " + net);
          MultiLayerNetwork smaller = net.copy();
          Surgery.shrinkBy(smaller, "map", name, 0);
          INDArray expected = net.output(without(net, slot, unit -> unit == 0));
          assertClose(expected, net.output(smaller), "shrunk, " + net);
          net.assertSaved(smaller, "shrunk, " + net);
          grown++;
        }
      }
    }
    assertTrue(grown > 3 && refused > 15, grown + " grown, " + refused + " refused");
  }

  private static void grow(NonlinearNets net, String slot, Set<String> obstacles) {
    named(obstacles, () -> Surgery.grow(net.network(), "map", slot, 2, 1));
  }

  private static void shrink(NonlinearNets net, String slot, Set<String> obstacles) {
    named(obstacles, () -> Surgery.shrinkBy(net.network(), "map", slot, 0));
  }

  private static void named(Set<String> obstacles, Runnable call) {
    try {
      call.run();
    } catch (IllegalArgumentException e) {
      String message = e.getMessage();
      assertTrue(obstacles.stream().anyMatch(message::contains), message + ", not " + obstacles);
      throw e;
    }
  }

  /** The network with zeros for all weights out of some units. */
  private static MultiLayerNetwork without(NonlinearNets net, Slot slot, IntPredicate gone) {
    MapWeights weights = LiveMaps.weights(net.network(), "map");
    Map<String, double[]> values = new HashMap<>();
    weights
        .realized()
        .parameters()
        .forEach(parameter -> values.put(parameter.key(), weights.values(parameter.key())));
    for (RealizedBlock block : weights.realized().blocks()) {
      if (block.block().sources().equals(List.of(slot.name()))) {
        double[] numbers = values.get(Parameter.key("W", block.block().name()));
        long[] cells = block.mask().copyCells();
        Arrays.setAll(numbers, i -> gone.test((int) (cells[i] % slot.size())) ? 0 : numbers[i]);
      }
    }
    MultiLayerNetwork zeros = net.copy();
    LayerWeights.write(new MapWeights(weights.realized(), values), zeros.getLayer(0));
    return zeros;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void frozenAndThawed(boolean isRecurrent) {
    for (NonlinearNets net : nets(isRecurrent)) {
      INDArray output = net.output(net.network());
      Block first =
          net.map().blocks().stream().filter(Block::isTrainable).findFirst().orElseThrow();
      for (Block block : net.map().blocks()) {
        String what = block.name() + ", " + net;
        if (block.isTrainable()) {
          MultiLayerNetwork network = net.copy();
          Freezing.freeze(network, "map", block.from(), block.to());
          assertTrue(network.numParams() < net.network().numParams(), what);
          assertClose(output, net.output(network), what);
          if (block == first) { // saving takes longer than all else
            net.assertSaved(network.clone(), what);
          }
          Freezing.thaw(network, "map", block.from(), block.to());
          assertTrue(network.numParams() >= net.network().numParams(), what);
          assertClose(output, net.output(network), what);
          if (block == first) {
            net.assertSaved(network, what);
          }
        } else if (!block.isLinear() && block.sources().size() == 1) {
          String from = block.from();
          if (!hasTrained(net.map(), block.name())) {
            refused(
                net,
                () -> Freezing.freeze(net.network(), "map", from, block.to()),
                "no trained block " + block.name());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withAnotherK(boolean isRecurrent) {
    int ran = 0;
    for (NonlinearNets net : nets(isRecurrent)) {
      INDArray output = net.output(net.network());
      MapKnobs knobs = MapKnobs.of(net.network());
      for (int steps = 1; steps <= 5; steps++) {
        int k = steps;
        MultiLayerNetwork built;
        try {
          built = NonlinearNets.network(net.map(), isRecurrent, k);
        } catch (IllegalArgumentException unreachable) {
          refused(net, () -> knobs.steps(k), unreachable.getMessage());
          continue;
        }
        built.setParams(net.network().params());
        knobs.steps(k);
        assertEquals(net.output(built), net.output(net.network()), net.toString());
        if (k % 2 == 0) {
          MultiLayerNetwork saved = net.network().clone();
          MapKnobs.of(saved).steps(k).save();
          net.assertSaved(saved, net.toString());
        }
        knobs.reset();
        assertEquals(output, net.output(net.network()), net.toString());
        ran++;
      }
    }
    assertTrue(ran > 20, "ran " + ran);
  }

  /** Another map within: what is at the same cells stays, and all around it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nestedMapsReplaced(boolean isRecurrent) {
    int replaced = 0;
    for (NonlinearNets net : nets(isRecurrent)) {
      List<Block> blocks =
          net.map().blocks().stream()
              .map(
                  block ->
                      block.function() instanceof BlockFunctions.Nested nested
                          ? new Block(
                              block.sources(),
                              block.to(),
                              BlockFunctions.nested(nested.map().withSeed(99), nested.steps()))
                          : block)
              .toList();
      MultiLayerNetwork network = net.copy();
      LiveMaps.replaceMap(network, "map", net.map().with(net.map().slots(), blocks));
      MapWeights before = LiveMaps.weights(net.network(), "map");
      MapWeights after = LiveMaps.weights(network, "map");
      for (Parameter parameter : after.realized().parameters()) {
        double[] was = before.values(parameter.key());
        double[] is = after.values(parameter.key());
        if (parameter.mask() == null) {
          assertArrayEquals(was, is, parameter.key());
          continue;
        }
        long[] cells = parameter.mask().copyCells();
        long[] cellsBefore = mask(before, parameter.key()).copyCells();
        for (int i = 0; i < cells.length; i++) {
          int old = Arrays.binarySearch(cellsBefore, cells[i]);
          assertEquals(old < 0 ? 0 : was[old], is[i], parameter.key() + ", " + net);
        }
        replaced += Arrays.equals(cells, cellsBefore) ? 0 : 1;
      }
      net.assertSaved(network, net.toString());
    }
    assertTrue(replaced > 1, "replaced " + replaced);
  }
}
