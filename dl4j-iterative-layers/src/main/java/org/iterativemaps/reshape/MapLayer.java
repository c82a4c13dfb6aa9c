package org.iterativemaps.reshape;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapParamInitializer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.Parameter;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A map layer of a network, by itself or inside DL4J's wrappers.
 *
 * @param name the layer's name
 * @param conf its configuration in the network
 * @param map the configuration of the map, inside of conf
 */
record MapLayer(String name, NeuralNetConfiguration conf, IterativeMapConf map) {

  /** All map layers of a network but those in a {@link Bidirectional}. */
  static List<MapLayer> all(LiveNetwork network) {
    List<MapLayer> found = new ArrayList<>();
    network
        .confs()
        .forEach(
            (name, conf) -> {
              if (unwrap(conf.getLayer()) instanceof IterativeMapConf map) {
                found.add(new MapLayer(name, conf, map));
              }
            });
    return found;
  }

  /**
   * The map layer of this name.
   *
   * @throws IllegalArgumentException if there is none, or its wrapper cannot be reshaped
   */
  static MapLayer of(LiveNetwork network, String name) {
    List<MapLayer> all = all(network);
    for (MapLayer layer : all) {
      if (layer.name.equals(name)) {
        return layer;
      }
    }
    NeuralNetConfiguration other = network.confs().get(name);
    if (other != null && unwrap(other.getLayer()) instanceof Bidirectional both) {
      throw new IllegalArgumentException(
          "layer '"
              + name
              + "' is a Bidirectional"
              + (unwrap(both.getFwd()) instanceof IterativeMapConf ? " of a map" : "")
              + ": DL4J keeps its two directions at one length and one layout, so their masks cannot"
              + " be reshaped one by one; use two map layers, one of them on reversed sequences");
    }
    throw new IllegalArgumentException(
        "layer: no map layer '"
            + name
            + "'; the network has "
            + all.stream().map(MapLayer::name).toList()
            + (other == null ? "" : " ('" + name + "' is a " + type(other) + ")"));
  }

  private static String type(NeuralNetConfiguration conf) {
    return conf.getLayer().getClass().getSimpleName();
  }

  private static Layer unwrap(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return unwrap(frozen.getLayer());
    }
    return layer instanceof BaseWrapperLayer wrapper ? unwrap(wrapper.getUnderlying()) : layer;
  }

  /** Whether DL4J keeps this layer's parameters from training. */
  boolean isFrozen() {
    for (Layer layer = conf.getLayer(); ; layer = ((BaseWrapperLayer) layer).getUnderlying()) {
      if (layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop) {
        return true;
      }
      if (!(layer instanceof BaseWrapperLayer)) {
        return false;
      }
    }
  }

  /** Its map with the masks drawn. */
  RealizedMap realized() {
    return map.getSettings().realized();
  }

  /** A copy of the layer's configuration with another map in it; the rest is shared or cloned. */
  NeuralNetConfiguration with(BlockMap newMap) {
    NeuralNetConfiguration copy = conf.clone();
    copy.setLayer(withMap(conf.getLayer(), newMap));
    copy.clearVariables(); // init() adds those of the new map
    return copy;
  }

  private static Layer withMap(Layer layer, BlockMap newMap) {
    Layer copy = layer.clone();
    if (copy instanceof FrozenLayer frozen) { // no setter
      LiveNetwork.setField(FrozenLayer.class, frozen, "layer", withMap(frozen.getLayer(), newMap));
    } else if (copy instanceof BaseWrapperLayer wrapper) {
      wrapper.setUnderlying(withMap(wrapper.getUnderlying(), newMap));
    } else {
      setMap(copy, newMap);
    }
    return copy;
  }

  private static void setMap(Layer layer, BlockMap newMap) {
    MapSettings settings = ((IterativeMapConf) layer).getSettings();
    Map<String, IWeightInit> inits = new HashMap<>(settings.weightInits());
    inits.keySet().retainAll(trainedBlocks(newMap));
    MapSettings changed = new MapSettings(newMap, settings.steps(), inits);
    if (layer instanceof IterativeMapRecurrentLayer recurrent) {
      recurrent.setSettings(changed);
    } else {
      ((IterativeMapLayer) layer).setSettings(changed);
    }
    ((IterativeMapConf) layer).program(); // refuses what the layer cannot run
  }

  private static List<String> trainedBlocks(BlockMap map) {
    return map.blocks().stream().filter(Block::isTrainable).map(Block::name).toList();
  }

  /** The name of a parameter vector in the layer's table. */
  static String key(RealizedMap map, Parameter parameter) {
    if (parameter.isBias()) {
      return IterativeMapParamInitializer.biasKey(map.map().slots().get(parameter.slot()).name());
    }
    Block block = map.blocks().get(parameter.block()).block();
    return IterativeMapParamInitializer.weightKey(block.from(), block.to());
  }

  /** The parameters, vector by vector, in the map's order. */
  double[][] parameters(LiveNetwork network) {
    Map<String, INDArray> table = network.trainables().get(name).paramTable(false);
    RealizedMap realized = realized();
    return realized.parameters().stream()
        .map(p -> table.get(key(realized, p)).dup().data().asDouble())
        .toArray(double[][]::new);
  }
}
