package org.iterativemaps.map;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which slots are computed in which of the K steps of a token, and from what.
 *
 * <p>Running every slot in every step would compute values nobody reads. A <b>cell</b> is the value
 * of one slot after one step. Going forward, a cell whose sources are the same cells as in the step
 * before <em>is</em> the cell of the step before; going backward, only cells that the output, or
 * the state carried to the next token, depends on are computed. Both follow from the structure of
 * the map alone. A map that is an MLP so costs what the MLP costs, whatever K.
 *
 * <p>Immutable.
 */
public final class Schedule {
  /**
   * The value of a slot after a step of the current token.
   *
   * @param slot index of the slot
   * @param step 1 … K; 0 is the value carried from the token before, or for the input slot the
   *     token
   */
  public record Cell(int slot, int step) {}

  /**
   * A product of one block with one cell.
   *
   * @param block index of the block
   * @param source what it is multiplied with
   */
  public record Read(int block, Cell source) {}

  /**
   * One cell to compute: the sum of its reads, plus bias, through its activation.
   *
   * @param target the cell
   * @param reads the products it sums, in block order; input reads have the input slot as source
   */
  public record Update(Cell target, List<Read> reads) {}

  private final int steps;
  private final List<Update> updates;
  private final List<Cell> ends;
  private final List<Integer> carried;

  private Schedule(CellGraph graph, boolean[] carriedSlots, Set<Cell> needed) {
    this.steps = graph.steps;
    this.updates =
        graph.computedCells().stream()
            .filter(needed::contains)
            .map(cell -> new Update(cell, graph.readsOf(cell)))
            .toList();
    this.ends = List.of(graph.cells[steps]);
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
    Set<Cell> needed = new HashSet<>();
    graph.need(graph.cells[steps][graph.output], needed);
    if (!needed.contains(graph.cells[0][graph.input])) {
      throw unreachable(map, steps);
    }
    return new Schedule(graph, new boolean[map.slots().size()], needed);
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
    Set<Cell> needed = new HashSet<>();
    graph.need(graph.cells[steps][graph.output], needed);
    boolean[] carried = new boolean[map.slots().size()];
    boolean grew = true;
    while (grew) { // what is carried may need more to be carried
      grew = false;
      for (int slot = 0; slot < carried.length; slot++) {
        if (slot != graph.input && !carried[slot] && needed.contains(graph.cells[0][slot])) {
          carried[slot] = true;
          graph.need(graph.cells[steps][slot], needed);
          grew = true;
        }
      }
    }
    return new Schedule(graph, carried, needed);
  }

  /** K. */
  public int steps() {
    return steps;
  }

  /** The cells to compute, in an order in which every source comes before its reader. */
  public List<Update> updates() {
    return updates;
  }

  /** The cell that holds a slot's value after the last step (if it is needed at all). */
  public Cell end(int slot) {
    return ends.get(slot);
  }

  /** Indices of the state slots whose value the next token needs. */
  public List<Integer> carried() {
    return carried;
  }

  private static IllegalArgumentException unreachable(BlockMap map, int steps) {
    String output = map.output().name();
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "output slot '%s' cannot be reached from input slot '%s' in %sK = %d steps; the smallest K"
                + " that works is %d",
            output,
            map.input().name(),
            map.injection() == Injection.IMPULSE ? "exactly " : "",
            steps,
            map.shortestPathFromInput(output).orElseThrow()));
  }

  /** Every cell of one token and what it reads, equal cells made one. */
  private static final class CellGraph {
    final int steps;
    final int input;
    final int output;
    // By step and slot: the cell that holds the value.
    final Cell[][] cells;

    private final BlockMap map;
    private final boolean startsAtZero;
    private final Map<Cell, List<Read>> reads = new LinkedHashMap<>();

    CellGraph(BlockMap map, int steps, boolean startsAtZero) {
      if (steps < 1) {
        throw new IllegalArgumentException("steps: found " + steps + ", expected at least 1");
      }
      this.map = map;
      this.steps = steps;
      this.startsAtZero = startsAtZero;
      this.input = map.indexOf(map.input().name());
      this.output = map.indexOf(map.output().name());
      this.cells = new Cell[steps + 1][map.slots().size()];
      for (int slot = 0; slot < map.slots().size(); slot++) {
        cells[0][slot] = new Cell(slot, 0);
      }
      for (int step = 1; step <= steps; step++) {
        for (int slot = 0; slot < map.slots().size(); slot++) {
          cells[step][slot] = slot == input ? cells[0][slot] : resolve(slot, step);
        }
      }
    }

    private Cell resolve(int slot, int step) {
      List<Read> now = readsAt(slot, step);
      Cell before = cells[step - 1][slot];
      if (now.equals(reads.get(before))) {
        return before;
      }
      Cell cell = new Cell(slot, step);
      reads.put(cell, now);
      return cell;
    }

    private List<Read> readsAt(int slot, int step) {
      List<Read> now = new ArrayList<>();
      for (int b = 0; b < map.blocks().size(); b++) {
        Block block = map.blocks().get(b);
        if (map.indexOf(block.to()) != slot) {
          continue;
        }
        int from = map.indexOf(block.from());
        boolean isZero =
            from == input
                ? map.injection() == Injection.IMPULSE && step > 1
                : startsAtZero && step == 1;
        if (!isZero) {
          now.add(new Read(b, cells[step - 1][from]));
        }
      }
      return List.copyOf(now);
    }

    List<Read> readsOf(Cell cell) {
      return reads.get(cell);
    }

    Set<Cell> computedCells() {
      return reads.keySet();
    }

    /** Adds a cell and all that it depends on. */
    void need(Cell cell, Set<Cell> needed) {
      Deque<Cell> open = new ArrayDeque<>(List.of(cell));
      while (!open.isEmpty()) {
        Cell next = open.pop();
        if (needed.add(next)) {
          reads.getOrDefault(next, List.of()).forEach(read -> open.push(read.source()));
        }
      }
    }
  }
}
