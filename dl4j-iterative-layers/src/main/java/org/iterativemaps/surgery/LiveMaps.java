package org.iterativemaps.surgery;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.change.MapChange;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gives map layers of a live network other maps, in place: same network object, trained weights and
 * the updater's state kept.
 *
 * <p>Works on a {@code MultiLayerNetwork} or {@code ComputationGraph} between calls of {@code fit},
 * and inside of it from a {@code TrainingListener}'s {@code iterationDone} or {@code onEpochEnd}.
 * Layers may be wrapped (frozen, LastTimeStep, MaskZero, TimeDistributed, Bidirectional).
 *
 * <p>A layer is called by its name (in a graph: its vertex's), or by "#" and its index in a {@code
 * MultiLayerNetwork}: "#2". That is the only way where DL4J gave several layers one name, or none.
 * The two maps of a {@code Bidirectional} are "name/forward" and "name/backward" ("#2/forward");
 * its name alone means both. {@link #layers} lists what finds each map.
 *
 * <p>An {@code IterativeMapVertex} is a map layer here as others, called by its name. Slots that
 * start from its inputs keep their sizes.
 *
 * <ul>
 *   <li>Parameters and updater state of what both maps have are carried over to the bit; {@link
 *       MapChange} says what that is. New parameters start as {@link MapChange} says, with the
 *       state the updater starts with (zero for all of DL4J's but AdaGrad's epsilon). Adam's bias
 *       correction counts the network's iterations, not those of the new weight.
 *   <li>Iteration and epoch counters, listeners, ND4J's random generator, time masks, K and
 *       injection of a map that runs with others than its configuration's, and the states of {@code
 *       rnnTimeStep} and truncated BPTT stay; a new unit's state is zero.
 *   <li>The network gets new running layers and a configuration object of its own: ask {@code
 *       getLayer(…)}, {@code params()}, {@code getLayerWiseConfigurations()} again instead of
 *       keeping them.
 * </ul>
 *
 * <p>All or nothing: the changed network is built aside, and whatever is refused or fails there,
 * the network is as it was, to the bit.
 *
 * <p>All layers are built anew around copies of the arrays: a change costs about as much as loading
 * the network. Not while a {@code ParallelWrapper} or Spark trains: their workers exchange vectors
 * of one length. Operate between two calls of their {@code fit} instead.
 *
 * <p>The new maps are saved and loaded with the network like any other.
 */
public final class LiveMaps {
  private LiveMaps() {}

  /**
   * What finds each map of a network: the layer's name where no other map layer has it, else its
   * index; see above.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   */
  public static List<String> layers(Model network) {
    return MapLayer.all(LiveNetwork.of(network)).stream().map(MapLayer::name).toList();
  }

  /**
   * The layers and vertices of a network with their classes: what an error says when it finds no
   * map layer.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   */
  public static String inventory(Model network) {
    return LiveNetwork.of(network).inventory();
  }

  /**
   * Map and steps of a layer.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   * @param layer one map layer; DL4J's builders call unnamed ones "layer0", "layer1", …
   * @throws IllegalArgumentException if there is no such map layer, or several
   */
  public static MapSettings settings(Model network, String layer) {
    return MapLayer.of(LiveNetwork.of(network), layer).map().getSettings();
  }

  /**
   * The map of a layer's configuration, with its numbers.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   * @param layer one map layer
   * @throws IllegalArgumentException if there is no such map layer, or several
   */
  public static MapWeights weights(Model network, String layer) {
    LiveNetwork live = LiveNetwork.of(network);
    return MapLayer.of(live, layer).weights(live);
  }

  /**
   * Gives one layer another map; its slots keep their sizes, new parameters start at zero.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer a map layer
   * @param newMap the map it shall have
   * @throws IllegalArgumentException as {@link #replaceMaps}
   */
  public static void replaceMap(Model network, String layer, BlockMap newMap) {
    Surgery.changeAll(
        network,
        layer,
        (live, map) -> {
          int nIn = map.realized().map().input().size();
          return MapChange.between(
              map.realized(), newMap.isOpen() ? newMap.withInputSize(nIn) : newMap);
        });
  }

  /**
   * Changes the map of one layer.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer a map layer
   * @param change from the layer's present map
   * @throws IllegalArgumentException as {@link #replaceMaps}
   */
  public static void replaceMap(Model network, String layer, MapChange change) {
    replaceMaps(network, Collections.singletonMap(layer, change));
  }

  /**
   * Changes the maps of several layers at once.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param changes by layer, each from the layer's present map
   * @throws IllegalArgumentException if there is no such layer, a change does not start from its
   *     map, changes the size of its input or output slot, does not say which units of a resized
   *     slot stay, or the layer cannot run the new map
   */
  public static void replaceMaps(Model network, Map<String, MapChange> changes) {
    operate(
        network,
        live -> {
          Map<String, MapChange> byName = byName(live, changes);
          return new Operation(byName, settingsAfter(live, byName));
        });
  }

  /**
   * The map layers that are called so: what finds each, and it alone.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   * @param layer a map layer; both maps of a Bidirectional
   * @throws IllegalArgumentException if there is no such map layer, or several have that name
   */
  public static List<String> layersCalled(Model network, String layer) {
    return MapLayer.called(LiveNetwork.of(network), layer).stream().map(MapLayer::name).toList();
  }

  /**
   * The running half of a map layer, without its wrappers; another one after every change.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   * @param layer one map layer
   * @throws IllegalArgumentException if there is no such map layer, or several
   */
  public static RunningMap running(Model network, String layer) {
    LiveNetwork live = LiveNetwork.of(network);
    return RunningMaps.of(live, MapLayer.of(live, layer));
  }

