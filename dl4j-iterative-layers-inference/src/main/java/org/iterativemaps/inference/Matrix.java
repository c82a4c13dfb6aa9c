package org.iterativemaps.inference;

import java.util.Arrays;
import org.iterativemaps.lanes.CompressedRows;
import org.iterativemaps.lanes.Mask;

/**
 * Weights W[to, from] of which not all need to exist, by target unit and then by source unit
 * (compressed sparse rows). A weight that exists may be zero. Immutable.
 */
public final class Matrix implements Mask {
  private final CompressedRows rows;
  private final float[] values; // [entry]

  private Matrix(CompressedRows rows, float[] values) {
    this.rows = rows;
    this.values = values;
    for (int entry = 0; entry < values.length; entry++) {
      if (Float.isNaN(values[entry]) || Float.isInfinite(values[entry])) {
        throw new IllegalArgumentException(
            "matrix: found the weight "
                + values[entry]
                + " at entry "
                + entry
                + ", expected a number");
      }
    }
  }

  /**
   * All weights exist.
   *
   * @param values [to][from], row by row
   * @throws IllegalArgumentException if there are not as many values as cells, or one is not finite
   */
  public static Matrix dense(int fromSize, int toSize, float[] values) {
    checkSizes(fromSize, toSize);
    if ((long) fromSize * toSize != values.length) {
      throw new IllegalArgumentException(
          "matrix: found "
              + values.length
              + " weights, expected "
              + toSize
              + " x "
              + fromSize
              + " of a dense one");
    }
    return new Matrix(CompressedRows.dense(fromSize, toSize), values.clone());
  }

  /**
   * Some weights exist.
   *
   * @param starts by target unit its first entry, and at the end how many entries there are
   * @param sources by entry its source unit, ascending within a target unit
   * @param values by entry
   * @throws IllegalArgumentException if the entries are not in that order, or a value is not finite
   */
  public static Matrix sparse(
      int fromSize, int toSize, int[] starts, int[] sources, float[] values) {
    checkSizes(fromSize, toSize);
    if (starts.length != toSize + 1
        || starts[0] != 0
        || starts[toSize] != sources.length
        || sources.length != values.length) {
      throw new IllegalArgumentException(
          "matrix: found "
              + starts.length
              + " starts, "
              + sources.length
              + " sources and "
              + values.length
              + " values, expected "
              + (toSize + 1)
              + " starts from 0 to the number of entries, and a source and a value for each");
    }
    for (int to = 0; to < toSize; to++) {
      if (starts[to + 1] < starts[to] || starts[to + 1] > sources.length) {
        throw new IllegalArgumentException(
            "matrix: found row "
                + to
                + " to end at entry "
                + starts[to + 1]
                + ", expected "
                + starts[to]
                + " to "
                + sources.length);
      }
      for (int entry = starts[to]; entry < starts[to + 1]; entry++) {
        int least = entry == starts[to] ? 0 : sources[entry - 1] + 1;
        if (sources[entry] < least || sources[entry] >= fromSize) {
          throw new IllegalArgumentException(
              "matrix: found source unit "
                  + sources[entry]
                  + " in row "
                  + to
                  + ", expected "
                  + least
                  + " to "
                  + (fromSize - 1));
        }
      }
    }
    CompressedRows rows = CompressedRows.of(fromSize, toSize, starts.clone(), sources.clone());
    return new Matrix(rows, values.clone());
  }

  private static void checkSizes(int fromSize, int toSize) {
    if (fromSize < 1 || toSize < 1) {
      throw new IllegalArgumentException(
          "matrix: found sizes [" + toSize + ", " + fromSize + "], expected at least 1");
    }
  }

  @Override
  public int fromSize() {
    return rows.fromSize();
  }

  @Override
  public int toSize() {
    return rows.toSize();
  }

  @Override
  public int entryCount() {
    return rows.entryCount();
  }

  @Override
  public int targetStart(int to) {
    return rows.targetStart(to);
  }

  @Override
  public int source(int entry) {
    return rows.source(entry);
  }

  /** A weight. */
  public float value(int entry) {
    return values[entry];
  }

  /** A copy of the weights, by entry. */
  public float[] copyValues() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Matrix)) {
      return false;
    }
    Matrix that = (Matrix) other;
    if (fromSize() != that.fromSize()
        || toSize() != that.toSize()
        || !Arrays.equals(values, that.values)) {
      return false;
    }
    for (int to = 0; to < toSize(); to++) {
      if (targetStart(to + 1) != that.targetStart(to + 1)) {
        return false;
      }
    }
    for (int entry = 0; entry < values.length; entry++) {
      if (source(entry) != that.source(entry)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * fromSize() + toSize()) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return toSize()
        + " x "
        + fromSize()
        + (isDense() ? ", dense" : ", " + entryCount() + " entries");
  }
}
