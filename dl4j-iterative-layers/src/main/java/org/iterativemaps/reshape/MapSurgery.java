package org.iterativemaps.reshape;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.change.MapChange;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gives map layers of a live network other maps, in place: same network object, trained weights and
 * the updater's state kept.
 *
 * <p>Works on a {@code MultiLayerNetwork} or {@code ComputationGraph} between calls of {@code fit},
 * and inside of it from a {@code TrainingListener}'s {@code iterationDone} or {@code onEpochEnd}.
 * Layers may be wrapped (frozen, LastTimeStep, MaskZero, TimeDistributed), but not in a
 * Bidirectional.
 *
 * <ul>
 *   <li>Parameters and updater state of what both maps have are carried over to the bit; {@link
 *       MapChange} says what that is. New parameters start as {@link MapChange} says, with the
 *       state the updater starts with (zero for all of DL4J's but AdaGrad's epsilon). Adam's bias
 *       correction counts the network's iterations, not those of the new weight.
 *   <li>Iteration and epoch counters, listeners, ND4J's random generator, and the states of {@code
 *       rnnTimeStep} and truncated BPTT stay; a new unit's state is zero.
 *   <li>The network gets new running layers and a configuration object of its own: ask {@code
 *       getLayer(…)}, {@code params()}, {@code getLayerWiseConfigurations()} again instead of
 *       keeping them.
 * </ul>
 *
 * <p>All layers are built anew around copies of the arrays: a change costs about as much as loading
 * the network. Not while a {@code ParallelWrapper} or Spark trains: their workers exchange vectors
 * of one length. Reshape between two calls of their {@code fit} instead.
 *
 * <p>The new maps are saved and loaded with the network like any other.
 */
public final class MapSurgery {
  private MapSurgery() {}

  /**
   * The names of a network's map layers, those in a Bidirectional left out.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   */
  public static List<String> layers(Model network) {
    return MapLayer.all(LiveNetwork.of(network)).stream().map(MapLayer::name).toList();
  }

  /**
   * Map and steps of a layer.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   * @param layer the layer's name; DL4J calls unnamed ones "layer0", "layer1", …
   * @throws IllegalArgumentException if there is no such map layer
   */
  public static MapSettings settings(Model network, String layer) {
    return MapLayer.of(LiveNetwork.of(network), layer).map().getSettings();
  }

  /**
   * The parameters of a layer's map, vector by vector in the order of {@code
   * settings(…).realized().parameters()}, in new arrays.
   *
   * @param network a MultiLayerNetwork or ComputationGraph
   * @param layer the layer's name
   * @throws IllegalArgumentException if there is no such map layer
   */
  public static double[][] parameters(Model network, String layer) {
    LiveNetwork live = LiveNetwork.of(network);
    return MapLayer.of(live, layer).parameters(live);
  }

  /**
   * Gives one layer another map; its slots keep their sizes, new parameters start at zero.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer the layer's name
   * @param newMap the map it shall have
   * @throws IllegalArgumentException as {@link #replaceMaps}
   */
  public static void replaceMap(Model network, String layer, BlockMap newMap) {
    BlockMap sized =
        newMap.isOpen()
            ? newMap.withInputSize(settings(network, layer).map().input().size())
            : newMap;
    replaceMap(network, layer, MapChange.between(settings(network, layer).realized(), sized));
  }

  /**
   * Changes the map of one layer.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer the layer's name
   * @param change from the layer's present map
   * @throws IllegalArgumentException as {@link #replaceMaps}
   */
  public static void replaceMap(Model network, String layer, MapChange change) {
    replaceMaps(network, Map.of(layer, change));
  }

  /**
   * Changes the maps of several layers at once. On an error nothing has been changed.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param changes by layer name, each from the layer's present map
   * @throws IllegalArgumentException if there is no such layer, a change does not start from its
   *     map, changes the size of its input or output slot, does not say which units of a resized
   *     slot stay, or the layer cannot run the new map
   */
  public static void replaceMaps(Model network, Map<String, MapChange> changes) {
    synchronized (network) {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        replace(LiveNetwork.of(network), changes);
      }
    }
  }

  private static void replace(LiveNetwork network, Map<String, MapChange> changes) {
    Map<String, NeuralNetConfiguration> confs = new LinkedHashMap<>();
    changes.forEach(
        (name, change) -> {
          MapLayer layer = MapLayer.of(network, name);
          check(layer, change);
          confs.put(name, layer.with(change.after().map()));
        });
    Carry carry = Carry.of(network, changes);
    INDArray parameters = carry.parameters();
    RecurrentStates states = RecurrentStates.of(network);
    BaseMultiLayerUpdater<?> updaterBefore = network.updater();
    if (updaterBefore != null) {
      Carry.check(updaterBefore);
    }
    network.rebuild(confs, parameters);
    states.restore(network, changes);
    if (updaterBefore != null) {
      carry.updaterState(updaterBefore, network.newUpdater());
    }
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
    for (int i = 0; i < change.after().parameters().size(); i++) {
      change.origins(i); // refuses resized slots without units
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
