package org.iterativemaps.map;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A map and the numbers on it: what is carried from one network, file or form to another, and what
 * changes of a trained map go by.
 *
 * <p>One vector per parameter, under its key ({@link Parameter#weightKey} and so on), in the order
 * of {@link RealizedMap#parameters()}: of a block's weights one number per entry in the order of
 * its mask (by target unit, then by source unit). {@code layers.LayerWeights} reads them from a
 * layer and writes them into one. Immutable.
 */
public final class MapWeights {
  private final RealizedMap realized;
  private final Map<String, double[]> values = new LinkedHashMap<>(); // by key

  /**
   * Checks that every parameter has its numbers.
   *
   * @param realized the map
   * @param values by key of a parameter; copied
   * @throws IllegalArgumentException if some are missing, too many, or not as long as they should
   *     be
   */
  public MapWeights(RealizedMap realized, Map<String, double[]> values) {
    this.realized = realized;
    for (Parameter parameter : realized.parameters()) {
      double[] own = values.get(parameter.key());
      if (own == null || own.length != parameter.length()) {
        throw new IllegalArgumentException(
            "values of "
                + parameter.key()
                + ": found "
                + (own == null ? "none" : own.length)
                + ", expected "
                + parameter.length());
      }
      this.values.put(parameter.key(), own.clone());
    }
    Set<String> more = new LinkedHashSet<>(values.keySet());
    more.removeAll(this.values.keySet());
    if (!more.isEmpty()) {
      throw new IllegalArgumentException(
          "values: found "
              + more
              + ", which the map does not train, expected "
              + this.values.keySet());
    }
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
    double[] numbers = values.get(key);
    if (numbers == null) {
      throw noParameter(key);
    }
    return numbers.clone();
  }

  private IllegalArgumentException noParameter(String key) {
    return new IllegalArgumentException("no parameter " + key + "; there are " + values.keySet());
  }

  /**
   * The weights of a linear block, trained or fixed, in the order of its mask, in a new array.
   *
   * @param block of {@link #realized()}
   * @throws IllegalArgumentException if it is not linear
   */
  public double[] values(RealizedBlock block) {
    return block.block().isFixed()
        ? block.fixedValues().clone()
        : values(Parameter.key("W", block.block().name()));
  }

  /**
   * The weights of a trained block in the order of its mask, in a new array.
   *
   * @throws IllegalArgumentException if there is no such block
   */
  public double[] weights(String from, String to) {
    return values(Parameter.weightKey(from, to));
  }

  /**
   * Which weights of a trained block exist: the k-th of {@link #weights} is its k-th entry.
   *
   * @throws IllegalArgumentException if there is no such block
   */
  public WeightMask mask(String from, String to) {
    String key = Parameter.weightKey(from, to);
    return realized.parameters().stream()
        .filter(parameter -> parameter.key().equals(key))
        .findFirst()
        .orElseThrow(() -> noParameter(key))
        .mask();
  }

  /**
   * The bias of a slot, in a new array.
   *
   * @throws IllegalArgumentException if it has none
   */
  public double[] bias(String slot) {
    return values(Parameter.biasKey(slot));
  }

  /**
   * All weights between two slots, trained and fixed, as a full matrix; zero where none exists.
   *
   * @return [to][from]: rows are target units, columns source units
   */
  public double[][] matrix(String from, String to) {
    int width = map().slot(from).size();
    double[][] matrix = new double[map().slot(to).size()][width];
    for (RealizedBlock block : realized.blocks()) {
      Block rule = block.block();
      if (rule.isLinear() && rule.from().equals(from) && rule.to().equals(to)) {
        double[] numbers = values(block);
        long[] cells = block.mask().copyCells();
        for (int entry = 0; entry < cells.length; entry++) {
          matrix[(int) (cells[entry] / width)][(int) (cells[entry] % width)] += numbers[entry];
        }
      }
    }
    return matrix;
  }

  /**
   * The same numbers on a map with the same slots, blocks and masks: with another output slot,
   * injection or activation.
   *
   * @throws IllegalArgumentException if a slot, block, mask or fixed value differs
   */
  public MapWeights on(RealizedMap other) {
    if (other == realized) {
      return this;
    }
    if (!structure(other).equals(structure(realized))) {
      throw new IllegalArgumentException(
          "map: found "
              + other.map()
              + ", expected the slots, blocks, masks and fixed values of "
              + map());
    }
    return new MapWeights(other, values);
  }

  /** What two maps must share for the numbers of one to be numbers of the other. */
  private static List<Object> structure(RealizedMap realized) {
    List<Object> structure = new ArrayList<>();
    realized.map().slots().forEach(slot -> structure.add(slot.name() + " " + slot.size()));
    for (RealizedBlock block : realized.blocks()) {
      structure.add(block.block().name());
      structure.add(function(block));
      structure.add(block.mask());
      if (block.fixedValues() != null) {
        structure.add(DoubleBuffer.wrap(block.fixedValues()));
      }
    }
    for (Parameter parameter : realized.parameters()) {
      structure.add(parameter.key());
      structure.add(parameter.mask()); // drawn from the map's seed and its slots' names
    }
    return structure;
  }

  /** What a block is, its patterns left out: the masks of its parameters say what they drew. */
  private static Object function(RealizedBlock block) {
    BlockFunction function = block.block().function();
    if (function instanceof BlockFunctions.Nested nested) {
      BlockMap map = block.nested().map();
      return List.of(
          nested.steps(), map.output().name(), map.injection(), structure(block.nested()));
    }
    boolean hasPatterns =
        function instanceof BlockFunctions.Linear
            || function instanceof BlockFunctions.LinearProduct;
    return hasPatterns ? function.getClass() : function;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapWeights that
        && map().equals(that.map())
        && values.keySet().stream()
            .allMatch(key -> Arrays.equals(values.get(key), that.values.get(key)));
  }

  @Override
  public int hashCode() {
    return map().hashCode();
  }

  @Override
  public String toString() {
    return "MapWeights(" + map() + ", " + values.keySet() + ")";
  }
}
