package org.iterativemaps.map;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.iterativemaps.map.Schedule.Cell;
import org.iterativemaps.map.Schedule.Read;
import org.iterativemaps.map.Schedule.Update;

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
    collectSets(atTheEnd, repeatingSteps);
    for (int distance = 0; distance < sets.size(); distance++) {
      sets.get(distance).stream().forEach(this::needWhatStays);
    }
    if (repeatingSteps > 0) {
      int first = graph.written + 1;
      slotsAt(repeatingSteps - 1).stream()
          .flatMap(slot -> graph.readsOf(new Cell(slot, first)).stream())
          .forEach(read -> need(read.source()));
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

  private BitSet before(BitSet slots) {
    BitSet sources = new BitSet();
    slots.stream().flatMap(graph::alwaysNewSources).forEach(sources::set);
    return sources;
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
    for (Read read : graph.readsOf(new Cell(slot, graph.steps))) {
      if (!graph.isAlwaysNew(read.source().slot())) {
        need(read.source());
      }
    }
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
      if (written.add(next)) {
        graph.readsOf(next).forEach(read -> open.push(read.source()));
      }
    }
  }

  /** Whether a cell among those written out, or a value carried in, is needed. */
  boolean contains(Cell cell) {
    return written.contains(cell);
  }

  /** What is to be computed. */
  RepeatedUpdates updates() {
    List<Update> first =
        graph.writtenCells().stream()
            .filter(written::contains)
            .map(cell -> new Update(cell, graph.readsOf(cell)))
            .toList();
    List<int[]> slots =
        IntStream.range(0, sets.size()).mapToObj(d -> sets.get(d).stream().toArray()).toList();
    return new RepeatedUpdates(graph, first, slots, repeated);
  }
}
