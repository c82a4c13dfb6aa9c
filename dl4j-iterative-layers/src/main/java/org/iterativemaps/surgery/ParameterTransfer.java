package org.iterativemaps.surgery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.surgery.LiveNetwork.ParameterName;
import org.iterativemaps.surgery.LiveNetwork.Segment;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Where every parameter of a network after surgery was before, for its value and for the state the
 * updater keeps of it.
 */
final class ParameterTransfer {
  private final INDArray parametersBefore;
  private final int[] origins; // by place in the new flat array: place in the old one, or NEW
  private final double[] values;

  private ParameterTransfer(INDArray parametersBefore, int[] origins, double[] values) {
    this.parametersBefore = parametersBefore;
    this.origins = origins;
    this.values = values;
  }

  /**
   * For a network and changes of its maps.
   *
   * @param changes by {@link MapLayer#name()}
   */
  static ParameterTransfer of(LiveNetwork network, Map<String, MapChange> changes) {
    Map<ParameterName, Segment> before = network.segments();
    INDArray flat = network.model().params();
    double[] valuesBefore = LayerWeights.numbers(flat);
    Map<String, List<MapLayer>> changed = changedLayers(network, changes);
    Builder after = new Builder();
    network
        .trainables()
        .forEach(
            (layer, trainable) -> {
              if (changed.containsKey(layer)) {
                for (MapLayer map : changed.get(layer)) {
                  vectors(map, changes.get(map.name()), map.weights(network))
                      .forEach(v -> after.add(v, before));
                }
              } else if (trainable.paramTable(false) != null) {
                for (String key : trainable.paramTable(false).keySet()) {
                  after.addSame(before.get(new ParameterName(layer, key)), valuesBefore);
                }
              }
            });
    return new ParameterTransfer(flat, after.origins(), after.values());
  }

  /** The maps of the layers in which one changes, in the order of their parameters. */
  private static Map<String, List<MapLayer>> changedLayers(
      LiveNetwork network, Map<String, MapChange> changes) {
    Map<String, List<MapLayer>> maps =
        MapLayer.all(network).stream().collect(Collectors.groupingBy(map -> map.place().layer()));
    maps.values().removeIf(ofOne -> ofOne.stream().noneMatch(m -> changes.containsKey(m.name())));
    return maps;
  }

  /** One parameter vector after the change: the name it had before, origins in it, and values. */
  private record Vector(ParameterName before, int[] origins, double[] values) {}

  private static List<Vector> vectors(
      MapLayer layer, MapChange givenChange, MapWeights weightsBefore) {
    MapChange change =
        givenChange == null ? MapChange.ofMasks(layer.realized(), Map.of()) : givenChange;
    MapWeights weights = change.carry(weightsBefore);
    List<Parameter> parameters = change.after().parameters();
    List<Vector> vectors = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      boolean isNew = change.parameterBefore(i) == MapChange.NEW;
      ParameterName nameBefore = isNew ? null : layer.parameterName(parameter); // of the same key
      vectors.add(new Vector(nameBefore, change.origins(i), weights.values(parameter.key())));
    }
    return vectors;
  }

  /** Appends vectors to the flat arrays. */
  private static final class Builder {
    private int[] origins = new int[1024];
    private double[] values = new double[1024];
    private int length;

    void add(Vector vector, Map<ParameterName, Segment> before) {
      int start = reserve(vector.origins.length);
      int startBefore = vector.before == null ? 0 : before.get(vector.before).start();
      for (int i = 0; i < vector.origins.length; i++) {
        int origin = vector.origins[i];
        origins[start + i] = origin == MapChange.NEW ? MapChange.NEW : startBefore + origin;
      }
      System.arraycopy(vector.values, 0, values, start, vector.values.length);
    }

    void addSame(Segment segment, double[] valuesBefore) {
      int start = reserve(segment.length());
      for (int i = 0; i < segment.length(); i++) {
        origins[start + i] = segment.start() + i;
      }
      System.arraycopy(valuesBefore, segment.start(), values, start, segment.length());
    }

    private int reserve(int more) {
      int start = length;
      length += more;
      if (length > values.length) {
        int room = Math.max(length, 2 * values.length);
        origins = Arrays.copyOf(origins, room);
        values = Arrays.copyOf(values, room);
      }
      return start;
    }

    int[] origins() {
      return Arrays.copyOf(origins, length);
    }

    double[] values() {
      return Arrays.copyOf(values, length);
    }
  }

  /** The new flat array, of the old one's type and rank. */
  INDArray parameters() {
    INDArray flat = Nd4j.createFromArray(values).castTo(parametersBefore.dataType());
    // DL4J keeps a row for graphs; a vector would do for others.
    return flat.reshape(new long[] {1, values.length});
  }

  /** Copies the state of what is carried over into the state of a new updater. */
  void updaterState(BaseMultiLayerUpdater<?> before, BaseMultiLayerUpdater<?> after) {
    List<double[]> old = UpdaterState.vectors(before);
    List<double[]> state = UpdaterState.vectors(after);
    for (int v = 0; v < Math.min(old.size(), state.size()); v++) {
      for (int place = 0; place < state.get(v).length; place++) {
        if (origins[place] != MapChange.NEW) {
          state.get(v)[place] = old.get(v)[origins[place]];
        }
      }
    }
    UpdaterState.assign(state, after);
  }
}
