package org.iterativemaps.map.pattern;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import org.iterativemaps.map.Slot;

/**
 * Which weights of a block exist: the cells (to, from) of a target-size by source-size rectangle.
 *
 * <p>Entries are numbered 0 … entryCount-1 by target unit, then by source unit (compressed sparse
 * rows, row = target). This numbering is the order of a block's weights everywhere: in the
 * parameter vector, in explicit fixed values and in saved models. A full rectangle is held without
 * an index.
 *
 * <p>Immutable. A mask says which weights exist, never what they are: a stored weight of 0.0 is
 * still a connection. Not to be confused with DL4J's time-series mask.
 */
public final class WeightMask implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The most entries one block can hold: what a Java array can. */
  public static final int MAX_ENTRIES = Integer.MAX_VALUE - 8;

  private final int toSize;
  private final int fromSize;
  // Both null when every cell exists.
  private final int[] targetStart;
  private final int[] sources;

  private WeightMask(int toSize, int fromSize, int[] targetStart, int[] sources) {
    this.toSize = toSize;
    this.fromSize = fromSize;
    this.targetStart = targetStart;
    this.sources = sources;
  }

  /**
   * Every cell exists.
   *
   * @param fromSize units of the source slot, 1 to {@link Slot#MAX_SIZE}
   * @param toSize units of the target slot, 1 to {@link Slot#MAX_SIZE}
   * @throws IllegalArgumentException if a size is out of range, or the cells are more than {@link
   *     #MAX_ENTRIES}
   */
  public static WeightMask dense(int fromSize, int toSize) {
    checkSizes(fromSize, toSize);
    checkCount((long) fromSize * toSize, fromSize, toSize);
    return new WeightMask(toSize, fromSize, null, null);
  }

  /**
   * A mask from compressed rows.
   *
   * @param fromSize units of the source slot
   * @param toSize units of the target slot
   * @param targetStart toSize + 1 numbers: entries of target t are targetStart[t] …
   *     targetStart[t+1]-1; copied
   * @param sources for each entry its source unit, ascending within a target; copied
   * @throws IllegalArgumentException if the arrays do not describe such a mask
   */
  public static WeightMask ofRows(int fromSize, int toSize, int[] targetStart, int[] sources) {
    checkSizes(fromSize, toSize);
    if (targetStart.length != toSize + 1L
        || targetStart[0] != 0
        || targetStart[toSize] != sources.length) {
      throw new IllegalArgumentException(
          "targetStart: expected "
              + (toSize + 1L)
              + " numbers from 0 to "
              + sources.length
              + ", found "
              + targetStart.length
              + (targetStart.length == 0
                  ? ""
                  : " from " + targetStart[0] + " to " + targetStart[targetStart.length - 1]));
    }
    for (int to = 0; to < toSize; to++) {
      if (targetStart[to] > targetStart[to + 1]) {
        throw new IllegalArgumentException("targetStart: decreases after target unit " + to);
      }
    }
    for (int to = 0; to < toSize; to++) {
      int previous = -1;
      for (int entry = targetStart[to]; entry < targetStart[to + 1]; entry++) {
        if (sources[entry] <= previous || sources[entry] >= fromSize) {
          throw new IllegalArgumentException(
              "sources: at target unit "
                  + to
                  + " found "
                  + sources[entry]
                  + " after "
                  + previous
                  + ", expected ascending units below "
                  + fromSize);
        }
        previous = sources[entry];
      }
    }
    return ofCheckedRows(fromSize, toSize, targetStart.clone(), sources.clone());
  }

  /**
   * A mask from its cells.
   *
   * @param fromSize units of the source slot
   * @param toSize units of the target slot
   * @param cells cell numbers to * fromSize + from, strictly ascending
   * @throws IllegalArgumentException if the cells are not ascending or leave the rectangle
   */
  public static WeightMask ofCells(int fromSize, int toSize, long[] cells) {
    checkSizes(fromSize, toSize);
    Heap.check("a mask of " + cells.length + " cells", bytes(toSize, cells.length));
    long end = (long) fromSize * toSize;
    int[] targetStart = new int[toSize + 1];
    int[] sources = new int[cells.length];
    long previous = -1;
    for (int entry = 0; entry < cells.length; entry++) {
      long cell = cells[entry];
      if (cell <= previous || cell >= end) {
        throw new IllegalArgumentException(
            "cells: found "
                + cell
                + " after "
                + previous
                + ", expected ascending cell numbers below "
                + end);
      }
      previous = cell;
      sources[entry] = (int) (cell % fromSize);
      targetStart[(int) (cell / fromSize) + 1]++;
    }
    for (int to = 0; to < toSize; to++) {
      targetStart[to + 1] += targetStart[to];
    }
    return ofCheckedRows(fromSize, toSize, targetStart, sources);
  }

  /**
   * A mask from a picture of it.
   *
   * @param exists exists[to][from]: rows are target units, columns source units, as in W of z_to =
   *     W z_from
   * @throws IllegalArgumentException if there is no row, no column, or the rows differ in length
   */
  public static WeightMask ofMatrix(boolean[][] exists) {
    int toSize = exists.length;
    int fromSize = toSize == 0 ? 0 : exists[0].length;
    checkSizes(fromSize, toSize);
    int[] targetStart = new int[toSize + 1];
    int[] sources = new int[16];
    int count = 0;
    for (int to = 0; to < toSize; to++) {
      if (exists[to].length != fromSize) {
        throw new IllegalArgumentException(
            "exists: row "
                + to
                + " has "
                + exists[to].length
                + " columns, row 0 has "
                + fromSize
                + "; a mask is a rectangle");
      }
      for (int from = 0; from < fromSize; from++) {
        if (exists[to][from]) {
          if (count == sources.length) {
            sources = Arrays.copyOf(sources, 2 * count);
          }
          sources[count++] = from;
        }
      }
      targetStart[to + 1] = count;
    }
    return ofCheckedRows(fromSize, toSize, targetStart, Arrays.copyOf(sources, count));
  }

  /** Takes the arrays as they are: for callers in this package that made them. */
  static WeightMask ofCheckedRows(int fromSize, int toSize, int[] targetStart, int[] sources) {
    boolean full = sources.length == (long) fromSize * toSize;
    return full
        ? new WeightMask(toSize, fromSize, null, null)
        : new WeightMask(toSize, fromSize, targetStart, sources);
  }

  static void checkCount(long count, int fromSize, int toSize) {
    if (count > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a block of %,d x %,d (from x to) with %,d weights: at most %,d weights fit one block;"
                  + " use a lower density or smaller slots",
              fromSize,
              toSize,
              count,
              MAX_ENTRIES));
    }
  }

  static void checkSizes(int fromSize, int toSize) {
    if (Math.min(fromSize, toSize) < 1 || Math.max(fromSize, toSize) > Slot.MAX_SIZE) {
      throw new IllegalArgumentException(
          "fromSize and toSize: expected 1 to "
              + Slot.MAX_SIZE
              + ", found "
              + fromSize
              + " and "
              + toSize);
    }
  }

  /** Bytes of the index of a mask with so many entries. */
  public static double bytes(int toSize, double entries) {
    return Integer.BYTES * (toSize + 1 + entries);
  }

  /**
   * Before a mask is drawn that is not full: its sizes, its entries, and the memory of its index
   * and of the cell numbers that it is drawn as.
   */
  static void checkDrawing(int fromSize, int toSize, double entries) {
    checkSizes(fromSize, toSize);
    checkCount((long) Math.ceil(entries), fromSize, toSize);
    Heap.check(
        "a mask of " + fromSize + " x " + toSize + " (from x to)",
        bytes(toSize, entries) + Long.BYTES * entries);
  }

  /** Units of the source slot. */
  public int fromSize() {
    return fromSize;
  }

  /** Units of the target slot. */
  public int toSize() {
    return toSize;
  }

  /** How many weights exist. */
  public int entryCount() {
    return isDense() ? fromSize * toSize : sources.length;
  }

  /** Existing weights as a fraction of all cells, in [0, 1]. */
  public double density() {
    return entryCount() / ((double) fromSize * toSize);
  }

  /** Whether each unit is connected to itself and to no other. */
  public boolean isDiagonal() {
    if (fromSize != toSize || entryCount() != toSize) {
      return false;
    }
    for (int i = 0; i < toSize; i++) {
      if (targetStart(i) != i || source(i) != i) {
        return false;
      }
    }
    return true;
  }

  /** Whether every cell exists. */
  public boolean isDense() {
    return sources == null;
  }

  /**
   * The first entry of a target unit.
   *
   * @param to a target unit, 0 … toSize; toSize gives the entry count
   */
  public int targetStart(int to) {
    return isDense() ? to * fromSize : targetStart[to];
  }

  /**
   * The source unit of an entry.
   *
   * @param entry 0 … entryCount-1
   */
  public int source(int entry) {
    return isDense() ? entry % fromSize : sources[entry];
  }

  /** The row starts, toSize + 1 numbers, in a new array. */
  public int[] copyTargetStarts() {
    if (!isDense()) {
      return targetStart.clone();
    }
    int[] starts = new int[toSize + 1];
    Arrays.setAll(starts, this::targetStart);
    return starts;
  }

  /** The source unit of every entry, in a new array. */
  public int[] copySources() {
    if (!isDense()) {
      return sources.clone();
    }
    int[] all = new int[entryCount()];
    Arrays.setAll(all, this::source);
    return all;
  }

  /** The cell number to * fromSize + from of every entry, ascending, in a new array. */
  public long[] copyCells() {
    long[] cells = new long[entryCount()];
    for (int to = 0; to < toSize; to++) {
      for (int entry = targetStart(to); entry < targetStart(to + 1); entry++) {
        cells[entry] = (long) to * fromSize + source(entry);
      }
    }
    return cells;
  }

  /** The cell numbers to * fromSize + from without a weight, ascending, in a new array. */
  public long[] copyAbsentCells() {
    long cells = (long) fromSize * toSize;
    return RandomSource.complement(cells, copyCells(), Math.toIntExact(cells - entryCount()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WeightMask that
        && toSize == that.toSize
        && fromSize == that.fromSize
        && Arrays.equals(targetStart, that.targetStart)
        && Arrays.equals(sources, that.sources);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * toSize + fromSize) + Arrays.hashCode(targetStart))
        + Arrays.hashCode(sources);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "WeightMask(%d -> %d, %d entries, density %.4g)",
        fromSize,
        toSize,
        entryCount(),
        density());
  }
}
