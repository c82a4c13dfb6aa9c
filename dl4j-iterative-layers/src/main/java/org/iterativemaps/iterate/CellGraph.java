package org.iterativemaps.iterate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;

/**
 * The cells of one token and what each reads, equal cells made one.
 *
 * <p>A slot's cell of a step is new where one of those it reads is new: a state slot's in the step
 * before, a wire's in this one. What it reads differs otherwise only between the first and the
 * second step. Wires follow from the state slots of the step before, so which slots are new in a
 * step follows from which were in the step before: once two successive steps agree, all later ones
 * agree with them. Steps are written out up to there, which takes at most about as many as there
 * are slots: new in step s are the slots with a path of s - 1 steps behind them, and those become
 * fewer.
 */
final class CellGraph {
  final int steps;
  final int input;
  final int output;

  /** The steps that are written out; in all later ones the same slots are new. */
  final int written;

  private final BlockMap map;
  private final boolean startsAtZero;
  private final int[] order; // slots as they are evaluated in a step: wires, then state slots
  private final int[][] sources; // by block
  private final int[][] blocksInto; // by slot
  private final Cell[] last; // by slot: the newest cell that is written out
  private final boolean[] isNew; // by slot: in the last written step, and in all later ones
  private final Map<Cell, Evaluation> evaluations = new LinkedHashMap<>();

  CellGraph(BlockMap map, int steps, boolean startsAtZero) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps: found " + steps + ", expected at least 1");
    }
    this.map = map;
    this.steps = steps;
    this.startsAtZero = startsAtZero;
    this.input = map.indexOf(map.input().name());
    this.output = map.indexOf(map.output().name());
    int slots = map.slots().size();
    List<Block> blocks = map.blocks();
    this.order = IntStream.concat(slots(Slot::isWire), slots(Slot::isState)).toArray();
    this.sources =
        blocks.stream()
            .map(block -> block.sources().stream().mapToInt(map::indexOf).toArray())
            .toArray(int[][]::new);
    int[] targets = blocks.stream().mapToInt(block -> map.indexOf(block.to())).toArray();
    this.blocksInto =
        bySlot(s -> IntStream.range(0, targets.length).filter(b -> targets[b] == s).toArray());
    this.last = new Cell[slots];
    Arrays.setAll(last, slot -> new Cell(slot, 0));
    boolean[] wasNew = null;
    boolean[] areNew = null;
    int step = 0;
    while (step < steps && (step < 3 || !Arrays.equals(areNew, wasNew))) {
      wasNew = areNew;
      areNew = write(++step);
    }
    this.written = step;
    this.isNew = areNew;
  }

  private IntStream slots(Predicate<Slot> kind) {
    return IntStream.range(0, map.slots().size()).filter(s -> kind.test(map.slots().get(s)));
  }

  private int[][] bySlot(IntFunction<int[]> value) {
    return IntStream.range(0, map.slots().size()).mapToObj(value).toArray(int[][]::new);
  }

  /** Which slots have a new cell in this step. */
  private boolean[] write(int step) {
    Cell[] before = last.clone();
    boolean[] areNew = new boolean[last.length];
    for (int slot : order) {
      Evaluation known = evaluations.get(before[slot]);
      Evaluation now = evaluation(slot, step, s -> isWire(s) ? last[s] : before[s]);
      if (known == null || !now.readsTheSameAs(known)) {
        last[slot] = now.target();
        evaluations.put(last[slot], now);
        areNew[slot] = true;
      }
    }
    return areNew;
  }

  /** What a slot's cell of a step reads, given the cells of the slots as it sees them. */
  private Evaluation evaluation(int slot, int step, IntFunction<Cell> cells) {
    IntFunction<Cell> seen = s -> isZero(s, step) ? Cell.zero(s) : cells.apply(s);
    List<Read> reads = new ArrayList<>();
    for (int block : blocksInto[slot]) {
      List<Cell> from = Arrays.stream(sources[block]).mapToObj(seen).toList();
      boolean[] areZero = new boolean[from.size()];
      for (int i = 0; i < areZero.length; i++) {
        areZero[i] = from.get(i).isZero();
      }
      if (!map.blocks().get(block).function().vanishes(areZero)) {
        reads.add(new Read(block, from));
      }
    }
    Update update = map.slots().get(slot).update();
    return new Evaluation(
        new Cell(slot, step),
        reads,
        update.readsOldValue() ? seen.apply(slot) : null,
        update.keep() == null ? null : seen.apply(map.indexOf(update.keep())),
        update.write() == null ? null : seen.apply(map.indexOf(update.write())));
  }

  /** Whether a slot is zero for certain, as a step sees it. */
  private boolean isZero(int slot, int step) {
    return slot == input
        ? map.injection() == Injection.IMPULSE && step > 1
        : startsAtZero && step == 1 && !isWire(slot);
  }

  private boolean isWire(int slot) {
    return map.slots().get(slot).isWire();
  }

  /** What a cell is computed from; null if it is not computed. */
  Evaluation evaluationOf(Cell cell) {
    if (cell.step() <= written) {
      return evaluations.get(cell);
    }
    return evaluation(
        cell.slot(),
        cell.step(),
        s -> isNew[s] ? new Cell(s, isWire(s) ? cell.step() : cell.step() - 1) : last[s]);
  }

  /** The cells that are written out, in their order. */
  Set<Cell> writtenCells() {
    return evaluations.keySet();
  }

  /** Slots in the order in which a step evaluates them. */
  int[] order() {
    return order;
  }

  /** Whether a slot has a new cell in every step after those that are written out. */
  boolean isAlwaysNew(int slot) {
    return isNew[slot];
  }

  /** Those among the wires that a slot that is always new reads that are always new, too. */
  IntStream alwaysNewWires(int slot) {
    return alwaysNewSources(slot).filter(this::isWire);
  }

  /** Those among the state slots that a slot that is always new reads that are always new, too. */
  IntStream alwaysNewStates(int slot) {
    return alwaysNewSources(slot).filter(source -> !isWire(source));
  }

  private IntStream alwaysNewSources(int slot) {
    return evaluations
        .get(new Cell(slot, written))
        .sources()
        .filter(source -> !source.isZero() && isNew[source.slot()])
        .mapToInt(Cell::slot);
  }

  /** The cell that holds a slot's value after the last step. */
  Cell end(int slot) {
    return steps > written && isNew[slot] ? new Cell(slot, steps) : last[slot];
  }
}
