package org.iterativemaps.surgery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.layers.MapSettings;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What surgery needs of DL4J's two kinds of networks.
 *
 * <p>DL4J builds a network once, and nothing replaces its layers or its flat parameter array. So
 * the changed network is built as another one, and its parts are then put into the first one by
 * reflection: whatever DL4J refuses while it builds, the first one is as it was.
 *
 * <p>Layers are known by their index in a MultiLayerNetwork (as digits) and by the vertex's name in
 * a graph, where a vertex with a map of its own is one too: names of a MultiLayerNetwork's layers
 * need not be there, nor differ.
 */
abstract class LiveNetwork {

  static LiveNetwork of(Model network) {
    if (network instanceof MultiLayerNetwork multiLayer) {
      multiLayer.init(); // does nothing if it was called before
      return checked(new LiveMultiLayerNetwork(multiLayer));
    }
    if (network instanceof ComputationGraph graph) {
      graph.init();
      return checked(new LiveComputationGraph(graph));
    }
    throw new IllegalArgumentException(
        "network: found "
            + (network == null ? "null" : network.getClass().getName())
            + ", expected a MultiLayerNetwork or a ComputationGraph");
  }

  private static LiveNetwork checked(LiveNetwork network) {
    OptimizationAlgorithm algorithm = network.defaultConf().getOptimizationAlgo();
    if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
      throw new IllegalArgumentException(
          "network: found optimization algorithm "
              + algorithm
              + ", whose line search remembers vectors of the old length; expected"
              + " STOCHASTIC_GRADIENT_DESCENT with any updater");
    }
    return network;
  }

  /** The network itself. */
  abstract Model model();

  abstract NeuralNetConfiguration defaultConf();

  /** The maps in the network's order. */
  abstract List<MapPlace> maps();

  /** What has parameters by class and name, layers and others, for messages. */
  abstract Map<String, Object> kinds();

  /** What may have parameters, in the order of the flat parameter array. */
  abstract Map<String, Trainable> trainables();

  /** The running layers, and what vertices with a map show as theirs. */
  abstract Map<String, Layer> layers();

  /** The present updater, null if none was made yet. */
  abstract BaseMultiLayerUpdater<?> updater();

  /** Another updater for the network as it is, with a state as DL4J starts it. */
  abstract BaseMultiLayerUpdater<?> newUpdater();

  /** Makes it the network's. */
  abstract void setUpdater(BaseMultiLayerUpdater<?> updater);

  /**
   * Another network of this kind with some maps replaced, around these parameters; it shares no
   * layer, and no configuration of one, with this network. Without an updater.
   *
   * @param settings as {@link MapLayer#byPlace}
   */
  abstract LiveNetwork rebuilt(Map<String, Map<String, MapSettings>> settings, INDArray parameters);

  /**
   * What puts the layers, parameters and configuration of a rebuilt network into this one, once it
   * is committed; the other one is of no use then. Counters, listeners, batch and solver stay.
   */
  abstract FieldSwap adoption(LiveNetwork rebuilt);

  /**
   * Takes input, labels and masks of the batch that another network was last given.
   *
   * @throws IllegalStateException if it has none
   */
  abstract void takeBatch(LiveNetwork other);

  /** The flat gradient of the loss, summed over the batch taken. */
  abstract INDArray gradient();

  /** Takes the time masks that the layers of another network were last given. */
  final void takeMasks(LiveNetwork other) {
    Map<String, Layer> layers = layers();
    other
        .layers()
        .forEach(
            (name, layer) -> {
              if (layer.getMaskArray() != null) {
                layers.get(name).setMaskArray(layer.getMaskArray());
              }
            });
  }

  /** The vectors of parameters in the order of the flat array. */
  final Map<ParameterName, Segment> segments() {
    Map<ParameterName, Segment> segments = new LinkedHashMap<>();
    int start = 0;
    for (Map.Entry<String, Trainable> trainable : trainables().entrySet()) {
      Map<String, INDArray> table = trainable.getValue().paramTable(false);
      if (table == null) {
        continue;
      }
      for (Map.Entry<String, INDArray> vector : table.entrySet()) {
        int length = (int) vector.getValue().length();
        segments.put(
            new ParameterName(trainable.getKey(), vector.getKey()), new Segment(start, length));
        start += length;
      }
    }
    return segments;
  }

  /**
   * A vector of parameters.
   *
   * @param layer the layer or vertex it belongs to
   * @param key what DL4J calls it there
   */
  record ParameterName(String layer, String key) {}

  /**
   * A stretch of the flat parameter array.
   *
   * @param start its first place
   * @param length how many parameters
   */
  record Segment(int start, int length) {
    /** The numbers there of a flat array. */
    double[] of(INDArray flat) {
      return LayerWeights.numbers(
          flat.reshape(flat.length()).get(NDArrayIndex.interval(start, start + length)));
    }
  }

  /** The network's layers with their classes, for messages. */
  final String inventory() {
    return kinds().entrySet().stream()
        .map(e -> e.getKey() + " is a " + MapLayer.kind(e.getValue()))
        .collect(Collectors.joining("; "));
  }

  static void checkBatch(Object input, Object labels) {
    if (input == null || labels == null) {
      throw new IllegalStateException(
          "network: found no "
              + (input == null ? "input" : "labels")
              + ", whose gradient says where to grow; call this from a listener's iterationDone, or"
              + " after setInput and setLabels");
    }
  }
}
