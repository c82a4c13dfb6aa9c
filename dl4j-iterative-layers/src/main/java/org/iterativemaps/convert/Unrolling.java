package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.FixedValues;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Schedule;
import org.iterativemaps.map.Schedule.Cell;
import org.iterativemaps.map.Schedule.Read;
import org.iterativemaps.map.Schedule.Update;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Sparsity;
import org.iterativemaps.map.WeightMask;

/**
 * K steps of a looped map as a map of K untied layers, and back.
 *
 * <p>Every slot h gets a slot of its own for every step it is computed in, h.1, h.2 …, each with a
 * copy of the weights; a slot that is computed once keeps its name. The result has no loops, gives
 * the same outputs, and each copy trains by itself. Masks stay.
 */
public final class Unrolling {
  private Unrolling() {}

  /**
   * Tied weights and how much tying them lost.
   *
   * @param weights the looped map, with the averages of the copies
   * @param steps its K
   * @param loss sum |copy - average|^2 / sum |copy|^2 over the tied weights and biases: 0 if the
   *     copies were equal
   */
  public record Tied(MapWeights weights, int steps, double loss) {}

  /**
   * K steps of a map from a state of zeros as a map without loops.
   *
   * @param weights the map and its weights
   * @param steps K, at least 1
   * @return a map with as many trained weights as are used in K steps; run it with {@link
   *     #stepsOf(BlockMap)} steps or more
   * @throws IllegalArgumentException if the output cannot be reached in K steps
   */
  public static MapWeights unroll(MapWeights weights, int steps) {
    BlockMap map = weights.map();
    List<Update> updates = Schedule.singleToken(map, steps).updates();
    Map<Cell, String> names = names(map, updates);
    BlockMap.Builder builder = BlockMap.builder().add(map.input()).injection(Injection.HOLD);
    Map<String, double[]> values = new LinkedHashMap<>();
    Map<String, double[]> biases = new LinkedHashMap<>();
    for (Update update : updates) {
      Slot slot = map.slots().get(update.target().slot());
      String name = names.get(update.target());
      builder.add(new Slot(name, slot.size(), false, slot.activation(), slot.hasBias()));
      if (slot.hasBias()) {
        biases.put(name, weights.bias(slot.name()));
      }
    }
    for (Update update : updates) {
      for (Read read : update.reads()) {
        RealizedBlock block = weights.realized().blocks().get(read.block());
        String from = names.get(read.source());
        String to = names.get(update.target());
        builder.add(new Block(from, to, Sparsity.explicit(block.mask()), fixed(block)));
        if (block.block().isTrainable()) {
          values.put(from + "->" + to, weights.values(block).clone());
        }
      }
    }
    Cell end = updates.get(updates.size() - 1).target();
    return new MapWeights(builder.output(names.get(end)).build(), values, biases);
  }

  private static FixedValues fixed(RealizedBlock block) {
    return block.block().isTrainable() ? null : FixedValues.explicit(block.fixedValues());
  }

  private static Map<Cell, String> names(BlockMap map, List<Update> updates) {
    Map<Integer, Integer> times = new HashMap<>();
    updates.forEach(update -> times.merge(update.target().slot(), 1, Integer::sum));
    Map<Cell, String> names = new HashMap<>();
    names.put(new Cell(map.indexOf(map.input().name()), 0), map.input().name());
    for (Update update : updates) {
      Cell cell = update.target();
      String slot = map.slots().get(cell.slot()).name();
      names.put(cell, times.get(cell.slot()) == 1 ? slot : slot + "." + cell.step());
    }
    return names;
  }

  /**
   * The longest path from the input to the output of a map without loops: the K from which on its
   * output does not change.
   *
   * @throws IllegalArgumentException if it has a loop; the message names it
   */
  public static int stepsOf(BlockMap map) {
    List<String> cycle = Cycles.find(map);
    if (!cycle.isEmpty()) {
      throw new IllegalArgumentException(
          "map: has the cycle " + String.join(" -> ", cycle) + ", expected none; unroll it first");
    }
    return longestPath(map, map.output().name(), new HashMap<>());
  }

