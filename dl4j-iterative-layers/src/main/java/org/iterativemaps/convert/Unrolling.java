package org.iterativemaps.convert;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;

/**
 * K steps of a looped map as a map of K untied layers, and back.
 *
 * <p>Every slot h gets a slot of its own for every step it is computed in, h.1, h.2 …, each with a
 * copy of the weights; a slot that is computed once keeps its name. Each knows its {@link
 * Slot#origin}. The result has no loops, gives the same outputs, and each copy trains by itself.
 * Masks stay.
 */
public final class Unrolling {
  /** The most slots of an unrolled map. */
  public static final int MOST_SLOTS = 10_000;

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
   * @throws IllegalArgumentException if the output cannot be reached in K steps, they make more
   *     than {@value #MOST_SLOTS} slots, or the map is not linear
   */
  public static MapWeights unroll(MapWeights weights, int steps) {
    BlockMap map = weights.map();
    map.requireLinear("unroll");
    List<Evaluation> evaluations = Schedule.singleToken(map, steps).evaluations();
    if (evaluations.size() > MOST_SLOTS) {
      throw new IllegalArgumentException(
          "steps: K = "
              + steps
              + " steps unroll to "
              + evaluations.size()
              + " slots, expected at most "
              + MOST_SLOTS
              + "; unroll fewer steps");
    }
    Map<Cell, String> names = names(map, evaluations);
    BlockMapBuilder builder = BlockMap.builder().add(map.input()).injection(Injection.HOLD);
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Evaluation evaluation : evaluations) {
      Slot slot = map.slots().get(evaluation.target().slot());
      String name = names.get(evaluation.target());
      Slot.Origin origin = new Slot.Origin(slot.name(), evaluation.target().step());
      builder.add(slot.withName(name).with(origin));
      if (slot.hasBias()) {
        values.put(Parameter.biasKey(name), weights.bias(slot.name()));
      }
    }
    for (Evaluation evaluation : evaluations) {
      for (Read read : evaluation.reads()) {
        RealizedBlock block = weights.realized().blocks().get(read.block());
        String from = names.get(read.source());
        String to = names.get(evaluation.target());
        builder.add(new Block(from, to, Sparsity.explicit(block.mask()), fixed(block)));
        if (block.block().isTrainable()) {
          values.put(Parameter.weightKey(from, to), weights.values(block));
        }
      }
    }
    Cell end = evaluations.get(evaluations.size() - 1).target();
    return new MapWeights(builder.output(names.get(end)).build().realize(), values);
  }

  private static WeightValues fixed(RealizedBlock block) {
    return block.block().isTrainable() ? null : WeightValues.explicit(block.fixedValues());
  }

  private static Map<Cell, String> names(BlockMap map, List<Evaluation> evaluations) {
    Map<Integer, Integer> times = new HashMap<>();
    evaluations.forEach(evaluation -> times.merge(evaluation.target().slot(), 1, Integer::sum));
    Map<Cell, String> names = new HashMap<>();
    names.put(new Cell(map.indexOf(map.input().name()), 0), map.input().name());
    Names free = new Names(map.slots().stream().map(Slot::name).toArray(String[]::new));
    for (Evaluation evaluation : evaluations) {
      Cell cell = evaluation.target();
      String slot = map.slots().get(cell.slot()).name();
      String copy = slot + "." + cell.step();
      names.put(cell, times.get(cell.slot()) == 1 ? slot : free.slot(copy, copy));
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
        for (String from : block.sources()) {
          longest = Math.max(longest, 1 + longestPath(map, from, known));
        }
      }
    }
    known.put(slot, longest);
    return longest;
  }

  /**
   * An unrolled map as a looped one again: the slots that {@link #unroll} made from one slot become
   * that slot, copies of a block their average.
   *
   * <p>What is a copy is known from {@link Slot#origin}, which saved models keep; names are not
   * looked at. The result, unrolled again, has the slots, blocks, activations, masks and fixed
   * values that were given, or the map is refused.
   *
   * @param unrolled as {@link #unroll} made it, trained since
   * @throws IllegalArgumentException if no slot has copies; if copies differ in size, activation,
   *     bias, masks or fixed values; or if slots or blocks came or went: the message names them
   */
  public static Tied tie(MapWeights unrolled) {
    return Tying.tie(unrolled, new Averages());
  }
}
