package org.iterativemaps.convert;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.api.Layer;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapParamInitializer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.change.TrainedMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A map and the numbers on it: what is carried from one network, file or form to another.
 *
 * <p>Weights are held by block name "from-&gt;to", one number per entry in the order of the block's
 * mask (by target unit, then by source unit); biases by slot. In double precision whatever the
 * network computes in. Immutable.
 */
public final class MapWeights {
  private final RealizedMap realized;
  private final Map<String, double[]> weights;
  private final Map<String, double[]> biases;

  /**
   * Checks that every trained block and every bias has its numbers.
   *
   * @param map the map, its input size known
   * @param weights by block name "from-&gt;to", of the trained blocks; not copied
   * @param biases by slot; not copied
   * @throws IllegalArgumentException if some are missing, too many, or not as long as they should
   *     be
   */
  public MapWeights(BlockMap map, Map<String, double[]> weights, Map<String, double[]> biases) {
    this.realized = map.realize();
    this.weights = new LinkedHashMap<>(weights);
    this.biases = new LinkedHashMap<>(biases);
    int blocks = 0;
    for (Parameter parameter : realized.parameters()) {
      blocks += parameter.isBias() ? 0 : 1;
      double[] values = values(parameter);
      if (values == null || values.length != parameter.length()) {
        throw new IllegalArgumentException(
            nameOf(parameter)
                + ": found "
                + (values == null ? "nothing" : values.length + " numbers")
                + ", expected "
                + parameter.length());
      }
    }
    if (weights.size() != blocks || biases.size() != realized.parameters().size() - blocks) {
      throw new IllegalArgumentException(
          "weights of "
              + weights.keySet()
              + " and biases of "
              + biases.keySet()
              + " are more than the map has: "
              + map);
    }
  }

  /**
   * The map that a layer runs at present, with its parameters.
   *
   * @param layer of a network: a map layer
   * @throws IllegalArgumentException if it is another layer
   */
  public static MapWeights of(Layer layer) {
    RunningMap running = running(layer);
    return read(running.running(), key -> running.paramTable().get(key));
  }

  /** From a table of parameters with the keys of {@link IterativeMapParamInitializer}. */
  static MapWeights read(
      MapSettings settings, java.util.function.Function<String, INDArray> byKey) {
    RealizedMap realized = settings.realized();
    Map<String, double[]> weights = new LinkedHashMap<>();
    Map<String, double[]> biases = new LinkedHashMap<>();
    for (Parameter parameter : realized.parameters()) {
      double[] values =
          byKey.apply(key(realized, parameter)).dup().castTo(DataType.DOUBLE).data().asDouble();
      (parameter.isBias() ? biases : weights).put(owner(realized, parameter), values);
    }
    return new MapWeights(settings.map(), weights, biases);
  }

  /**
   * Writes all numbers into a layer with the same slots, blocks, masks and fixed values.
   *
   * @throws IllegalArgumentException if it is not a map layer, or its map is another one
   */
  public void writeInto(Layer layer) {
    RunningMap running = running(layer);
    write(running.running(), key -> running.paramTable().get(key));
  }

  void write(MapSettings settings, java.util.function.Function<String, INDArray> byKey) {
    if (!masks(settings.realized()).equals(masks(realized))) {
      throw new IllegalArgumentException(
          "layer: found the map "
              + settings.map()
              + ", expected the slots, blocks, masks and fixed values of "
              + map());
    }
    for (Parameter parameter : realized.parameters()) {
      INDArray array = byKey.apply(key(realized, parameter));
      INDArray values = Nd4j.createFromArray(values(parameter)).castTo(array.dataType());
      array.assign(values.reshape(array.shape()));
    }
  }

  private static Map<String, Object> masks(RealizedMap realized) {
    Map<String, Object> masks = new LinkedHashMap<>();
    for (RealizedBlock block : realized.blocks()) {
      masks.put(block.block().name() + block.block().isTrainable(), block.mask());
      if (!block.block().isTrainable()) {
        masks.put(
            block.block().name() + " fixed", DoubleStream.of(block.fixedValues()).boxed().toList());
      }
    }
    realized.map().slots().forEach(s -> masks.put(s.name(), s.size() + (s.hasBias() ? "+b" : "")));
    return masks;
  }

  private static RunningMap running(Layer layer) {
    if (layer instanceof RunningMap map) {
      return map;
    }
    throw new IllegalArgumentException(
        "layer: found "
            + (layer == null ? "null" : layer.getClass().getSimpleName())
            + ", expected the running half of an IterativeMapLayer or IterativeMapRecurrentLayer;"
            + " MapKnobs.of(network) finds those in wrappers");
  }

  /** The map. */
  public BlockMap map() {
    return realized.map();
  }

  /** The map with its masks drawn. */
  public RealizedMap realized() {
    return realized;
  }

  /**
   * The weights of a trained block in the order of its mask, in a new array.
   *
   * @throws IllegalArgumentException if there is no such block
   */
  public double[] weights(String from, String to) {
    return found(weights, from + "->" + to, "trained block").clone();
  }

