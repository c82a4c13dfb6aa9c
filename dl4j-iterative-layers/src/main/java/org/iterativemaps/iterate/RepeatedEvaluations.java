package org.iterativemaps.iterate;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.RandomAccess;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;

/**
 * The evaluations of all steps: those of the first steps, written out, and then sets of slots that
 * come to repeat themselves. The sets are by distance from the last step, as the end is where they
 * are not yet regular. Immutable.
 */
final class RepeatedEvaluations extends AbstractList<Evaluation> implements RandomAccess {
  private final CellGraph graph;
  private final List<Evaluation> first;
  private final List<int[]> slots; // by distance from the last step, in the order of evaluation
  private final int repeated; // from this distance on, the sets to the end of the list repeat
  private final long[] before; // by distance: evaluations in sets of smaller distance
  private final int size;

  RepeatedEvaluations(CellGraph graph, List<Evaluation> first, List<int[]> slots, int repeated) {
    this.graph = graph;
    this.first = first;
    this.slots = slots;
    this.repeated = repeated;
    this.before = new long[slots.size() + 1];
    long count = first.size();
    for (int distance = 0; distance < slots.size(); distance++) {
      before[distance + 1] = before[distance] + slots.get(distance).length;
      count += times(distance) * slots.get(distance).length;
    }
    if (count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "steps: K = %d steps of this map are %d evaluations, at most %d can be counted; use fewer"
                  + " steps",
              graph.steps,
              count,
              Integer.MAX_VALUE));
    }
    this.size = (int) count;
  }

  /** In how many steps the set is used that is first used at this distance from the last one. */
  private long times(int distance) {
    int farthest = graph.steps - graph.written - 1;
    return distance < repeated ? 1 : (farthest - distance) / (slots.size() - repeated) + 1L;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Evaluation get(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("index " + index + " of " + size + " evaluations");
    }
    if (index < first.size()) {
      return first.get(index);
    }
    long fromEnd = size - 1L - index;
    long rounds = 0;
    long inRound = fromEnd;
    if (fromEnd >= before[repeated]) {
      long round = before[slots.size()] - before[repeated];
      rounds = (fromEnd - before[repeated]) / round;
      inRound = fromEnd - rounds * round;
    }
    int place = place(inRound);
    long distance = place + rounds * (slots.size() - repeated);
    int[] set = slots.get(place);
    int slot = set[set.length - 1 - (int) (inRound - before[place])];
    return graph.evaluationOf(new Cell(slot, (int) (graph.steps - distance)));
  }

  /** How many evaluations are before the rounds. */
  int roundsFrom() {
    return first.size();
  }

  /** Evaluations of a round: steps that are repeated, equal but for their numbers. */
  int roundSize() {
    return (int) (before[slots.size()] - before[repeated]);
  }

  /** How many whole rounds follow each other. */
  int rounds() {
    return roundSize() == 0 ? 0 : (int) ((size - first.size() - before[repeated]) / roundSize());
  }

  /** The set that an evaluation belongs to, of empty ones before it the last. */
  private int place(long evaluation) {
    int found = Arrays.binarySearch(before, evaluation);
    if (found < 0) {
      return -found - 2;
    }
    while (before[found + 1] == evaluation) {
      found++;
    }
    return found;
  }

  /** How many evaluations are of a slot. */
  long count(int slot) {
    long count = first.stream().filter(e -> e.target().slot() == slot).count();
    for (int distance = 0; distance < slots.size(); distance++) {
      count += Arrays.stream(slots.get(distance)).anyMatch(s -> s == slot) ? times(distance) : 0;
    }
    return count;
  }
}
