package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.TopK;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;

/**
 * Growing and shrinking a hidden slot. Input and output slot keep their sizes: what is around the
 * map counts on them.
 *
 * <p><em>Growing</em> leaves every output as it was, whatever the activation: the weights out of
 * the new units are zero. The weights into them are not (normal, with variance 1 / fan-in: LeCun,
 * Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.6), so that the new units are active,
 * the zero weights out of them have a gradient and leave zero in the first update, and from the
 * second on the weights into them have one too. With zeros on both sides neither ever would; with
 * zeros into them instead, units with A(0) ≠ 0 would change the output.
 *
 * <p>New weights are as dense as the block was: every new target unit gets the block's average
 * fan-in, every new source unit its average fan-out, at least 1, at random places. A dense block
 * stays dense, a diagonal one diagonal. Fixed blocks get no new weights.
 *
 * <p><em>Shrinking</em> takes units away with all weights at them; what is left keeps its values.
 */
public final class Resizing {
  private Resizing() {}

  /**
   * A slot with more units, the new ones behind the old.
   *
   * @param map the map
   * @param slot a state slot other than the output
   * @param count how many units more, at least 1
   * @param seed where places and values of new weights come from
   * @param bias the first bias of new units
   * @return the change; biases and weights of the old units keep their values
   * @throws IllegalArgumentException if the slot is the input or output, normalised, gated, a gate
   *     or at a block that is not linear, count is below 1, or no trained block leads into or out
   *     of the slot
   */
  public static MapChange grow(RealizedMap map, String slot, int count, long seed, double bias) {
    checkHidden(map, slot);
    if (count < 1) {
      throw new IllegalArgumentException("count: found " + count + ", expected at least 1");
    }
    checkTrained(map, slot);
    int size = map.map().slot(slot).size();
    Growth growth = new Growth(map, slot, count, seed);
    int[] units = IntStream.range(0, size + count).map(i -> i < size ? i : MapChange.NEW).toArray();
    MapChange change =
        MapChange.between(map, Masks.resized(map.map(), slot, size + count, growth.blocks()))
            .withUnits(slot, units);
    for (Map.Entry<String, double[]> start : growth.starts(change.after()).entrySet()) {
      change = change.withStart(start.getKey(), start.getValue());
    }
    if (map.map().slot(slot).hasBias()) {
      double[] biases = new double[size + count];
      Arrays.fill(biases, bias);
      change = change.withStart(slot, biases);
    }
    return change;
  }

  /**
   * A slot without some of its units.
   *
   * @param weights the map and its numbers
   * @param steps as {@link Changeable#steps()}
   * @param slot a state slot other than the output
   * @param units the numbers of the units that go, each once; not all of them
   * @throws IllegalArgumentException if the slot is the input or output, normalised, gated, a gate
   *     or at a block that is not linear, a unit is not in it, none would be left, a block would
   *     lose its last weight, or the output would be cut off
   */
  public static MapChange shrink(MapWeights weights, int steps, String slot, int... units) {
    RealizedMap map = weights.realized();
    checkHidden(map, slot);
    int size = map.map().slot(slot).size();
    TreeSet<Integer> left = new TreeSet<>(IntStream.range(0, size).boxed().toList());
    for (int unit : units) {
      if (!left.remove(unit)) {
        throw new IllegalArgumentException(
            "units: found "
                + unit
                + (unit >= 0 && unit < size ? " twice" : "")
                + ", expected different units of slot '"
                + slot
                + "', 0 to "
                + (size - 1));
      }
    }
    if (left.isEmpty()) {
      throw new IllegalArgumentException(
          "units: found all " + size + " units of slot '" + slot + "', expected to leave one");
    }
    int[] unitsBefore = left.stream().mapToInt(unit -> unit).toArray();
    List<Block> blocks = new ArrayList<>();
    for (RealizedBlock block : map.blocks()) {
      blocks.add(touches(block, slot) ? without(block, slot, unitsBefore) : block.block());
    }
    BlockMap after = Masks.resized(map.map(), slot, unitsBefore.length, blocks);
    MapChange change = MapChange.between(map, after).withUnits(slot, unitsBefore);
    if (Paths.cutBy(weights, steps, change)) {
      throw new IllegalArgumentException(
          "units: without them no weights lead from the input to the output any more; keep one that"
              + " does, or grow others first");
    }
    return change;
  }

