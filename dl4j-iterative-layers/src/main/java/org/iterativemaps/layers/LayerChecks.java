package org.iterativemaps.layers;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a map layer refuses, with DL4J's exceptions and the layer's name. */
public final class LayerChecks {
  private static final Set<Class<?>> MATRIX_CONSTRAINTS =
      Set.of(MaxNormConstraint.class, MinMaxNormConstraint.class, UnitNormConstraint.class);

  /** What to do where nIn is 0. */
  public static final String UNKNOWN_INPUT =
      "nIn is not known; set it with nIn(…), or setInputType(…) of the whole list: DL4J infers it by"
          + " itself only behind a first layer that is a DenseLayer, EmbeddingLayer, OutputLayer or"
          + " recurrent layer with nIn";

  private LayerChecks() {}

  /**
   * What can only be refused when a network is made.
   *
   * @throws DL4JInvalidConfigException if the layer cannot run in this data type, or see {@link
   *     #constraints}
   */
  public static void beforeInstantiation(FeedForwardLayer layer, int index, DataType type) {
    dataType(type, where(layer) + ", layer index: " + index);
    constraints(layer);
  }

  /**
   * Keys of stored states.
   *
   * @throws DL4JInvalidConfigException if a slot is no state slot, or two have one key
   */
  static void stateKeys(IterativeMapRecurrentLayer layer) {
    List<String> slots = layer.getSettings().map().stateSlots();
    for (String slot : layer.getStateKeys().keySet()) {
      if (!slots.contains(slot)) {
        throw new DL4JInvalidConfigException(
            where(layer) + ": stateKey: found slot '" + slot + "', expected one of " + slots);
      }
    }
    List<String> keys = slots.stream().map(layer::stateKey).toList();
    if (keys.stream().distinct().count() < keys.size()) {
      throw new DL4JInvalidConfigException(
          where(layer)
              + ": stateKey: found keys "
              + keys
              + " of the slots "
              + slots
              + ", expected every one once");
    }
  }

