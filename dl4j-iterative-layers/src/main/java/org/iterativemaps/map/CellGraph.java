package org.iterativemaps.map;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.iterativemaps.map.Schedule.Cell;
import org.iterativemaps.map.Schedule.Read;

/**
 * The cells of one token and what each reads, equal cells made one.
 *
 * <p>A slot's cell of a step is new where one of those it reads was new in the step before; what it
 * reads differs otherwise only between the first and the second step. Which slots are new in a step
 * so follows from which were in the step before: once two successive steps agree, all later ones
 * agree with them. Steps are written out up to there, which takes at most about as many as there
 * are slots: new in step s are the slots with a path of s - 1 blocks behind them, and those become
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
  private final int[] sources; // by block
  private final int[][] blocksInto; // by slot
  private final Cell[] last; // by slot: the newest cell that is written out
  private final boolean[] isNew; // by slot: in the last written step, and in all later ones
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
    int slots = map.slots().size();
    List<Block> blocks = map.blocks();
    this.sources = blocks.stream().mapToInt(block -> map.indexOf(block.from())).toArray();
    int[] targets = blocks.stream().mapToInt(block -> map.indexOf(block.to())).toArray();
    this.blocksInto = new int[slots][];
    Arrays.setAll(
        blocksInto,
        slot -> IntStream.range(0, targets.length).filter(b -> targets[b] == slot).toArray());
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

  /** Which slots have a new cell in this step. */
  private boolean[] write(int step) {
    Cell[] before = last.clone();
    boolean[] areNew = new boolean[last.length];
    for (int slot = 0; slot < last.length; slot++) {
      if (slot != input) {
        List<Read> now = readsAt(slot, step, before);
        if (!now.equals(reads.get(before[slot]))) {
          last[slot] = new Cell(slot, step);
          reads.put(last[slot], now);
          areNew[slot] = true;
        }
      }
    }
    return areNew;
  }

  private List<Read> readsAt(int slot, int step, Cell[] before) {
    List<Read> now = new ArrayList<>();
    for (int block : blocksInto[slot]) {
      int from = sources[block];
      boolean isZero =
          from == input
              ? map.injection() == Injection.IMPULSE && step > 1
              : startsAtZero && step == 1;
      if (!isZero) {
        now.add(new Read(block, before[from]));
      }
    }
    return List.copyOf(now);
  }

  /** What a cell reads; nothing if it is not computed. */
  List<Read> readsOf(Cell cell) {
    if (cell.step() <= written) {
      return reads.getOrDefault(cell, List.of());
    }
    Cell[] before = last.clone();
    for (int block : blocksInto[cell.slot()]) {
      if (isNew[sources[block]]) {
        before[sources[block]] = new Cell(sources[block], cell.step() - 1);
      }
    }
    return readsAt(cell.slot(), cell.step(), before);
  }

  /** The cells that are written out, in their order. */
  Set<Cell> writtenCells() {
    return reads.keySet();
  }

  /** Whether a slot has a new cell in every step after those that are written out. */
  boolean isAlwaysNew(int slot) {
    return isNew[slot];
  }

  /** Those among a slot's sources that are new in every step, too. */
  IntStream alwaysNewSources(int slot) {
    return Arrays.stream(blocksInto[slot]).map(block -> sources[block]).filter(s -> isNew[s]);
  }

  /** The cell that holds a slot's value after the last step. */
  Cell end(int slot) {
    return steps > written && isNew[slot] ? new Cell(slot, steps) : last[slot];
  }
}
