package org.iterativemaps.surgery;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
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
 * A map of a network, of a layer by itself or inside DL4J's wrappers, or of a vertex.
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

  /** The class of a layer or vertex, and of what it wraps. */
  static String kind(Object conf) {
    String kind = conf.getClass().getSimpleName();
    if (conf instanceof FrozenVertex frozen) {
      return kind + " of a " + kind(frozen.getUnderlying());
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
   * Settings of maps by {@link MapPlace#layer()}, then {@link MapPlace#prefix()}.
   *
   * @param settings by {@link #name()}
   */
  static Map<String, Map<String, MapSettings>> byPlace(
      LiveNetwork network, Map<String, MapSettings> settings) {
    Map<String, Map<String, MapSettings>> byLayer = new LinkedHashMap<>();
    for (MapLayer layer : all(network)) {
      if (settings.containsKey(layer.name())) {
        byLayer
            .computeIfAbsent(layer.place.layer(), name -> new HashMap<>())
            .put(layer.place.prefix(), settings.get(layer.name()));
      }
    }
    return byLayer;
  }

  /** A copy of a layer's configuration with its maps replaced, by prefix. */
  static NeuralNetConfiguration with(
      NeuralNetConfiguration conf, Map<String, MapSettings> byPrefix) {
    NeuralNetConfiguration copy = conf.clone();
    copy.setLayer(with(copy.getLayer(), "", byPrefix));
    copy.clearVariables(); // init() adds those of the new map
    return copy;
  }

  /** A copy of what has a layer or a map, with its maps replaced; other vertices themselves. */
  static GraphVertex with(GraphVertex vertex, Map<String, MapSettings> byPrefix) {
    if (vertex instanceof LayerVertex layer) {
      NeuralNetConfiguration conf = layer.getLayerConf();
      LayerVertex copy =
          new LayerVertex(
              byPrefix.isEmpty() ? conf.clone() : with(conf, byPrefix), layer.getPreProcessor());
      copy.setOutputVertex(layer.isOutputVertex());
      return copy;
    }
    if (vertex instanceof FrozenVertex frozen) {
      return new FrozenVertex(with(frozen.getUnderlying(), byPrefix));
    }
    if (vertex instanceof IterativeMapVertex map) {
      IterativeMapVertex copy = map.clone();
      copy.setSettings(byPrefix.getOrDefault("", map.getSettings()));
      copy.program(); // refuses what the vertex cannot run
      return copy;
    }
    return vertex;
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

  /** Slots whose first values come from other vertices. */
  List<String> starts() {
    return map() instanceof IterativeMapVertex vertex ? vertex.getStarts() : List.of();
  }

  /**
   * How many steps a signal has: in a sequence the state goes on with the next token. A vertex may
   * be given sequences.
   */
  int steps() {
    MapSettings settings = map().getSettings();
    return map() instanceof IterativeMapLayer
        ? settings.steps()
        : Math.max(settings.steps(), settings.map().slots().size());
  }
}