  /**
   * Writes K and injection that maps run with into the network's configuration.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layers some of {@link #layers}
   * @throws IllegalArgumentException if there is no such map layer, or several
   */
  public static void saveRunning(Model network, Collection<String> layers) {
    operate(
        network,
        live -> {
          Map<String, MapChange> changes = new LinkedHashMap<>();
          Map<String, MapSettings> settings = new LinkedHashMap<>();
          for (String name : layers) {
            MapLayer layer = MapLayer.of(live, name);
            MapSettings running = RunningMaps.of(live, layer).running();
            changes.put(layer.name(), MapChange.between(layer.realized(), running.map()));
            settings.put(layer.name(), running);
          }
          return new Operation(changes, settings);
        });
  }

  /**
   * What is to be done.
   *
   * @param changes by {@link MapLayer#name()}
   * @param settings of the same layers, afterwards
   */
  private record Operation(Map<String, MapChange> changes, Map<String, MapSettings> settings) {}

  private static void operate(Model network, Function<LiveNetwork, Operation> plan) {
    LiveNetwork live = LiveNetwork.of(network);
    Random random = Nd4j.getRandom();
    long root = random.rootState();
    long node = random.nodeState();
    synchronized (network) {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        operate(live, plan.apply(live));
      } finally {
        random.setStates(root, node);
      }
    }
  }

  private static void operate(LiveNetwork network, Operation operation) {
    Map<String, MapChange> changes = operation.changes();
    BaseMultiLayerUpdater<?> updaterBefore = network.updater();
    if (updaterBefore != null) {
      UpdaterState.check(updaterBefore);
    }
    ParameterTransfer carry = ParameterTransfer.of(network, changes);
    LiveNetwork rebuilt =
        network.rebuilt(MapLayer.byPlace(network, operation.settings()), carry.parameters());
    RecurrentStates.of(network).restore(rebuilt, changes);
    RunningMaps.carry(network, rebuilt);
    rebuilt.takeMasks(network);
    adopt(network, rebuilt, carry, updaterBefore);
  }

  /** DL4J's updaters belong to one network for good, so the new one can only be made at the end. */
  private static void adopt(
      LiveNetwork network,
      LiveNetwork rebuilt,
      ParameterTransfer carry,
      BaseMultiLayerUpdater<?> before) {
    FieldSwap swap = network.adoption(rebuilt);
    boolean isDone = false;
    swap.commit();
    try {
      if (before != null) {
        BaseMultiLayerUpdater<?> after = network.newUpdater();
        carry.updaterState(before, after);
        network.setUpdater(after);
      }
      isDone = true;
    } finally {
      if (!isDone) {
        swap.undo();
      }
    }
  }

  /** The same changes by {@link MapLayer#name()}, checked. */
  private static Map<String, MapChange> byName(LiveNetwork live, Map<String, MapChange> changes) {
    Map<String, MapChange> byName = new LinkedHashMap<>();
    changes.forEach(
        (called, change) -> {
          MapLayer layer = MapLayer.of(live, called);
          check(layer, change);
          if (byName.put(layer.name(), change) != null) {
            throw new IllegalArgumentException(
                "changes: found two of layer '" + layer.name() + "', expected one");
          }
        });
    return byName;
  }

  /** The settings of the changed layers afterwards. */
  static Map<String, MapSettings> settingsAfter(
      LiveNetwork network, Map<String, MapChange> changes) {
    Map<String, MapSettings> settings = new LinkedHashMap<>();
    for (MapLayer layer : MapLayer.all(network)) {
      if (changes.containsKey(layer.name())) {
        settings.put(
            layer.name(), layer.map().getSettings().with(changes.get(layer.name()).after().map()));
      }
    }
    return settings;
  }

  private static void check(MapLayer layer, MapChange change) {
    BlockMap present = layer.map().getSettings().map();
    BlockMap after = change.after().map();
    String where = "layer '" + layer.name() + "': ";
    if (!change.before().map().equals(present)) {
      throw new IllegalArgumentException(
          where
              + "the change starts from another map, "
              + change.before().map()
              + "; the layer has "
              + present);
    }
    checkSize(where + "nIn", present.input().size(), after.input().size());
    checkSize(where + "nOut", present.output().size(), after.output().size());
    for (String slot : layer.starts()) {
      checkStart(where, present.slot(slot), after);
    }
    for (int i = 0; i < change.after().parameters().size(); i++) {
      change.origins(i); // refuses resized slots without units
    }
  }

  private static void checkStart(String where, Slot before, BlockMap after) {
    boolean isThere = after.stateSlots().contains(before.name());
    if (!isThere || after.slot(before.name()).size() != before.size()) {
      throw new IllegalArgumentException(
          where
              + "slot '"
              + before.name()
              + "' starts from an input of the vertex, [batch, "
              + before.size()
              + "]; found "
              + (isThere ? after.slot(before.name()).size() + " units of it" : "no such state slot")
              + " in the new map, expected "
              + before.size()
              + "; change another slot");
    }
  }

  private static void checkSize(String what, int before, int after) {
    if (before != after) {
      throw new IllegalArgumentException(
          what
              + ": a change from "
              + before
              + " to "
              + after
              + " would not fit the layers around it; use DL4J's TransferLearning"
              + " (nInReplace, nOutReplace), or a hidden slot between the two");
    }
  }
}