  /**
   * The data types that maps run in.
   *
   * @param where the layer or vertex, for the message
   * @throws DL4JInvalidConfigException if it is another one
   */
  static void dataType(DataType type, String where) {
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new DL4JInvalidConfigException(
          where
              + ": found network data type "
              + type
              + ", expected FLOAT or DOUBLE; set it with dataType(…)");
    }
  }

  /**
   * The settings, which a damaged configuration may lack.
   *
   * @throws IllegalStateException if they are null
   */
  public static <T> T found(T settings, Layer layer) {
    return found(settings, "a layer is made by its Builder", where(layer));
  }

  /**
   * The settings, which a damaged configuration may lack.
   *
   * @param made how they are made otherwise
   * @param where the layer or vertex, for the message
   * @throws IllegalStateException if they are null
   */
  static <T> T found(T settings, String made, String where) {
    if (settings == null) {
      throw new IllegalStateException(
          where
              + ": found no map settings; "
              + made
              + ", and a configuration that it is read from has the field \"settings\"");
    }
    return settings;
  }

  /** Another size of a planned layer; an error names the layer. */
  static MapSettings planning(Layer layer, Supplier<MapSettings> change) {
    MapSettings before = ((IterativeMapConf) layer).getSettings();
    boolean isPlanned = before.plan().isPresent();
    try {
      MapSettings after = change.get();
      isPlanned = after.plan().isPresent();
      if (after != before) {
        MapLiveness.ofPlan((IterativeMapConf) layer, after);
      }
      return after;
    } catch (IllegalArgumentException e) {
      throw isPlanned ? new DL4JInvalidConfigException(where(layer) + ": " + e.getMessage()) : e;
    }
  }

  static void inputKnown(Layer layer) {
    if (((IterativeMapConf) layer).getSettings().map().isOpen()) {
      throw new DL4JInvalidConfigException(where(layer) + ": " + UNKNOWN_INPUT);
    }
  }

  /**
   * Norms of rows or columns need a dense matrix, which neither the compact weights nor the biases
   * are; and those constraints that know maps say what they need.
   *
   * @throws DL4JInvalidConfigException if there is such a constraint
   */
  public static void constraints(FeedForwardLayer layer) {
    if (layer.getConstraints() == null) {
      return;
    }
    for (LayerConstraint constraint : layer.getConstraints()) {
      if (constraint instanceof MapConstraint ofMap) {
        ofMap(ofMap, layer);
      }
      if (MATRIX_CONSTRAINTS.contains(constraint.getClass())) {
        throw new DL4JInvalidConfigException(
            where(layer)
                + ": "
                + constraint.getClass().getSimpleName()
                + " takes norms over the rows or columns of a dense matrix; "
                + (isOfBiases(constraint, layer)
                    ? "a bias is a vector of one number per unit, which has none. Use an elementwise"
                        + " constraint such as NonNegativeConstraint, or l2Bias(…)"
                    : "the weights of a map layer are vectors of those that exist. Use an elementwise"
                        + " constraint such as NonNegativeConstraint, or L2 regularisation"));
      }
    }
  }

  private static void ofMap(MapConstraint constraint, FeedForwardLayer layer) {
    constraint
        .obstacle(((IterativeMapConf) layer).getSettings(), layer.getActivationFn())
        .ifPresent(
            reason -> {
              throw new DL4JInvalidConfigException(
                  where(layer) + ": " + constraint + ": " + reason);
            });
  }

  private static boolean isOfBiases(LayerConstraint constraint, FeedForwardLayer layer) {
    return constraint.getParams() != null // unless it is set on a layer that is there
        && !constraint.getParams().isEmpty()
        && constraint.getParams().stream()
            .allMatch(key -> layer.initializer().isBiasParam(layer, key));
  }

  /**
   * What a caller wants a parameter to be: as many numbers as it has. DL4J's layers spread fewer
   * over it, and take a key they do not know as a parameter more.
   *
   * @param key of a parameter
   * @param found the numbers, a vector in any direction
   * @param table the layer's parameters
   * @param where the layer, for the message
   * @return found in the parameter's shape
   * @throws IllegalArgumentException if there is no such parameter or it has another length
   */
  public static INDArray parameter(
      String key, INDArray found, Map<String, INDArray> table, String where) {
    INDArray present = table.get(key);
    if (present == null) {
      throw new IllegalArgumentException(
          "parameter: found key '" + key + "', expected one of " + table.keySet() + " " + where);
    }
    if (found == null
        || found.length() != present.length()
        || Arrays.stream(found.shape()).filter(size -> size != 1).count() > 1) {
      throw new IllegalArgumentException(
          "parameter '"
              + key
              + "': found "
              + (found == null ? "null" : "shape " + Arrays.toString(found.shape()))
              + ", expected "
              + Arrays.toString(present.shape())
              + ", a number for each weight or unit "
              + where);
    }
    return found.reshape(present.shape());
  }

  /**
   * All parameters at once, in place of those that are there: the same, each with as many numbers.
   *
   * @param found by key
   * @param table the layer's parameters; null or empty while it is made
   * @param where the layer, for the message
   * @return found
   * @throws IllegalArgumentException if there are others, or one has another shape
   */
  public static Map<String, INDArray> parameters(
      Map<String, INDArray> found, Map<String, INDArray> table, String where) {
    if (table == null || table.isEmpty()) {
      return found;
    }
    if (!found.keySet().equals(table.keySet())) {
      throw new IllegalArgumentException(
          "parameters: found keys "
              + found.keySet()
              + ", expected "
              + table.keySet()
              + " "
              + where);
    }
    found.forEach(
        (key, value) -> {
          INDArray inShape = parameter(key, value, table, where);
          if (!Arrays.equals(inShape.shape(), value.shape())) {
            throw new IllegalArgumentException(
                "parameter '"
                    + key
                    + "': found shape "
                    + Arrays.toString(value.shape())
                    + ", expected "
                    + Arrays.toString(inShape.shape())
                    + " "
                    + where);
          }
        });
    return found;
  }

  private static String where(Layer layer) {
    return "layer name: \"" + (layer.getLayerName() == null ? "" : layer.getLayerName()) + "\"";
  }
}
