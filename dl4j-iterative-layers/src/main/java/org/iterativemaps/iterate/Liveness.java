package org.iterativemaps.iterate;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Slot;

/**
 * Which blocks and biases of a map its output depends on. What it does not depend on is
 * <b>dead</b>: its gradient is zero whatever the input, it is never trained, and it still counts as
 * a parameter.
 *
 * <p>A block is live if, in the {@link Schedule} of K steps, a cell that is needed reads a cell
 * that is not zero for certain. With one token per run from a state of zeros, h-&gt;h of x-&gt;h,
 * h-&gt;h is dead at K = 1, since it reads zeros only, and live from K = 2 on. In sequences the
 * state is carried and may start anywhere, so that it is live at K = 1, too. A slot is zero for
 * certain where everything that it reads is, it has no bias, and its activation keeps zero.
 *
 * <p>Costs what the map costs, whatever K. A bias is live if its slot is computed at all. Single
 * units and weights are not looked at. Immutable.
 */
public final class Liveness {
  private final BlockMap map;
  private final int steps;
  private final IntFunction<Schedule> schedules;
  private final Predicate<Slot> keepsZero;
  private final Alive now;

  /** Indices of what the output depends on. */
  private record Alive(Set<Integer> blocks, Set<Integer> slots) {}

  /**
   * A dead block.
   *
   * @param block the block
   * @param livesFrom the smallest K at which the output depends on it; empty if there is none
   */
  public record DeadBlock(Block block, OptionalInt livesFrom) {}

  private Liveness(
      BlockMap map, int steps, IntFunction<Schedule> schedules, Predicate<Slot> keepsZero) {
    this.map = map;
    this.steps = steps;
    this.schedules = schedules;
    this.keepsZero = keepsZero;
    this.now = aliveAt(steps);
  }

  /**
   * For one token per run, from a state of zeros.
   *
   * @param map its input size may be open
   * @param steps K, at least 1
   * @param keepsZero whether a slot's activation has value 0 at 0
   * @throws IllegalArgumentException as {@link Schedule#singleToken}
   */
  public static Liveness singleToken(BlockMap map, int steps, Predicate<Slot> keepsZero) {
    return new Liveness(map, steps, k -> Schedule.singleToken(map, k), keepsZero);
  }

  /**
   * For sequences.
   *
   * @param map its input size may be open
   * @param steps K per token, at least 1
   * @param keepsZero whether a slot's activation has value 0 at 0
   * @throws IllegalArgumentException as {@link Schedule#sequence}
   */
  public static Liveness sequence(BlockMap map, int steps, Predicate<Slot> keepsZero) {
    return new Liveness(map, steps, k -> Schedule.sequence(map, k), keepsZero);
  }

  /** The map. */
  public BlockMap map() {
    return map;
  }

  /** K. */
  public int steps() {
    return steps;
  }

  /** Whether the output depends on a block, by its place in {@link BlockMap#blocks()}. */
  public boolean isLive(int block) {
    return now.blocks.contains(block);
  }

  /** Whether the output depends on what a slot adds, by its place in {@link BlockMap#slots()}. */
  public boolean isComputed(int slot) {
    return now.slots.contains(slot);
  }

  /** The trained blocks that the output does not depend on, in the map's order. */
  public List<DeadBlock> dead() {
    return IntStream.range(0, map.blocks().size())
        .filter(b -> isTrained(map.blocks().get(b)) && !isLive(b))
        .mapToObj(b -> new DeadBlock(map.blocks().get(b), livesFrom(b)))
        .toList();
  }

  private boolean isTrained(Block block) {
    return !block.function().parameterNames(map.site(block)).isEmpty();
  }

  private OptionalInt livesFrom(int block) {
    return IntStream.rangeClosed(1, mostSteps())
        .filter(k -> k != steps && isPossible(k) && aliveAt(k).blocks.contains(block))
        .findFirst();
  }

  /** The shortest way from the input through a block to the output has no slot twice on a side. */
  private int mostSteps() {
    return 2 * map.slots().size() + 1;
  }

  private boolean isPossible(int k) {
    try {
      schedules.apply(k);
      return true;
    } catch (IllegalArgumentException unreachable) {
      return false;
    }
  }

  private Alive aliveAt(int k) {
    RepeatedEvaluations evaluations = schedules.apply(k).repeatedEvaluations();
    Alive alive = new Alive(new HashSet<>(), new HashSet<>());
    Set<Cell> zeros = new HashSet<>();
    int next = evaluations.roundsFrom();
    collect(evaluations.subList(0, next), zeros, alive);
    Map<BitSet, Integer> seen = new HashMap<>(); // slots that are zero before a round
    for (int round = 0; round < evaluations.rounds(); round++) {
      BitSet before = zeroBefore(evaluations.get(next), zeros);
      Integer same = seen.putIfAbsent(before, round);
      if (same != null) { // the rounds have brought what they can; leave out whole periods of them
        int left = (evaluations.rounds() - round) % (round - same);
        next = evaluations.roundsFrom() + (evaluations.rounds() - left) * evaluations.roundSize();
        if (next < evaluations.size()) {
          int step = evaluations.get(next).target().step() - 1;
          before.stream().forEach(slot -> zeros.add(new Cell(slot, step)));
        }
        break;
      }
      collect(evaluations.subList(next, next + evaluations.roundSize()), zeros, alive);
      next += evaluations.roundSize();
    }
    collect(evaluations.subList(next, evaluations.size()), zeros, alive);
    return alive;
  }

  private BitSet zeroBefore(Evaluation evaluation, Set<Cell> zeros) {
    BitSet slots = new BitSet();
    IntStream.range(0, map.slots().size())
        .filter(slot -> zeros.contains(new Cell(slot, evaluation.target().step() - 1)))
        .forEach(slots::set);
    return slots;
  }

  /** Adds what evaluations bring to life, and the cells of them that are zero. */
  private void collect(List<Evaluation> evaluations, Set<Cell> zeros, Alive alive) {
    for (Evaluation evaluation : evaluations) { // sources before their readers
      Slot slot = map.slots().get(evaluation.target().slot());
      boolean zero = !slot.hasBias() && keepsZero.test(slot);
      for (Read read : evaluation.reads()) {
        boolean[] areZero = new boolean[read.sources().size()];
        for (int i = 0; i < areZero.length; i++) {
          areZero[i] = isZero(read.sources().get(i), zeros);
        }
        if (!map.blocks().get(read.block()).function().vanishes(areZero)) {
          alive.blocks.add(read.block());
          zero = false;
        }
      }
      zero &= evaluation.old() == null || isZero(evaluation.old(), zeros);
      if (zero) {
        zeros.add(evaluation.target());
      }
      alive.slots.add(evaluation.target().slot());
    }
  }

  private static boolean isZero(Cell cell, Set<Cell> zeros) {
    return cell.isZero() || zeros.contains(cell);
  }
}
