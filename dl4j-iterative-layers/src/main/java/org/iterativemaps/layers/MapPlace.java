package org.iterativemaps.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/**
 * Where a map is in a network, and what people call it.
 *
 * <p>DL4J lets layers of a {@code MultiLayerNetwork} share a name or have none, so that a name
 * finds nothing for sure; the index does. The {@link #address()} of a map is its layer's name where
 * no other map layer has it, "#2" with the layer's index otherwise, and the vertex's name in a
 * graph, whether it has a layer or is a vertex with a map itself. The two maps of a {@code
 * Bidirectional} are told apart by "/forward" and "/backward" behind that.
 *
 * @param layer the layer: its index in a MultiLayerNetwork as digits, or the vertex's name
 * @param prefix what DL4J puts before the names of its parameters: "", or "f" or "b" in a
 *     Bidirectional
 * @param address what finds it, and it alone
 * @param name of the layer, null if it has none
 * @param isFrozen whether DL4J keeps its parameters from training
 * @param map the configuration of the map, inside of its wrappers
 */
public record MapPlace(
    String layer,
    String prefix,
    String address,
    String name,
    boolean isFrozen,
    IterativeMapConf map) {
  private static final Pattern INDEX = Pattern.compile("#\\d+(/.*)?");
  private static final String FORWARD = "/forward";
  private static final String BACKWARD = "/backward";

  /** The maps of a network in the order of its layers. */
  public static List<MapPlace> of(MultiLayerConfiguration network) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    for (int i = 0; i < network.getConfs().size(); i++) {
      layers.put(Integer.toString(i), network.getConf(i).getLayer());
    }
    Finder finder = new Finder();
    layers.forEach((index, layer) -> finder.find(index, "#" + index, nameOf(layer), layer));
    return finder.addressed();
  }

  /** The maps of a graph in the order of its configuration. */
  public static List<MapPlace> of(ComputationGraphConfiguration network) {
    Finder finder = new Finder();
    for (Map.Entry<String, GraphVertex> vertex : network.getVertices().entrySet()) {
      String name = vertex.getKey();
      finder.find(new MapPlace(name, "", name, name, false, null), vertex.getValue());
    }
    return finder.found;
  }

  /** The name of a layer or of what it wraps, null if there is none. */
  public static String nameOf(Layer layer) {
    Layer inner = layer;
    while (inner.getLayerName() == null && inner != unwrapped(inner)) {
      inner = unwrapped(inner);
    }
    return inner.getLayerName();
  }

  /** What is inside of one wrapper other than a Bidirectional; the layer itself if it is none. */
  public static Layer unwrapped(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return frozen.getLayer();
    }
    return layer instanceof BaseWrapperLayer wrapper ? wrapper.getUnderlying() : layer;
  }

  /** What is inside of all wrappers other than a Bidirectional. */
  public static Layer innermost(Layer layer) {
    Layer inner = layer;
    while (inner != unwrapped(inner)) {
      inner = unwrapped(inner);
    }
    return inner;
  }

  /**
   * Those of some maps that a caller means: one, or the two of a Bidirectional.
   *
   * @param maps of a network
   * @param given an {@link #address()}, a name, or "#" and the index of a layer of a
   *     MultiLayerNetwork; of a Bidirectional with or without the direction
   * @return empty if no map is called so
   * @throws IllegalArgumentException if several layers are
   */
  public static List<MapPlace> called(String given, List<MapPlace> maps) {
    List<MapPlace> found =
        maps.stream().filter(map -> map.isCalled(given, "#" + map.layer)).toList();
    if (found.isEmpty()) {
      found = maps.stream().filter(map -> map.isCalled(given, map.name)).toList();
    }
    Set<String> layers = found.stream().map(MapPlace::layer).collect(Collectors.toSet());
    if (layers.size() > 1) {
      throw new IllegalArgumentException(
          "layer: found '"
              + given
              + "', which is the name of the layers "
              + found.stream().map(map -> map.layer).distinct().toList()
              + "; expected one of "
              + found.stream().map(MapPlace::address).toList());
    }
    return found;
  }

  private boolean isCalled(String given, String label) {
    return given != null && (given.equals(label) || given.equals(label + direction()));
  }

  private String direction() {
    return prefix
        .chars()
        .mapToObj(side -> side == 'f' ? FORWARD : BACKWARD)
        .collect(Collectors.joining());
  }

  /** Collects maps, and gives them addresses when all names are known. */
  private static final class Finder {
    private final List<MapPlace> found = new ArrayList<>();

    void find(String layer, String label, String name, Layer conf) {
      find(new MapPlace(layer, "", label, name, false, null), conf);
    }

    void find(MapPlace place, GraphVertex vertex) {
      if (vertex instanceof LayerVertex layer) {
        find(place, layer.getLayerConf().getLayer());
      } else if (vertex instanceof FrozenVertex frozen) {
        find(place.with(true, null), frozen.getUnderlying());
      } else if (vertex instanceof IterativeMapVertex map) {
        found.add(place.with(place.isFrozen, map));
      }
    }

    private void find(MapPlace place, Layer conf) {
      if (conf instanceof Bidirectional both) {
        find(place.within("f", FORWARD), both.getFwd());
        find(place.within("b", BACKWARD), both.getBwd());
      } else if (conf instanceof IterativeMapConf map) {
        found.add(place.with(place.isFrozen, map));
      } else if (unwrapped(conf) != conf) {
        boolean isFrozen = conf instanceof FrozenLayer || conf instanceof FrozenLayerWithBackprop;
        find(place.with(place.isFrozen || isFrozen, null), unwrapped(conf));
      }
    }

    /** With the name for the index where it says as much. */
    List<MapPlace> addressed() {
      return found.stream()
          .map(map -> isUnmistakable(map) ? map.called(map.name + map.direction()) : map)
          .toList();
    }

    private boolean isUnmistakable(MapPlace map) {
      return map.name != null
          && !INDEX.matcher(map.name).matches()
          && found.stream()
              .filter(other -> !other.layer.equals(map.layer))
              .noneMatch(
                  other ->
                      other.isCalled(map.name, other.name)
                          || other.isCalled(map.name + map.direction(), other.name));
    }
  }

  private MapPlace within(String side, String direction) {
    return new MapPlace(layer, prefix + side, address + direction, name, isFrozen, null);
  }

  private MapPlace with(boolean frozen, IterativeMapConf conf) {
    return new MapPlace(layer, prefix, address, name, frozen, conf);
  }

  private MapPlace called(String newAddress) {
    return new MapPlace(layer, prefix, newAddress, name, isFrozen, map);
  }
}
