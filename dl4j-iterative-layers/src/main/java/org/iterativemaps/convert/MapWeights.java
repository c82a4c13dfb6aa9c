package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.api.Layer;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.change.TrainedMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A map and the numbers on it: what is carried from one network, file or form to another.
 *
 * <p>One vector per parameter, under its key ({@link Parameter#weightKey} and so on), in the order
 * of {@link RealizedMap#parameters()}: of a block's weights one number per entry in the order of
 * its mask (by target unit, then by source unit). In double precision whatever the network computes
 * in. Immutable.
 */
public final class MapWeights {
  private final RealizedMap realized;
  private final Map<String, double[]> values; // by key

  /**
   * Checks that every parameter has its numbers.
   *
   * @param map the map, its input size known
   * @param values by key of a parameter; not copied
   * @throws IllegalArgumentException if some are missing, too many, or not as long as they should
   *     be
   */
  public MapWeights(BlockMap map, Map<String, double[]> values) {
    this.realized = map.realize();
    this.values = new LinkedHashMap<>();
    for (Parameter parameter : realized.parameters()) {
      double[] own = values.get(parameter.key());
      if (own == null || own.length != parameter.length()) {
        throw new IllegalArgumentException(
            nameOf(parameter)
                + ": found "
                + (own == null ? "nothing" : own.length + " numbers")
                + ", expected "
                + parameter.length());
      }
      this.values.put(parameter.key(), own);
    }
    if (values.size() != realized.parameters().size()) {
      throw new IllegalArgumentException(
          "weights of " + values.keySet() + " are more than the map has: " + map);
    }
  }

  /**
   * Of a map that trains nothing but weights of linear blocks and biases.
   *
   * @param map the map, its input size known
   * @param weights by block name "from-&gt;to", of the trained blocks; not copied
   * @param biases by slot; not copied
   * @throws IllegalArgumentException if some are missing, too many, or not as long as they should
   *     be
   */
  public MapWeights(BlockMap map, Map<String, double[]> weights, Map<String, double[]> biases) {
    this(map, byKey(weights, biases));
  }

  private static Map<String, double[]> byKey(
      Map<String, double[]> weights, Map<String, double[]> biases) {
    Map<String, double[]> values = new LinkedHashMap<>();
    weights.forEach((block, numbers) -> values.put(Parameter.key("W", block), numbers));
    biases.forEach((slot, numbers) -> values.put(Parameter.biasKey(slot), numbers));
    return values;
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

  /** From a table of parameters. */
  static MapWeights read(MapSettings settings, Function<String, INDArray> byKey) {
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Parameter parameter : settings.realized().parameters()) {
      INDArray own = byKey.apply(parameter.key()).dup().castTo(DataType.DOUBLE);
      values.put(parameter.key(), own.data().asDouble());
    }
    return new MapWeights(settings.map(), values);
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

  void write(MapSettings settings, Function<String, INDArray> byKey) {
    if (!structure(settings.realized()).equals(structure(realized))) {
      throw new IllegalArgumentException(
          "layer: found the map "
              + settings.map()
              + ", expected the slots, blocks, masks and fixed values of "
              + map());
    }
    values.forEach(
        (key, numbers) -> {
          INDArray array = byKey.apply(key);
          INDArray own = Nd4j.createFromArray(numbers).castTo(array.dataType());
          array.assign(own.reshape(array.shape()));
        });
  }

  /** What two maps must share for the numbers of one to be numbers of the other. */
  private static List<Object> structure(RealizedMap realized) {
    List<Object> structure = new ArrayList<>();
    realized.map().slots().forEach(slot -> structure.add(slot.name() + " " + slot.size()));
    for (RealizedBlock block : realized.blocks()) {
      structure.add(block.block().name());
      structure.add(block.mask() == null ? block.block().function() : block.mask());
      if (block.fixedValues() != null) {
        structure.add(DoubleStream.of(block.fixedValues()).boxed().toList());
      }
    }
    realized.parameters().forEach(parameter -> structure.add(parameter.key()));
    return structure;
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
   * The numbers of a parameter, in a new array.
   *
   * @param key such as {@link Parameter#gainKey}
   * @throws IllegalArgumentException if there is none
   */
  public double[] values(String key) {
    return found(key, "parameter " + key).clone();
  }

  /**
   * The weights of a trained block in the order of its mask, in a new array.
   *
   * @throws IllegalArgumentException if there is no such block
   */
  public double[] weights(String from, String to) {
    return found(Parameter.weightKey(from, to), "trained block " + from + "->" + to).clone();
  }

  /**
   * The bias of a slot, in a new array.
   *
   * @throws IllegalArgumentException if it has none
   */
  public double[] bias(String slot) {
    return found(Parameter.biasKey(slot), "bias of slot " + slot).clone();
  }

  private double[] found(String key, String what) {
    double[] numbers = values.get(key);
    if (numbers == null) {
      throw new IllegalArgumentException("no " + what + "; there are " + values.keySet());
    }
    return numbers;
  }

  /**
   * All weights between two slots, trained and fixed, as a full matrix; zero where none exists.
   *
   * @return [to][from]: rows are target units, columns source units
   */
  public double[][] matrix(String from, String to) {
    double[][] matrix = new double[map().slot(to).size()][map().slot(from).size()];
    for (RealizedBlock block : realized.blocks()) {
      Block rule = block.block();
      if (rule.isLinear() && rule.from().equals(from) && rule.to().equals(to)) {
        double[] numbers = values(block);
        long[] cells = block.mask().copyCells();
        for (int entry = 0; entry < cells.length; entry++) {
          int width = block.mask().fromSize();
          matrix[(int) (cells[entry] / width)][(int) (cells[entry] % width)] += numbers[entry];
        }
      }
    }
    return matrix;
  }

  /** The numbers of a linear block, trained or fixed; not to be changed. */
  double[] values(RealizedBlock block) {
    return block.block().isTrainable()
        ? values.get(Parameter.key("W", block.block().name()))
        : block.fixedValues();
  }

  /** The bias of a slot, or null; not to be changed. */
  double[] biasOrNull(String slot) {
    return values.get(Parameter.biasKey(slot));
  }

  /**
   * The same numbers on a map with the same slots, blocks and masks: with another output slot,
   * injection or activation.
   *
   * @throws IllegalArgumentException if a block differs
   */
  public MapWeights on(BlockMap other) {
    MapWeights moved = new MapWeights(other, values);
    if (!structure(moved.realized).equals(structure(realized))) {
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
    return values.values().stream()
        .map(numbers -> Nd4j.createFromArray(numbers).castTo(type))
        .toArray(INDArray[]::new);
  }

  private double[][] inOrder() {
    return values.values().toArray(double[][]::new);
  }

  /** For changes of the map: all trained linear blocks may be changed. */
  TrainedMap trained(int steps) {
    Set<String> blocks =
        map().blocks().stream()
            .filter(Block::isTrainable)
            .map(Block::name)
            .collect(Collectors.toSet());
    return new TrainedMap(realized, inOrder(), blocks, steps);
  }

  /** What a change of this map leaves. */
  MapWeights after(MapChange change) {
    double[][] before = inOrder();
    List<Parameter> parameters = change.after().parameters();
    Map<String, double[]> after = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      after.put(parameters.get(i).key(), change.carry(i, before));
    }
    return new MapWeights(change.after().map(), after);
  }

  /** A layer for single inputs with this map; {@link #writeInto} gives it the weights. */
  public IterativeMapLayer.Builder layer(int steps) {
    return new IterativeMapLayer.Builder().map(map()).steps(steps);
  }

  /** A layer for sequences with this map; {@link #writeInto} gives it the weights. */
  public IterativeMapRecurrentLayer.Builder recurrentLayer(int steps) {
    return new IterativeMapRecurrentLayer.Builder().map(map()).steps(steps);
  }

  private String nameOf(Parameter parameter) {
    if (parameter.isBias()) {
      return "bias of slot " + map().slots().get(parameter.slot()).name();
    }
    boolean isLinear =
        parameter.isOfBlock() && realized.blocks().get(parameter.block()).block().isLinear();
    return isLinear
        ? "block " + realized.blocks().get(parameter.block()).block().name()
        : "parameter " + parameter.key();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapWeights that
        && map().equals(that.map())
        && values.keySet().equals(that.values.keySet())
        && values.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), that.values.get(e.getKey())));
  }

  @Override
  public int hashCode() {
    return map().hashCode();
  }

  @Override
  public String toString() {
    return "MapWeights(" + map() + ", " + List.copyOf(values.keySet()) + ")";
  }
}