  /**
   * The bias of a slot, in a new array.
   *
   * @throws IllegalArgumentException if it has none
   */
  public double[] bias(String slot) {
    return found(biases, slot, "bias of slot").clone();
  }

  private static double[] found(Map<String, double[]> all, String name, String what) {
    double[] values = all.get(name);
    if (values == null) {
      throw new IllegalArgumentException("no " + what + " " + name + "; there are " + all.keySet());
    }
    return values;
  }

  /**
   * All weights between two slots, trained and fixed, as a full matrix; zero where none exists.
   *
   * @return [to][from]: rows are target units, columns source units
   */
  public double[][] matrix(String from, String to) {
    double[][] matrix = new double[map().slot(to).size()][map().slot(from).size()];
    for (RealizedBlock block : realized.blocks()) {
      if (block.block().from().equals(from) && block.block().to().equals(to)) {
        double[] values = values(block);
        long[] cells = block.mask().copyCells();
        for (int entry = 0; entry < cells.length; entry++) {
          int width = block.mask().fromSize();
          matrix[(int) (cells[entry] / width)][(int) (cells[entry] % width)] += values[entry];
        }
      }
    }
    return matrix;
  }

  /** The numbers of a block, trained or fixed; not to be changed. */
  double[] values(RealizedBlock block) {
    return block.block().isTrainable() ? weights.get(block.block().name()) : block.fixedValues();
  }

  /** The bias of a slot, or null; not to be changed. */
  double[] biasOrNull(String slot) {
    return biases.get(slot);
  }

  /**
   * The same numbers on a map with the same slots, blocks and masks: with another output slot,
   * injection or activation.
   *
   * @throws IllegalArgumentException if a block differs
   */
  public MapWeights on(BlockMap other) {
    MapWeights moved = new MapWeights(other, weights, biases);
    if (!masks(moved.realized).equals(masks(realized))) {
      throw new IllegalArgumentException(
          "map: found "
              + other
              + ", expected the slots, blocks, masks and fixed values of "
              + map());
    }
    return moved;
  }

  /**
   * The parameter vectors in the order of {@link RealizedMap#parameters()}, as kernels take them.
   */
  public INDArray[] parameters(DataType type) {
    return realized.parameters().stream()
        .map(parameter -> Nd4j.createFromArray(values(parameter)).castTo(type))
        .toArray(INDArray[]::new);
  }

  /** For changes of the map: all trained blocks may be changed. */
  TrainedMap trained(int steps) {
    return new TrainedMap(
        realized,
        realized.parameters().stream().map(this::values).toArray(double[][]::new),
        Set.copyOf(weights.keySet()),
        steps);
  }

  /** What a change of this map leaves. */
  MapWeights after(MapChange change) {
    double[][] before = realized.parameters().stream().map(this::values).toArray(double[][]::new);
    RealizedMap after = change.after();
    Map<String, double[]> newWeights = new LinkedHashMap<>();
    Map<String, double[]> newBiases = new LinkedHashMap<>();
    for (int i = 0; i < after.parameters().size(); i++) {
      Parameter parameter = after.parameters().get(i);
      (parameter.isBias() ? newBiases : newWeights)
          .put(owner(after, parameter), change.carry(i, before));
    }
    return new MapWeights(after.map(), newWeights, newBiases);
  }

  /** A layer for single inputs with this map; {@link #writeInto} gives it the weights. */
  public IterativeMapLayer.Builder layer(int steps) {
    return new IterativeMapLayer.Builder().map(map()).steps(steps);
  }

  /** A layer for sequences with this map; {@link #writeInto} gives it the weights. */
  public IterativeMapRecurrentLayer.Builder recurrentLayer(int steps) {
    return new IterativeMapRecurrentLayer.Builder().map(map()).steps(steps);
  }

  private double[] values(Parameter parameter) {
    return (parameter.isBias() ? biases : weights).get(owner(realized, parameter));
  }

  private String nameOf(Parameter parameter) {
    return (parameter.isBias() ? "bias of slot " : "block ") + owner(realized, parameter);
  }

  private static String owner(RealizedMap realized, Parameter parameter) {
    return parameter.isBias()
        ? realized.map().slots().get(parameter.slot()).name()
        : realized.blocks().get(parameter.block()).block().name();
  }

  private static String key(RealizedMap realized, Parameter parameter) {
    if (parameter.isBias()) {
      return IterativeMapParamInitializer.biasKey(owner(realized, parameter));
    }
    RealizedBlock block = realized.blocks().get(parameter.block());
    return IterativeMapParamInitializer.weightKey(block.block().from(), block.block().to());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapWeights that
        && map().equals(that.map())
        && equal(weights, that.weights)
        && equal(biases, that.biases);
  }

  private static boolean equal(Map<String, double[]> one, Map<String, double[]> other) {
    return one.keySet().equals(other.keySet())
        && one.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), other.get(e.getKey())));
  }

  @Override
  public int hashCode() {
    return map().hashCode();
  }

  @Override
  public String toString() {
    return "MapWeights(" + map() + ", " + List.copyOf(weights.keySet()) + ")";
  }
}
