package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.TopK;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;

/**
 * Growing and shrinking a hidden slot, together with the slots that must have its size. Input and
 * output slot keep their sizes: what is around the map counts on them.
 *
 * <p>A slot and its gates have one size, and so have sources and target of an element-wise function
 * (identity, product). The slots that are joined to a slot in this way, directly or through others,
 * are its <em>size class</em>: of an LSTM its gates, its memory and its output. Unit u of the class
 * is unit u of all its slots, and comes and goes in all of them at once. Of a slot with linear
 * blocks alone the class is the slot itself.
 *
 * <pre>{@code
 * BlockMap map = GatedMaps.lstm(16).build().toBuilder()
 *     .state("y", 4).connect("h", "y", Sparsity.dense()).output("y").build();
 * MapChange change = Resizing.grow(map.withInputSize(3).realize(), "c", 8, seed, 0);
 * }</pre>
 *
 * <p>A state slot reads others as they were before the step: with K = 1 that y shows the h of the
 * token before. For the new h, make a wire of what h becomes, and let y read the wire:
 *
 * <pre>{@code
 * .wireWithoutBias("now", 16, Activation.IDENTITY)
 * .connect(List.of("o", "shown"), "now", BlockFunctions.product())
 * .state("y", 4).connect("now", "y", Sparsity.dense()).output("y")
 * }</pre>
 *
 * <p><em>Growing</em> leaves every output as it was, whatever the activation: the weights out of
 * the new units are zero. The weights into them are not (normal, with variance 1 / fan-in: LeCun,
 * Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.6), so that the new units are active,
 * the zero weights out of them have a gradient and leave zero in the first update, and from the
 * second on the weights into them have one too. With zeros on both sides neither ever would; with
 * zeros into them instead, units with A(0) ≠ 0 would change the output.
 *
 * <p>Within a class the same holds. The trained weight W[u, v] to unit u of one of its slots from
 * unit v of another one, or of the same, is
 *
 * <pre>
 *   u old, v old       as before
 *   u new, v old       random, variance 1 / fan-in: new units read what was there
 *   u old, v new       0, as all weights out of new units
 *   u new, v new       random if u = v and the two slots differ (peepholes), else 0
 * </pre>
 *
 * <p>What gates and element-wise functions give a new unit depends on no other unit, and what they
 * give an old one on no new unit.
 *
 * <p>New weights are as dense as the block was: every new target unit gets the block's average
 * fan-in, every new source unit its average fan-out, at least 1, at random places. A dense block
 * stays dense, a diagonal one diagonal. Fixed blocks get no new weights, with one exception: one
 * within a class of several slots that joins each unit with itself by one value, as the gates of a
 * coupled LSTM are joined, has that value for new units, too.
 *
 * <p><em>Shrinking</em> takes units away with all weights at them; what is left keeps its values.
 */
public final class Resizing {
  private Resizing() {}

  /**
   * A slot, and all of its size class, with more units, the new ones behind the old.
   *
   * @param map the map
   * @param slot a slot; neither input nor output are in its class
   * @param count how many units more, at least 1
   * @param seed where places and values of new weights come from
   * @param bias the first bias of new units
   * @return the change; biases and weights of the old units keep their values
   * @throws IllegalArgumentException as the other method
   */
  public static MapChange grow(RealizedMap map, String slot, int count, long seed, double bias) {
    return grow(map, slot, count, seed, name -> bias);
  }

