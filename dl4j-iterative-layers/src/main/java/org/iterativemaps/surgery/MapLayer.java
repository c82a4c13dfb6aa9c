package org.iterativemaps.surgery;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.UnevenBidirectional;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;

/**
 * A map of a network, by itself or inside DL4J's wrappers.
 *
 * @param place where it is
 */
record MapLayer(MapPlace place) {

  /** All maps of a network. */
  static List<MapLayer> all(LiveNetwork network) {
    return network.maps().stream().map(MapLayer::new).toList();
  }

  /**
   * The maps of one layer: one, or the two of a Bidirectional.
   *
   * @param called as {@link MapPlace#called}
   * @throws IllegalArgumentException if there is none, or several layers have that name
   */
  static List<MapLayer> called(LiveNetwork network, String called) {
    List<MapPlace> maps = network.maps();
    List<MapPlace> found = MapPlace.called(called, maps);
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "layer: no map layer '"
              + called
              + "'; expected one of "
              + maps.stream().map(MapPlace::address).toList()
              + ", the network's layers are: "
              + network.inventory());
    }
    return found.stream().map(MapLayer::new).toList();
  }

  /**
   * The one map of this name.
   *
   * @throws IllegalArgumentException if there is none, or several
   */
  static MapLayer of(LiveNetwork network, String called) {
    List<MapLayer> found = called(network, called);
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "layer: '"
              + called
              + "' is a Bidirectional of two maps; expected one of "
              + found.stream().map(MapLayer::name).toList());
    }
    return found.get(0);
  }

  /** A layer or vertex, and why it is not among the maps if it nearly is one. */
  static String kind(Object conf) {
    String kind = conf.getClass().getSimpleName();
    if (conf instanceof IterativeMapVertex) {
      return kind
          + ", a vertex, whose map cannot be changed in place; only those of IterativeMapLayer and"
          + " IterativeMapRecurrentLayer can";
    }
    if (conf instanceof Bidirectional both) {
      return kind + " of a " + kind(both.getFwd());
    }
    return conf instanceof Layer layer && MapPlace.unwrapped(layer) != layer
        ? kind + " of a " + kind(MapPlace.unwrapped(layer))
        : kind;
  }

  /** What finds it, and it alone. */
  String name() {
    return place.address();
  }

  /** Whether DL4J keeps this layer's parameters from training. */
  boolean isFrozen() {
    return place.isFrozen();
  }

  /** The configuration of the map. */
  IterativeMapConf map() {
    return place.map();
  }

  /** Its map with the masks drawn. */
  RealizedMap realized() {
    return map().getSettings().realized();
  }

  /**
   * Copies of the configurations of all layers with some maps replaced; the rest is shared or
   * cloned.
   *
   * @param settings by {@link #name()}
   * @return by layer, those that change
   */
  static Map<String, NeuralNetConfiguration> with(
      LiveNetwork network, Map<String, MapSettings> settings) {
    Map<String, Map<String, MapSettings>> byLayer = new LinkedHashMap<>();
    for (MapLayer layer : all(network)) {
      if (settings.containsKey(layer.name())) {
        byLayer
            .computeIfAbsent(layer.place.layer(), name -> new HashMap<>())
            .put(layer.place.prefix(), settings.get(layer.name()));
      }
    }
    Map<String, NeuralNetConfiguration> confs = network.confs();
    Map<String, NeuralNetConfiguration> replaced = new LinkedHashMap<>();
    byLayer.forEach(
        (layer, byPrefix) -> {
          NeuralNetConfiguration copy = confs.get(layer).clone();
          copy.setLayer(with(copy.getLayer(), "", byPrefix));
          copy.clearVariables(); // init() adds those of the new map
          replaced.put(layer, copy);
        });
    return replaced;
  }

  private static Layer with(Layer layer, String prefix, Map<String, MapSettings> byPrefix) {
    Layer copy = layer.clone();
    if (copy instanceof FrozenLayer frozen) { // no setter
      Fields.set(FrozenLayer.class, frozen, "layer", with(frozen.getLayer(), prefix, byPrefix));
    } else if (copy instanceof BaseWrapperLayer wrapper) {
      wrapper.setUnderlying(with(wrapper.getUnderlying(), prefix, byPrefix));
    } else if (copy instanceof Bidirectional both) {
      return new UnevenBidirectional(
          both,
          with(both.getFwd(), prefix + "f", byPrefix),
          with(both.getBwd(), prefix + "b", byPrefix));
    } else if (byPrefix.containsKey(prefix)) {
      set(copy, byPrefix.get(prefix));
    }
    return copy;
  }

  private static void set(Layer layer, MapSettings settings) {
    if (layer instanceof IterativeMapRecurrentLayer recurrent) {
      recurrent.setSettings(settings);
    } else {
      ((IterativeMapLayer) layer).setSettings(settings);
    }
    ((IterativeMapConf) layer).program(); // refuses what the layer cannot run
  }

  /** The name of a parameter vector in the layer's table. */
  LiveNetwork.ParameterName parameterName(Parameter parameter) {
    return new LiveNetwork.ParameterName(place.layer(), place.prefix() + parameter.key());
  }

  /** The map and its numbers. */
  MapWeights weights(LiveNetwork network) {
    return LayerWeights.read(
        realized(), network.trainables().get(place.layer()).paramTable(false), place.prefix());
  }

  /** How many steps a signal has: in a sequence the state goes on with the next token. */
  int steps() {
    MapSettings settings = map().getSettings();
    return map() instanceof IterativeMapLayer
        ? settings.steps()
        : Math.max(settings.steps(), settings.map().slots().size());
  }
}
