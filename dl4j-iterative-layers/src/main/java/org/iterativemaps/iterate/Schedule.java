package org.iterativemaps.iterate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Reach;
import org.iterativemaps.map.Update;

/**
 * Which slots are computed in which of the K steps of a token, and from what.
 *
 * <p>Running every slot in every step would compute values nobody reads. A <b>cell</b> is the value
 * of one slot after one step. Going forward, a cell whose sources are the same cells as in the step
 * before <em>is</em> the cell of the step before; going backward, only cells that the output, or
 * the state carried to the next token, depends on are computed. Both follow from the structure of
 * the map alone. A map that is an MLP so costs what the MLP costs, whatever K.
 *
 * <p>After some steps the same cells are computed again and again, from the same cells of the step
 * before. A schedule holds that once: its time and memory depend on the map, not on K.
 *
 * <p>Immutable.
 */
public final class Schedule {
  /**
   * The value of a slot after a step of the current token.
   *
   * @param slot index of the slot
   * @param step 1 … K; 0 is the value carried from the token before, or for the input slot the
   *     token; {@link #NONE} for what is zero for certain
   */
  public record Cell(int slot, int step) {
    /** The step of a value that is zero for certain. */
    public static final int NONE = -1;

    static Cell zero(int slot) {
      return new Cell(slot, NONE);
    }

    /** Whether it is zero for certain: no token yet, or none any more. */
    public boolean isZero() {
      return step == NONE;
    }
  }

  /**
   * What one block makes of the cells it reads.
   *
   * @param block index of the block
   * @param sources what it reads, in the order of its function
   */
  public record Read(int block, List<Cell> sources) {
    /** Copies the list. */
    public Read {
      sources = List.copyOf(sources);
    }

    /** What a block reads that has one source. */
    public Cell source() {
      return sources.get(0);
    }
  }

  /**
   * One cell to compute: the sum of its reads, through normalisation, bias and activation, and then
   * the slot's {@link Update}.
   *
   * @param target the cell
   * @param reads what it sums, in block order; input reads have the input slot as source
   * @param old the slot's value before, where the update reads it; else null
   * @param keep the gate of the old value, if there is one; else null
   * @param write the gate of the new value, if there is one; else null
   */
  public record Evaluation(Cell target, List<Read> reads, Cell old, Cell keep, Cell write) {
    /** Copies the list. */
    public Evaluation {
      reads = List.copyOf(reads);
    }

    /** All cells that it needs, zero ones among them. */
    public Stream<Cell> sources() {
      return Stream.concat(
          reads.stream().flatMap(read -> read.sources().stream()),
          Stream.of(old, keep, write).filter(Objects::nonNull));
    }

    boolean readsTheSameAs(Evaluation other) {
      return reads.equals(other.reads)
          && Objects.equals(old, other.old)
          && Objects.equals(keep, other.keep)
          && Objects.equals(write, other.write);
    }
  }

  private final int steps;
  private final RepeatedEvaluations evaluations;
  private final List<Cell> ends;
  private final List<Integer> carried;

  private Schedule(CellGraph graph, boolean[] carriedSlots, RepeatedEvaluations evaluations) {
    this.steps = graph.steps;
    this.evaluations = evaluations;
    this.ends = IntStream.range(0, carriedSlots.length).mapToObj(graph::end).toList();
    this.carried =
        IntStream.range(0, carriedSlots.length).filter(s -> carriedSlots[s]).boxed().toList();
  }

  /**
   * For one token per run, from a state of zeros: only the output after K steps is needed.
   *
   * @param map the map
   * @param steps K, at least 1
   * @throws IllegalArgumentException if steps is below 1, or the output cannot be reached from the
   *     input in K steps (exactly K with {@link Injection#IMPULSE}); the message says the smallest
   *     K that works
   */
  public static Schedule singleToken(BlockMap map, int steps) {
    CellGraph graph = new CellGraph(map, steps, true);
    NeededCells needed = new NeededCells(graph, List.of(graph.output));
    if (!needed.contains(new Cell(graph.input, 0))) {
      throw new IllegalArgumentException(Reach.unreached(map, steps));
    }
    return new Schedule(graph, new boolean[map.slots().size()], needed.evaluations());
  }

  /**
   * For sequences: the state is carried from token to token, and may start anywhere.
   *
   * @param map the map
   * @param steps K per token, at least 1
   * @throws IllegalArgumentException if steps is below 1
   */
  public static Schedule sequence(BlockMap map, int steps) {
    CellGraph graph = new CellGraph(map, steps, false);
    List<Integer> wanted = new ArrayList<>(List.of(graph.output));
    boolean[] carried = new boolean[map.slots().size()];
    NeededCells needed;
    boolean grew;
    do { // what is carried may need more to be carried
      needed = new NeededCells(graph, wanted);
      grew = false;
      for (int slot = 0; slot < carried.length; slot++) {
        if (slot != graph.input && !carried[slot] && needed.contains(new Cell(slot, 0))) {
          carried[slot] = true;
          wanted.add(slot);
          grew = true;
        }
      }
    } while (grew);
    return new Schedule(graph, carried, needed.evaluations());
  }

  /**
   * For one token per run: of fixed steps {@link #singleToken(BlockMap, int)}, of a loop that
   * settles what one of its steps computes.
   *
   * @throws IllegalArgumentException if the output cannot be reached in the most steps, or the map
   *     has nothing to settle at
   */
  public static Schedule singleToken(BlockMap map, Iteration iteration) {
    Schedule whole = singleToken(map, iteration.mostSteps());
    return iteration instanceof UntilSettled until ? oneStep(map, until, false) : whole;
  }

  /**
   * For sequences: of fixed steps {@link #sequence(BlockMap, int)}, of a loop that settles what one
   * of its steps computes.
   *
   * @throws IllegalArgumentException if the map has nothing to settle at
   */
  public static Schedule sequence(BlockMap map, Iteration iteration) {
    return iteration instanceof UntilSettled until
        ? oneStep(map, until, true)
        : sequence(map, iteration.mostSteps());
  }

  private static Schedule oneStep(BlockMap map, UntilSettled until, boolean isSequence) {
    Schedule schedule = sequence(map, 1);
    until
        .obstacle(map, schedule.carried.size(), isSequence)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("untilSettled: " + reason);
            });
    return schedule;
  }

  /** K. */
  public int steps() {
    return steps;
  }

  /**
   * The cells to compute, in an order in which every source comes before its reader: step by step,
   * and within a step first wires, then state slots, both in the order of the slots. The list makes
   * its elements when they are asked for.
   */
  public List<Evaluation> evaluations() {
    return evaluations;
  }

  RepeatedEvaluations repeatedEvaluations() {
    return evaluations;
  }

  /** How many cells of a slot are computed. */
  public long evaluationCount(int slot) {
    return evaluations.count(slot);
  }

  /** The cell that holds a slot's value after the last step (if it is needed at all). */
  public Cell end(int slot) {
    return ends.get(slot);
  }

  /** Indices of the state slots whose value the next token needs. */
  public List<Integer> carried() {
    return carried;
  }
}