  private static int longestPath(BlockMap map, String slot, Map<String, Integer> known) {
    if (map.slot(slot).isInput()) {
      return 0;
    }
    Integer seen = known.get(slot);
    if (seen != null) {
      return seen;
    }
    int longest = 1;
    for (Block block : map.blocks()) {
      if (block.to().equals(slot)) {
        longest = Math.max(longest, 1 + longestPath(map, block.from(), known));
      }
    }
    known.put(slot, longest);
    return longest;
  }

  /**
   * An unrolled map as a looped one again: copies of a slot (h.1, h.2 …) become one slot, copies of
   * a block its average.
   *
   * @param unrolled as {@link #unroll} made it, trained since
   * @throws IllegalArgumentException if no slot has copies, or copies of a block have different
   *     masks
   */
  public static Tied tie(MapWeights unrolled) {
    BlockMap map = unrolled.map();
    Map<String, List<Slot>> copies = new LinkedHashMap<>();
    map.slots().forEach(s -> copies.computeIfAbsent(base(s), b -> new ArrayList<>()).add(s));
    if (copies.values().stream().noneMatch(slots -> slots.size() > 1)) {
      throw new IllegalArgumentException(
          "unrolled: no slot of "
              + map
              + " has copies named h.1, h.2 and so on, as unroll makes them; dense layers are tied"
              + " with IterativeMaps.fromMlp and MlpOptions.tied");
    }
    TiedStack.Averages averages = new TiedStack.Averages();
    BlockMap.Builder builder = BlockMap.builder().injection(injection(map, copies));
    Map<String, double[]> biases = new LinkedHashMap<>();
    copies.forEach(
        (base, slots) -> {
          Slot first = slots.get(0);
          builder.add(
              new Slot(base, first.size(), first.isInput(), first.activation(), first.hasBias()));
          if (first.hasBias()) {
            biases.put(
                base, averages.of(slots.stream().map(s -> unrolled.bias(s.name())).toList()));
          }
        });
    Map<String, List<RealizedBlock>> groups = new LinkedHashMap<>();
    for (RealizedBlock block : unrolled.realized().blocks()) {
      groups.computeIfAbsent(baseName(map, block), b -> new ArrayList<>()).add(block);
    }
    Map<String, double[]> weights = new LinkedHashMap<>();
    for (List<RealizedBlock> group : groups.values()) {
      RealizedBlock first = group.get(0);
      String from = base(map.slot(first.block().from()));
      String to = base(map.slot(first.block().to()));
      checkMasks(group, from + "->" + to);
      builder.add(new Block(from, to, Sparsity.explicit(first.mask()), fixed(first)));
      if (first.block().isTrainable()) {
        weights.put(from + "->" + to, averages.of(group.stream().map(unrolled::values).toList()));
      }
    }
    return new Tied(
        new MapWeights(builder.output(base(map.output())).build(), weights, biases),
        stepsOf(map),
        averages.loss());
  }

  private static void checkMasks(List<RealizedBlock> group, String name) {
    WeightMask mask = group.get(0).mask();
    if (!group.stream().allMatch(block -> block.mask().equals(mask))) {
      throw new IllegalArgumentException(
          "block "
              + name
              + ": its copies have different masks; prune and regrow after tying, not before");
    }
  }

  /** Whether only first copies read the input. */
  private static Injection injection(BlockMap map, Map<String, List<Slot>> copies) {
    String input = map.input().name();
    boolean isHeld =
        map.blocks().stream()
            .filter(block -> block.from().equals(input))
            .map(block -> map.slot(block.to()))
            .anyMatch(slot -> copies.get(base(slot)).indexOf(slot) > 0);
    return isHeld ? Injection.HOLD : Injection.IMPULSE;
  }

  private static String baseName(BlockMap map, RealizedBlock block) {
    return base(map.slot(block.block().from()))
        + "->"
        + base(map.slot(block.block().to()))
        + block.block().isTrainable();
  }

  private static String base(Slot slot) {
    return slot.isInput() ? slot.name() : slot.name().replaceFirst("\\.\\d+$", "");
  }
}
