package org.iterativemaps.layers;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A layer's map and its numbers, read from DL4J's parameters and written into them; in double
 * precision between the two, whatever the network computes in.
 */
public final class LayerWeights {
  private LayerWeights() {}

  /**
   * The map that a layer runs at present, with its numbers.
   *
   * @param layer of a network: a map layer
   * @throws IllegalArgumentException if it is another layer
   */
  public static MapWeights read(Layer layer) {
    RunningMap running = running(layer);
    return read(running.running().realized(), running.paramTable(), "");
  }

  /**
   * A map with its numbers from a table of parameters.
   *
   * @param map whose parameters are in it
   * @param table by key
   * @param prefix before each key, as {@link MapPlace#prefix()}
   */
  public static MapWeights read(RealizedMap map, Map<String, INDArray> table, String prefix) {
    Map<String, double[]> values = new HashMap<>();
    for (Parameter parameter : map.parameters()) {
      values.put(parameter.key(), numbers(table.get(prefix + parameter.key())));
    }
    return new MapWeights(map, values);
  }

  /**
   * Writes all numbers into a layer with the same slots, blocks, masks and fixed values.
   *
   * @throws IllegalArgumentException if it is not a map layer, or its map is another one; nothing
   *     has been written then
   */
  public static void write(MapWeights weights, Layer layer) {
    RunningMap running = running(layer);
    write(weights, running.running().realized(), running.paramTable(), "");
  }

  /**
   * Writes all numbers into a table of parameters.
   *
   * @param weights of a map with the same slots, blocks, masks and fixed values
   * @param map whose parameters are in the table
   * @param table by key; its arrays are changed
   * @param prefix before each key, as {@link MapPlace#prefix()}
   * @throws IllegalArgumentException if the maps differ; nothing has been written then
   */
  public static void write(
      MapWeights weights, RealizedMap map, Map<String, INDArray> table, String prefix) {
    MapWeights own = weights.on(map);
    for (Parameter parameter : map.parameters()) {
      assign(own.values(parameter.key()), table.get(prefix + parameter.key()));
    }
  }

  /** The numbers of an array of any type, row by row, in an array of their own. */
  public static double[] numbers(INDArray array) {
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }

  /**
   * Puts numbers into an array, row by row, rounded to its type.
   *
   * @param numbers as many as it has
   * @param array changed
   */
  public static void assign(double[] numbers, INDArray array) {
    INDArray given = Nd4j.createFromArray(numbers).castTo(array.dataType());
    array.assign(given.reshape('c', array.shape()));
  }

  private static RunningMap running(Layer layer) {
    if (layer instanceof RunningMap map) {
      return map;
    }
    throw new IllegalArgumentException(
        "layer: found "
            + (layer == null ? "null" : layer.getClass().getSimpleName())
            + ", expected the running half of an IterativeMapLayer, IterativeMapRecurrentLayer or"
            + " IterativeMapVertex; LiveMaps.weights(network, layer) reads those in wrappers");
  }
}