  /**
   * How much the units of a slot matter to others: the sum of |w| over the weights out of each,
   * trained or fixed, those to itself left out. A unit of importance 0 can go without effect.
   *
   * <p>Source: He, Fan, Qian, Tan, Yu, "Reshaping deep neural network for fast decoding by
   * node-pruning", ICASSP 2014 (their measure "onorm").
   *
   * @param weights the map and its numbers
   * @param slot the slot
   * @return one number per unit
   * @throws IllegalArgumentException if the slot is normalised, gated, a gate or at a block that is
   *     not linear: the units then matter to each other, too
   */
  public static double[] importance(MapWeights weights, String slot) {
    checkLinear(weights.map(), slot);
    double[] importance = new double[weights.map().slot(slot).size()];
    for (RealizedBlock block : weights.realized().blocks()) {
      if (!block.block().sources().contains(slot)) {
        continue;
      }
      boolean own = block.from() == block.to();
      double[] values = weights.values(block);
      WeightMask mask = block.mask();
      for (int to = 0; to < mask.toSize(); to++) {
        for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
          int from = mask.source(entry);
          importance[from] += own && from == to ? 0 : Math.abs(values[entry]);
        }
      }
    }
    return importance;
  }

  /**
   * The units of least {@link #importance}; of equal ones those with the higher number.
   *
   * @param weights the map and its numbers
   * @param slot the slot
   * @param count how many, 0 to the slot's size
   */
  public static int[] leastImportant(MapWeights weights, String slot, int count) {
    double[] importance = importance(weights, slot);
    if (count < 0 || count > importance.length) {
      throw new IllegalArgumentException(
          "count: found "
              + count
              + ", expected 0 to the "
              + importance.length
              + " units of slot '"
              + slot
              + "'");
    }
    TreeSet<Integer> least = new TreeSet<>(IntStream.range(0, importance.length).boxed().toList());
    for (int unit : TopK.largest(importance, importance.length - count)) {
      least.remove(unit);
    }
    return least.stream().mapToInt(unit -> unit).toArray();
  }

  private static void checkHidden(RealizedMap map, String slot) {
    Slot found = map.map().slot(slot);
    if (found.isInput() || found.name().equals(map.map().output().name())) {
      throw new IllegalArgumentException(
          "slot '"
              + slot
              + "' is the map's "
              + (found.isInput() ? "input" : "output")
              + ", whose size the layers around it count on; use DL4J's TransferLearning"
              + " (nInReplace, nOutReplace), or put a hidden slot between");
    }
    checkLinear(map.map(), slot);
  }

  /**
   * Other functions and gates tie the sizes of several slots to each other, a normalisation ties
   * the values of all units of its slot.
   */
  private static void checkLinear(BlockMap map, String slot) {
    if (map.slot(slot).isNormalised()) {
      throw new IllegalArgumentException(
          "slot '"
              + slot
              + "': found normalisation "
              + map.slot(slot).normalisation()
              + ", which goes over its units, so that the values of all of them depend on how many"
              + " there are; expected a slot without one. Resize another slot");
    }
    for (Block block : map.blocks()) {
      boolean isAtSlot = block.sources().contains(slot) || block.to().equals(slot);
      if (isAtSlot && !block.isLinear()) {
        throw new IllegalArgumentException(
            "slot '"
                + slot
                + "': block "
                + block.name()
                + " is "
                + block.function()
                + ", for which its units cannot be counted one by one; only slots with linear blocks"
                + " alone can be resized");
      }
    }
    for (Slot other : map.slots()) {
      boolean isAGate = other.gates().contains(slot);
      if (isAGate || other.name().equals(slot) && !other.gates().isEmpty()) {
        throw new IllegalArgumentException(
            "slot '"
                + slot
                + "': it "
                + (isAGate ? "gates slot '" + other.name() + "'" : "is gated by " + other.gates())
                + ", which has to keep the same size");
      }
    }
  }

  private static void checkTrained(RealizedMap map, String slot) {
    boolean in = false;
    boolean out = false;
    for (Block block : map.map().blocks()) {
      boolean other = block.isTrainable() && !block.sources().contains(block.to());
      in |= other && block.to().equals(slot);
      out |= other && block.sources().contains(slot);
    }
    if (!in || !out) {
      throw new IllegalArgumentException(
          "slot '"
              + slot
              + "': no trained block leads "
              + (in ? "out of" : "into")
              + " it, so that new units would never "
              + (in ? "matter" : "learn")
              + "; connect one first, or thaw a fixed one");
    }
  }

  private static boolean touches(RealizedBlock block, String slot) {
    return block.block().sources().contains(slot) || block.block().to().equals(slot);
  }

  private static Block without(RealizedBlock block, String slot, int[] unitsBefore) {
    boolean shrinksFrom = block.block().from().equals(slot);
    boolean shrinksTo = block.block().to().equals(slot);
    WeightMask mask = block.mask();
    int[] fromAfter = after(mask.fromSize(), shrinksFrom ? unitsBefore : null);
    int[] toAfter = after(mask.toSize(), shrinksTo ? unitsBefore : null);
    int fromSize = shrinksFrom ? unitsBefore.length : mask.fromSize();
    int toSize = shrinksTo ? unitsBefore.length : mask.toSize();
    long[] cells = new long[mask.entryCount()];
    int[] entries = new int[cells.length];
    int count = 0;
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        int from = mask.source(entry);
        if (toAfter[to] != MapChange.NEW && fromAfter[from] != MapChange.NEW) {
          cells[count] = (long) toAfter[to] * fromSize + fromAfter[from];
          entries[count++] = entry;
        }
      }
    }
    if (count == 0) {
      throw new IllegalArgumentException(
          "block "
              + block.block().name()
              + " would lose its last weight; keep a unit that it joins, or leave the block out of the"
              + " map first");
    }
    WeightMask left = WeightMask.ofCells(fromSize, toSize, Arrays.copyOf(cells, count));
    return replaced(block, left, Arrays.copyOf(entries, count));
  }

  /** For each unit its number afterwards, or NEW if it goes. */
  private static int[] after(int size, int[] unitsBefore) {
    int[] after = new int[size];
    Arrays.setAll(after, unit -> unitsBefore == null ? unit : MapChange.NEW);
    for (int unit = 0; unitsBefore != null && unit < unitsBefore.length; unit++) {
      after[unitsBefore[unit]] = unit;
    }
    return after;
  }

  private static Block replaced(RealizedBlock block, WeightMask mask, int[] entries) {
    WeightValues fixed =
        block.block().isTrainable()
            ? null
            : WeightValues.explicit(
                Arrays.stream(entries).mapToDouble(e -> block.fixedValues()[e]).toArray());
    Sparsity pattern = mask.isDense() ? Sparsity.dense() : Sparsity.explicit(mask);
    return new Block(block.block().from(), block.block().to(), pattern, fixed);
  }
}
