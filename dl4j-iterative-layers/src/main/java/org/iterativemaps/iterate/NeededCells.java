package org.iterativemaps.iterate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;

/**
 * The cells that some slots' values after the last step depend on.
 *
 * <p>After the steps that are written out, what is needed in a step depends only on what is needed
 * in the next one. Going back from the last step, the sets of needed slots so come to repeat
 * themselves, and are kept up to there.
 */
final class NeededCells {
  // Sets that are kept. With loops of lengths 2, 3, 5, 7 … what is needed may repeat only after
  // their product; whatever is ever needed is then computed in each of the earlier steps.
  private static final int MOST_SETS = 4096;

  private final CellGraph graph;
  private final Set<Cell> written = new HashSet<>(); // those among the cells written out
  // By distance from the last step: slots whose new cell is needed. From `repeated` on, the sets
  // repeat themselves.
  private final List<BitSet> sets = new ArrayList<>();
  private int repeated;

  NeededCells(CellGraph graph, List<Integer> wantedSlots) {
    this.graph = graph;
    int repeatingSteps = graph.steps - graph.written;
    BitSet atTheEnd = new BitSet();
    for (int slot : wantedSlots) {
      if (repeatingSteps > 0 && graph.isAlwaysNew(slot)) {
        atTheEnd.set(slot);
      } else {
        need(graph.end(slot));
      }
    }
    collectSets(withWires(atTheEnd), repeatingSteps);
    for (int distance = 0; distance < sets.size(); distance++) {
      sets.get(distance).stream().forEach(this::needWhatStays);
    }
    if (repeatingSteps > 0) {
      int first = graph.written + 1;
      slotsAt(repeatingSteps - 1).stream()
          .flatMap(slot -> graph.evaluationOf(new Cell(slot, first)).sources())
          .filter(source -> source.step() < first) // a wire of this step is in the set
          .forEach(this::need);
    }
  }

  private void collectSets(BitSet atTheEnd, int count) {
    Map<BitSet, Integer> seen = new HashMap<>();
    BitSet next = atTheEnd;
    while (sets.size() < count) {
      Integer same = seen.putIfAbsent(next, sets.size());
      if (same != null) {
        repeated = same;
        return;
      }
      if (sets.size() == MOST_SETS) {
        sets.add(withAllBefore(next));
        repeated = MOST_SETS;
        return;
      }
      sets.add(next);
      next = before(next);
    }
    repeated = sets.size();
  }

  /** What the step before has to compute for a step that computes these. */
  private BitSet before(BitSet slots) {
    BitSet sources = new BitSet();
    slots.stream().flatMap(graph::alwaysNewStates).forEach(sources::set);
    return withWires(sources);
  }

  /** And the wires that they read in the same step. */
  private BitSet withWires(BitSet slots) {
    BitSet all = (BitSet) slots.clone();
    Deque<Integer> open = new ArrayDeque<>(slots.stream().boxed().toList());
    while (!open.isEmpty()) {
      graph
          .alwaysNewWires(open.pop())
          .filter(wire -> !all.get(wire))
          .forEach(
              wire -> {
                all.set(wire);
                open.push(wire);
              });
    }
    return all;
  }

  private BitSet withAllBefore(BitSet slots) {
    BitSet all = slots;
    BitSet more = union(all, before(all));
    while (!more.equals(all)) {
      all = more;
      more = union(all, before(all));
    }
    return all;
  }

  private static BitSet union(BitSet one, BitSet other) {
    BitSet union = (BitSet) one.clone();
    union.or(other);
    return union;
  }

  /** What a slot reads, in a step after those written out, of the cells that are written out. */
  private void needWhatStays(int slot) {
    graph
        .evaluationOf(new Cell(slot, graph.steps))
        .sources()
        .filter(source -> !graph.isAlwaysNew(source.slot()))
        .forEach(this::need);
  }

  private List<Integer> slotsAt(int distance) {
    int place =
        distance < sets.size()
            ? distance
            : repeated + (distance - repeated) % (sets.size() - repeated);
    return sets.get(place).stream().boxed().toList();
  }

  /** Adds a cell that is written out, and all that it depends on. */
  private void need(Cell cell) {
    Deque<Cell> open = new ArrayDeque<>(List.of(cell));
    while (!open.isEmpty()) {
      Cell next = open.pop();
      if (!next.isZero() && written.add(next)) {
        Evaluation evaluation = graph.evaluationOf(next);
        if (evaluation != null) { // null for what comes from outside
          evaluation.sources().forEach(open::push);
        }
      }
    }
  }

  /** Whether a cell among those written out, or a value carried in, is needed. */
  boolean contains(Cell cell) {
    return written.contains(cell);
  }

  /** What is to be computed. */
  RepeatedEvaluations evaluations() {
    List<Evaluation> first =
        graph.writtenCells().stream().filter(written::contains).map(graph::evaluationOf).toList();
    List<int[]> slots =
        sets.stream().map(set -> Arrays.stream(graph.order()).filter(set::get).toArray()).toList();
    return new RepeatedEvaluations(graph, first, slots, repeated);
  }
}
