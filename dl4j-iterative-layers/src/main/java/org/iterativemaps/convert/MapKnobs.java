package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.Injection;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * K and injection of a network's maps after training: neither has parameters.
 *
 * <pre>{@code
 * MapKnobs knobs = MapKnobs.of(network);
 * knobs.steps(8);                       // from now on, at inference and in training
 * INDArray deep = knobs.output(x, 16);  // for this call alone
 * knobs.reset();                        // what the configuration says
 * knobs.steps(8).save();                // now the configuration says so, and saved models do
 * }</pre>
 *
 * <p>Not thread-safe, as the networks are not.
 */
public final class MapKnobs {
  private final Map<String, RunningMap> maps;
  private final Map<String, List<IterativeMapConf>> configurations;
  private final Function<INDArray, INDArray> output;

  private MapKnobs(
      Map<String, RunningMap> maps,
      Map<String, List<IterativeMapConf>> configurations,
      Function<INDArray, INDArray> output) {
    this.maps = maps;
    this.configurations = configurations;
    this.output = output;
  }

  /**
   * All map layers of a network, those in {@code LastTimeStep} and {@code FrozenLayer} included.
   *
   * @throws IllegalArgumentException if it has none
   */
  public static MapKnobs of(MultiLayerNetwork network) {
    network.init();
    Collector found = new Collector();
    for (int i = 0; i < network.getnLayers(); i++) {
      found.add(
          "layer " + i,
          network.getLayer(i),
          network.getLayerWiseConfigurations().getConf(i).getLayer());
    }
    return found.knobs(network::output);
  }

  /**
   * As {@link #of(MultiLayerNetwork)}; {@link #output} and {@link #sweep} need one input and
   * output.
   */
  public static MapKnobs of(ComputationGraph network) {
    network.init();
    Collector found = new Collector();
    network
        .getConfiguration()
        .getVertices()
        .forEach(
            (name, vertex) -> {
              if (vertex instanceof LayerVertex layer) {
                found.add(name, network.getLayer(name), layer.getLayerConf().getLayer());
              }
            });
    return found.knobs(network::outputSingle);
  }

  /** Finds the maps and every copy of their configuration. */
  private static final class Collector {
    private final Map<String, RunningMap> maps = new LinkedHashMap<>();
    private final Map<String, List<IterativeMapConf>> configurations = new LinkedHashMap<>();

    void add(String place, Layer running, org.deeplearning4j.nn.conf.layers.Layer configuration) {
      Layer inner = running;
      org.deeplearning4j.nn.conf.layers.Layer conf = configuration;
      while (inner instanceof BaseWrapperLayer wrapper) {
        inner = wrapper.getUnderlying();
        conf = unwrapped(conf);
      }
      if (inner instanceof RunningMap map) {
        String name = conf.getLayerName() == null ? place : conf.getLayerName();
        maps.put(name, map);
        List<IterativeMapConf> copies = new ArrayList<>();
        copies.add((IterativeMapConf) map.conf().getLayer());
        if (conf instanceof IterativeMapConf map2) {
          copies.add(map2);
        }
        configurations.put(name, copies);
      }
    }

    private static org.deeplearning4j.nn.conf.layers.Layer unwrapped(
        org.deeplearning4j.nn.conf.layers.Layer conf) {
      if (conf instanceof org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer wrapper) {
        return wrapper.getUnderlying();
      }
      return conf instanceof org.deeplearning4j.nn.conf.layers.misc.FrozenLayer frozen
          ? frozen.getLayer()
          : conf;
    }

    MapKnobs knobs(Function<INDArray, INDArray> output) {
      if (maps.isEmpty()) {
        throw new IllegalArgumentException(
            "the network has no map layer whose K could be changed; in Bidirectional it is fixed"
                + " (use IterativeMaps.fromRnn with RnnOptions.steps)");
      }
      return new MapKnobs(maps, configurations, output);
    }
  }

  /**
   * Only the layer of this name (without a name: "layer 2" by its index).
   *
   * @throws IllegalArgumentException if there is none
   */
  public MapKnobs only(String layer) {
    if (!maps.containsKey(layer)) {
      throw new IllegalArgumentException(
          "layer: found '" + layer + "', expected one of " + maps.keySet());
    }
    return new MapKnobs(
        Map.of(layer, maps.get(layer)), Map.of(layer, configurations.get(layer)), output);
  }

  /** Names or places of the layers. */
  public List<String> layers() {
    return List.copyOf(maps.keySet());
  }

  /** What a layer runs at present. */
  public MapSettings running(String layer) {
    return only(layer).maps.get(layer).running();
  }

  /**
   * Runs all layers with this K.
   *
   * @param steps at least 1
   * @throws IllegalArgumentException if an output cannot be reached in K steps; nothing has changed
   *     then
   */
  public MapKnobs steps(int steps) {
    return change(map -> map.runSteps(steps));
  }

  /**
   * Runs all layers with this injection.
   *
   * @throws IllegalArgumentException if an output cannot be reached that way; nothing has changed
   *     then
   */
  public MapKnobs injection(Injection injection) {
    return change(map -> map.runInjection(injection));
  }

  /** Back to what the configuration says. */
  public MapKnobs reset() {
    maps.forEach((name, map) -> map.run(configurations.get(name).get(0).getSettings()));
    return this;
  }

  /** Writes what runs into the configuration: saved and cloned networks have it from now on. */
  public MapKnobs save() {
    maps.forEach(
        (name, map) -> {
          for (IterativeMapConf conf : configurations.get(name)) {
            if (conf instanceof IterativeMapLayer layer) {
              layer.setSettings(map.running());
            } else if (conf instanceof IterativeMapRecurrentLayer layer) {
              layer.setSettings(map.running());
            }
          }
        });
    return this;
  }

  /**
   * The network's output with this K, for this call alone.
   *
   * @param input of the network
   * @param steps K of all layers
   */
  public INDArray output(INDArray input, int steps) {
    return sweep(input, steps).get(steps);
  }

  /**
   * The network's output with one K after the other; afterwards the layers run as before.
   *
   * @param input of the network
   * @param steps K of all layers, one or more
   * @return by K
   */
  public Map<Integer, INDArray> sweep(INDArray input, int... steps) {
    Map<RunningMap, MapSettings> before = now();
    Map<Integer, INDArray> outputs = new LinkedHashMap<>();
    try {
      for (int k : steps) {
        steps(k);
        outputs.put(k, output.apply(input));
      }
    } finally {
      before.forEach(RunningMap::run);
    }
    return outputs;
  }

  private Map<RunningMap, MapSettings> now() {
    Map<RunningMap, MapSettings> now = new LinkedHashMap<>();
    maps.values().forEach(map -> now.put(map, map.running()));
    return now;
  }

  private MapKnobs change(Consumer<RunningMap> change) {
    Map<RunningMap, MapSettings> before = now();
    try {
      maps.values().forEach(change);
    } catch (IllegalArgumentException e) {
      before.forEach(RunningMap::run);
      throw e;
    }
    return this;
  }
}
