package org.iterativemaps.map;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.iterativemaps.map.Schedule.Cell;
import org.iterativemaps.map.Schedule.Read;
import org.iterativemaps.map.Schedule.Update;

/** What a {@link Schedule} is, by its definition: every cell of every step. */
final class WrittenOutSchedule {
  final List<Update> updates;
  final List<Cell> ends;
  final List<Integer> carried;

  private final BlockMap map;
  private final boolean startsAtZero;
  private final int input;
  private final Cell[][] cells;
  private final Map<Cell, List<Read>> reads = new LinkedHashMap<>();
  private final Set<Cell> needed = new HashSet<>();

  static WrittenOutSchedule sequence(BlockMap map, int steps) {
    return new WrittenOutSchedule(map, steps, false);
  }

  /** Null if the output is not reached. */
  static WrittenOutSchedule singleToken(BlockMap map, int steps) {
    WrittenOutSchedule schedule = new WrittenOutSchedule(map, steps, true);
    return schedule.needed.contains(schedule.cells[0][schedule.input]) ? schedule : null;
  }

  private WrittenOutSchedule(BlockMap map, int steps, boolean startsAtZero) {
    this.map = map;
    this.startsAtZero = startsAtZero;
    this.input = map.indexOf(map.input().name());
    int slots = map.slots().size();
    this.cells = new Cell[steps + 1][slots];
    for (int step = 0; step <= steps; step++) {
      for (int slot = 0; slot < slots; slot++) {
        cells[step][slot] =
            step == 0 ? new Cell(slot, 0) : slot == input ? cells[0][slot] : resolve(slot, step);
      }
    }
    need(cells[steps][map.indexOf(map.output().name())]);
    Set<Integer> kept = new HashSet<>();
    boolean grew = !startsAtZero;
    while (grew) {
      grew = false;
      for (int slot = 0; slot < slots; slot++) {
        if (slot != input && needed.contains(cells[0][slot]) && kept.add(slot)) {
          need(cells[steps][slot]);
          grew = true;
        }
      }
    }
    this.updates =
        reads.keySet().stream()
            .filter(needed::contains)
            .map(cell -> new Update(cell, reads.get(cell)))
            .toList();
    this.ends = List.of(cells[steps]);
    this.carried = IntStream.range(0, slots).filter(kept::contains).boxed().toList();
  }

  private Cell resolve(int slot, int step) {
    List<Read> now = new ArrayList<>();
    for (int b = 0; b < map.blocks().size(); b++) {
      int from = map.indexOf(map.blocks().get(b).from());
      boolean isZero =
          from == input
              ? map.injection() == Injection.IMPULSE && step > 1
              : startsAtZero && step == 1;
      if (map.indexOf(map.blocks().get(b).to()) == slot && !isZero) {
        now.add(new Read(b, cells[step - 1][from]));
      }
    }
    Cell before = cells[step - 1][slot];
    if (now.equals(reads.get(before))) {
      return before;
    }
    reads.put(new Cell(slot, step), now);
    return new Cell(slot, step);
  }

  private void need(Cell cell) {
    Deque<Cell> open = new ArrayDeque<>(List.of(cell));
    while (!open.isEmpty()) {
      Cell next = open.pop();
      if (needed.add(next)) {
        reads.getOrDefault(next, List.of()).forEach(read -> open.push(read.source()));
      }
    }
  }
}
