package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.surgery.LiveMaps;
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
 * <p>{@link LiveMaps} says how layers are called. Pruning and the like keep what runs, and these
 * knobs go on to work. Not thread-safe, as the networks are not.
 */
public final class MapKnobs {
  private final Model network;
  private final List<String> layers; // as LiveMaps.layers
  private final Function<INDArray, INDArray> output;

  private MapKnobs(Model network, List<String> layers, Function<INDArray, INDArray> output) {
    this.network = network;
    this.layers = layers;
    this.output = output;
  }

  /**
   * All map layers of a network, those in {@code LastTimeStep}, {@code FrozenLayer} and {@code
   * Bidirectional}, and the vertices of a graph, included.
   *
   * @throws IllegalArgumentException if it has none
   */
  public static MapKnobs of(MultiLayerNetwork network) {
    return of(network, network::output);
  }

  /**
   * As {@link #of(MultiLayerNetwork)}; {@link #output} and {@link #sweep} need one input and
   * output.
   */
  public static MapKnobs of(ComputationGraph network) {
    return of(network, network::outputSingle);
  }

  private static MapKnobs of(Model network, Function<INDArray, INDArray> output) {
    List<String> layers = LiveMaps.layers(network);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException(
          "network: found no map layer whose K could be changed: "
              + LiveMaps.inventory(network)
              + "; expected an IterativeMapLayer or IterativeMapRecurrentLayer, as"
              + " IterativeMaps.fromMlp and fromRnn make them, or an IterativeMapVertex");
    }
    return new MapKnobs(network, layers, output);
  }

  /**
   * Only the layer that is called so: by its name, or "#2" by its index; "/forward" or "/backward"
   * behind that is one direction of a Bidirectional.
   *
   * @throws IllegalArgumentException if there is none among these, or several have that name
   */
  public MapKnobs only(String layer) {
    return new MapKnobs(network, called(layer), output);
  }

  private List<String> called(String layer) {
    List<String> called = LiveMaps.layersCalled(network, layer);
    if (!layers.containsAll(called)) {
      throw new IllegalArgumentException("layer: found '" + layer + "', expected one of " + layers);
    }
    return called;
  }

  /** What finds each layer, and it alone. */
  public List<String> layers() {
    return List.copyOf(layers);
  }

  /**
   * What a layer runs at present.
   *
   * @throws IllegalArgumentException if there is none of that name among these, or several
   */
  public MapSettings running(String layer) {
    called(layer);
    return LiveMaps.running(network, layer).running();
  }

  /**
   * Runs all layers with this K.
   *
   * @param steps at least 1
   * @throws IllegalArgumentException if an output cannot be reached in K steps; nothing has changed
   *     then
   */
  public MapKnobs steps(int steps) {
    return change(settings -> settings.withSteps(steps));
  }

  /**
   * Runs all layers with this injection.
   *
   * @throws IllegalArgumentException if an output cannot be reached that way; nothing has changed
   *     then
   */
  public MapKnobs injection(Injection injection) {
    return change(settings -> settings.withInjection(injection));
  }

  /** Back to what the configuration says. */
  public MapKnobs reset() {
    for (RunningMap map : maps()) {
      map.run(((IterativeMapConf) map.conf().getLayer()).getSettings());
    }
    return this;
  }

  /**
   * Writes what runs into the configuration: saved and cloned networks have it from now on. The
   * network gets a configuration and running layers of its own, as {@link LiveMaps} says.
   */
  public MapKnobs save() {
    LiveMaps.saveRunning(network, layers);
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
    List<RunningMap> maps = maps();
    List<MapSettings> before = maps.stream().map(RunningMap::running).toList();
    Map<Integer, INDArray> outputs = new LinkedHashMap<>();
    try {
      for (int k : steps) {
        steps(k);
        outputs.put(k, output.apply(input));
      }
    } finally {
      run(maps, before);
    }
    return outputs;
  }

  /** All of them or none: a layer that refuses throws before it has changed. */
  private MapKnobs change(UnaryOperator<MapSettings> change) {
    List<RunningMap> maps = maps();
    List<MapSettings> before = maps.stream().map(RunningMap::running).toList();
    List<MapSettings> after = before.stream().map(change).toList();
    boolean isDone = false;
    try {
      run(maps, after);
      isDone = true;
    } finally {
      if (!isDone) {
        run(maps, before);
      }
    }
    return this;
  }

  private static void run(List<RunningMap> maps, List<MapSettings> settings) {
    for (int i = 0; i < maps.size(); i++) {
      if (maps.get(i).running() != settings.get(i)) {
        maps.get(i).run(settings.get(i));
      }
    }
  }

  /** The network's layers are others after each change of its structure. */
  private List<RunningMap> maps() {
    List<RunningMap> maps = new ArrayList<>();
    layers.forEach(layer -> maps.add(LiveMaps.running(network, layer)));
    return maps;
  }
}