  /**
   * The same with first biases by slot: those of forget gates are often 1 and the others 0 (Gers,
   * Schmidhuber, Cummins, "Learning to forget", 2000; Jozefowicz, Zaremba, Sutskever, 2015), which
   * is nothing that a map knows.
   *
   * @param map the map
   * @param slot a slot; neither input nor output are in its class
   * @param count how many units more, at least 1
   * @param seed where places and values of new weights come from
   * @param biases for the name of a slot of the class the first bias of its new units
   * @return the change; biases and weights of the old units keep their values
   * @throws IllegalArgumentException if the class contains the input or output or a normalised
   *     slot, or is at a block that is neither linear nor element-wise without parameters, count is
   *     below 1, or no trained block leads into the class from outside or out of it
   */
  public static MapChange grow(
      RealizedMap map, String slot, int count, long seed, ToDoubleFunction<String> biases) {
    SizeClass sized = SizeClass.of(map, slot);
    sized.checkHidden();
    if (count < 1) {
      throw new IllegalArgumentException("count: found " + count + ", expected at least 1");
    }
    sized.checkTrained();
    int size = sized.size();
    Growth growth = new Growth(map, sized, count, seed);
    int[] units = IntStream.range(0, size + count).map(i -> i < size ? i : MapChange.NEW).toArray();
    MapChange change =
        MapChange.between(map, Masks.resized(map.map(), sized, size + count, growth.blocks()));
    for (String name : sized.slots()) {
      change = change.withUnits(name, units);
    }
    for (Map.Entry<String, double[]> start : growth.starts(change.after()).entrySet()) {
      change = change.withStart(start.getKey(), start.getValue());
    }
    for (String name : sized.slots()) {
      if (map.map().slot(name).hasBias()) {
        double[] values = new double[size + count];
        Arrays.fill(values, biases.applyAsDouble(name));
        change = change.withStart(name, values);
      }
    }
    return change;
  }

  /**
   * A slot, and all of its size class, without some of its units.
   *
   * @param weights the map and its numbers
   * @param steps as {@link Changeable#steps()}
   * @param slot a slot; neither input nor output are in its class
   * @param units the numbers of the units that go, each once; not all of them
   * @throws IllegalArgumentException if the class contains the input or output or a normalised
   *     slot, or is at a block that is neither linear nor element-wise without parameters, a unit
   *     is not in it, none would be left, a block would lose its last weight, or the output would
   *     be cut off
   */
  public static MapChange shrink(MapWeights weights, int steps, String slot, int... units) {
    RealizedMap map = weights.realized();
    SizeClass sized = SizeClass.of(map, slot);
    sized.checkHidden();
    int size = sized.size();
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
      blocks.add(without(block, sized, unitsBefore));
    }
    BlockMap after = Masks.resized(map.map(), sized, unitsBefore.length, blocks);
    MapChange change = MapChange.between(map, after);
    for (String name : sized.slots()) {
      change = change.withUnits(name, unitsBefore);
    }
    if (Paths.cutBy(weights, steps, change)) {
      throw new IllegalArgumentException(
          "units: without them no weights lead from the input to the output any more; keep one that"
              + " does, or grow others first");
    }
    return change;
  }

  /**
   * How much the units of a slot matter to others: of unit v, the sum of |w| over the weights,
   * trained or fixed, out of unit v of any slot of the size class, those to unit v of a slot of the
   * class left out. With W[to, from], k over the slots of the class C and i over all slots:
   *
   * <pre>    importance(v) = sum over k in C, i, u of |W_ik[u, v]|    but not i in C and u = v
   * </pre>
   *
   * <p>A unit of importance 0 can go without effect. Of a slot with linear blocks alone this is the
   * sum over all weights out of the unit but the one to itself.
   *
   * <p>Source: He, Fan, Qian, Tan, Yu, "Reshaping deep neural network for fast decoding by
   * node-pruning", ICASSP 2014 (their measure "onorm").
   *
   * @param weights the map and its numbers
   * @param slot the slot
   * @return one number per unit
   * @throws IllegalArgumentException if a slot of the class is normalised, or at a block that is
   *     neither linear nor element-wise without parameters: the units then matter to each other,
   *     too
   */
  public static double[] importance(MapWeights weights, String slot) {
    SizeClass sized = SizeClass.of(weights.realized(), slot);
    sized.checkUnits();
    double[] importance = new double[sized.size()];
    for (RealizedBlock block : weights.realized().blocks()) {
      if (!block.block().isLinear() || !sized.isReadBy(block.block())) {
        continue;
      }
      boolean own = sized.isWrittenBy(block.block());
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

  private static Block without(RealizedBlock block, SizeClass sized, int[] unitsBefore) {
    boolean shrinksFrom = sized.isReadBy(block.block());
    boolean shrinksTo = sized.isWrittenBy(block.block());
    boolean isElsewhere = !block.block().isLinear() || !shrinksFrom && !shrinksTo;
    if (isElsewhere || sized.fitsAnySize(block)) {
      return block.block();
    }
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
