package org.iterativemaps.reshape;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What surgery needs of DL4J's two kinds of networks.
 *
 * <p>DL4J builds a network once: {@code init()} returns at once if its flag {@code initCalled} is
 * set, and nothing resets that flag or replaces the flat parameter array. It is reset here by
 * reflection, and DL4J's own {@code init} then builds the layers anew around the same network
 * object, as it does for a model read from a file.
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

  /** The configurations of the layers by name, in the network's order. */
  abstract Map<String, NeuralNetConfiguration> confs();

  /** What has parameters, by layer name, in the order of the flat parameter array. */
  abstract Map<String, Trainable> trainables();

  /** The running layers by name. */
  abstract Map<String, Layer> layers();

  /** The present updater, null if none was made yet. */
  abstract BaseMultiLayerUpdater<?> updater();

  /** Makes a new updater with a state as DL4J starts it. */
  abstract BaseMultiLayerUpdater<?> newUpdater();

  /**
   * Builds the network's layers anew, with some configurations replaced, around these parameters;
   * counters, listeners and the random generator stay as they are.
   */
  abstract void rebuild(Map<String, NeuralNetConfiguration> replaced, INDArray parameters);

  /** Another network of this kind with some configurations replaced; no listeners, no updater. */
  abstract LiveNetwork copyWith(Map<String, NeuralNetConfiguration> replaced, INDArray parameters);

  /**
   * Takes input, labels and masks of the batch that another network was last given.
   *
   * @throws IllegalStateException if it has none
   */
  abstract void takeBatch(LiveNetwork other);

  /** The flat gradient of the loss, summed over the batch taken. */
  abstract INDArray gradient();

  /** The vectors of parameters in the order of the flat array. */
  final Map<String, Segment> segments() {
    Map<String, Segment> segments = new LinkedHashMap<>();
    int start = 0;
    for (Map.Entry<String, Trainable> trainable : trainables().entrySet()) {
      Map<String, INDArray> table = trainable.getValue().paramTable(false);
      if (table == null) {
        continue;
      }
      for (Map.Entry<String, INDArray> vector : table.entrySet()) {
        int length = (int) vector.getValue().length();
        segments.put(Segment.name(trainable.getKey(), vector.getKey()), new Segment(start, length));
        start += length;
      }
    }
    return segments;
  }

  /**
   * A stretch of the flat parameter array.
   *
   * @param start its first place
   * @param length how many parameters
   */
  record Segment(int start, int length) {
    /** The numbers there of a flat array. */
    double[] of(INDArray flat) {
      return flat.reshape(flat.length())
          .get(NDArrayIndex.interval(start, start + length))
          .dup()
          .data()
          .asDouble();
    }

    /** The name of a layer's parameter vector in the whole network. */
    static String name(String layer, String key) {
      return layer + "_" + key;
    }
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

  static void setField(Class<?> type, Object target, String name, Object value) {
    try {
      field(type, name).set(target, value);
    } catch (ReflectiveOperationException e) {
      throw otherVersion(type, name, e);
    }
  }

  static Object getField(Class<?> type, Object target, String name) {
    try {
      return field(type, name).get(target);
    } catch (ReflectiveOperationException e) {
      throw otherVersion(type, name, e);
    }
  }

  private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static IllegalStateException otherVersion(
      Class<?> type, String name, ReflectiveOperationException cause) {
    return new IllegalStateException(
        "this version of DL4J has no field "
            + type.getSimpleName()
            + "."
            + name
            + ", which reshaping a network in place needs; use DL4J 1.0.0-M2.1",
        cause);
  }
}
