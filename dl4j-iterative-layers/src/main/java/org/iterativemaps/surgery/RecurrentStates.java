package org.iterativemaps.surgery;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.layers.recurrent.BidirectionalLayer;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.change.MapChange;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What recurrent layers remember between calls: the states of {@code rnnTimeStep} and of truncated
 * BPTT, carried over to the layers of the rebuilt network.
 */
final class RecurrentStates {
  private final Map<String, Map<String, INDArray>> previous = new LinkedHashMap<>();
  private final Map<String, Map<String, INDArray>> truncated = new LinkedHashMap<>();

  private RecurrentStates() {}

  static RecurrentStates of(LiveNetwork network) {
    RecurrentStates states = new RecurrentStates();
    recurrent(network)
        .forEach(
            (name, layer) -> {
              states.previous.put(name, layer.rnnGetPreviousState());
              states.truncated.put(name, layer.rnnGetTBPTTState());
            });
    return states;
  }

  /**
   * Gives them to the layers of the rebuilt network.
   *
   * @param changes by {@link MapLayer#name()}; a map that has a state is the only one of its layer
   */
  void restore(LiveNetwork rebuilt, Map<String, MapChange> changes) {
    Map<String, MapLayer> changed = new HashMap<>();
    for (MapLayer map : MapLayer.all(rebuilt)) {
      if (changes.containsKey(map.name())) {
        changed.put(map.place().layer(), map);
      }
    }
    recurrent(rebuilt)
        .forEach(
            (name, layer) -> {
              MapLayer map = changed.get(name);
              MapChange change = map == null ? null : changes.get(map.name());
              layer.rnnSetPreviousState(follow(previous.get(name), map, change));
              layer.rnnSetTBPTTState(follow(truncated.get(name), map, change));
            });
  }

  private static Map<String, RecurrentLayer> recurrent(LiveNetwork network) {
    Map<String, RecurrentLayer> layers = new LinkedHashMap<>();
    network
        .layers()
        .forEach(
            (name, outer) -> {
              Layer layer = RunningMap.innermost(outer);
              // A Bidirectional is one by its type, but remembers nothing.
              if (layer instanceof RecurrentLayer recurrent
                  && !(layer instanceof BidirectionalLayer)) {
                layers.put(name, recurrent);
              }
            });
    return layers;
  }

  /** The state by key, [batch, size], with its units where the change puts them. */
  private static Map<String, INDArray> follow(
      Map<String, INDArray> state, MapLayer map, MapChange change) {
    if (change == null) {
      return state;
    }
    Map<String, INDArray> followed = new HashMap<>();
    for (Slot slot : change.after().map().slots()) {
      String key = map.map().stateKey(slot.name());
      INDArray before = state.get(key);
      if (before != null) {
        followed.put(key, follow(before, change.unitsBefore(slot.name())));
      }
    }
    return followed;
  }

  private static INDArray follow(INDArray before, int[] unitsBefore) {
    INDArray after = Nd4j.zeros(before.dataType(), before.size(0), unitsBefore.length);
    for (int unit = 0; unit < unitsBefore.length; unit++) {
      if (unitsBefore[unit] != MapChange.NEW) {
        after
            .get(NDArrayIndex.all(), NDArrayIndex.point(unit))
            .assign(before.get(NDArrayIndex.all(), NDArrayIndex.point(unitsBefore[unit])));
      }
    }
    return after;
  }
}
