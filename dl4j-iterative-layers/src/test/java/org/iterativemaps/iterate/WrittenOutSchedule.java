package org.iterativemaps.iterate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;

/** What a {@link Schedule} is, by its definition: every cell of every step. */
final class WrittenOutSchedule {
  final List<Evaluation> evaluations;
  final List<Cell> ends;
  final List<Integer> carried;

  private final BlockMap map;
  private final boolean startsAtZero;
  private final int input;
  private final Cell[][] cells;
  private final Map<Cell, Evaluation> all = new LinkedHashMap<>();
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
    for (int slot = 0; slot < slots; slot++) {
      cells[0][slot] = new Cell(slot, 0);
    }
    for (int step = 1; step <= steps; step++) {
      cells[step][input] = cells[0][input];
      for (boolean isWire : new boolean[] {true, false}) { // wires first
        for (int slot = 0; slot < slots; slot++) {
          if (slot != input && map.slots().get(slot).isWire() == isWire) {
            cells[step][slot] = resolve(slot, step);
          }
        }
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
    this.evaluations = all.keySet().stream().filter(needed::contains).map(all::get).toList();
    this.ends = List.of(cells[steps]);
    this.carried = IntStream.range(0, slots).filter(kept::contains).boxed().toList();
  }

  /** What a slot shows to the others in a step. */
  private Cell seen(String name, int step) {
    int slot = map.indexOf(name);
    if (map.slots().get(slot).isWire()) {
      return cells[step][slot];
    }
    boolean isZero =
        slot == input
            ? map.injection() == Injection.IMPULSE && step > 1
            : startsAtZero && step == 1;
    return isZero ? new Cell(slot, Cell.NONE) : cells[step - 1][slot];
  }

  private Cell resolve(int slot, int step) {
    Slot description = map.slots().get(slot);
    List<Read> reads = new ArrayList<>();
    for (int b = 0; b < map.blocks().size(); b++) {
      Block block = map.blocks().get(b);
      if (map.indexOf(block.to()) == slot) {
        List<Cell> sources = block.sources().stream().map(s -> seen(s, step)).toList();
        long zeros = sources.stream().filter(Cell::isZero).count();
        boolean isProduct = sources.size() == 2;
        boolean vanishes =
            isProduct ? zeros > 0 : sources.size() == 1 && zeros == 1 && !isNested(block);
        if (!vanishes) {
          reads.add(new Read(b, sources));
        }
      }
    }
    Update update = description.update();
    Evaluation now =
        new Evaluation(
            new Cell(slot, step),
            reads,
            update.kind() == Update.Kind.REPLACE ? null : seen(description.name(), step),
            update.keep() == null ? null : seen(update.keep(), step),
            update.write() == null ? null : seen(update.write(), step));
    Cell before = cells[step - 1][slot];
    Evaluation then = all.get(before);
    if (then != null && inputs(then).equals(inputs(now))) {
      return before;
    }
    all.put(now.target(), now);
    return now.target();
  }

  private static boolean isNested(Block block) {
    return block.function() instanceof BlockFunctions.Nested;
  }

  private static List<Object> inputs(Evaluation evaluation) {
    return Arrays.asList(
        evaluation.reads(), evaluation.old(), evaluation.keep(), evaluation.write());
  }

  private void need(Cell cell) {
    Deque<Cell> open = new ArrayDeque<>(List.of(cell));
    while (!open.isEmpty()) {
      Cell next = open.pop();
      if (next.step() != Cell.NONE && needed.add(next) && all.containsKey(next)) {
        all.get(next).sources().forEach(open::push);
      }
    }
  }
}
