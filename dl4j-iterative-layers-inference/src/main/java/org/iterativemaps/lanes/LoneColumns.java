package org.iterativemaps.lanes;

import java.util.Arrays;

/**
 * A dense block, column by column, with zeros where no weight exists.
 *
 * <p>C2 makes vectors of loops over the beginnings of several arrays, not over places within them,
 * which takes three times as long: so every column is an array of its own, and sums are at the
 * beginning of the workspace.
 */
final class LoneColumns extends LoneBlock {
  private static final int AT_ONCE = 4;

  private final int toSize;
  private final float[][] columns; // [from][to]

  LoneColumns(Mask mask, float[] values) {
    toSize = mask.toSize();
    columns = new float[mask.fromSize()][toSize];
    for (int to = 0; to < toSize; to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        columns[mask.source(entry)][to] = values[entry];
      }
    }
  }

  @Override
  public int workspace() {
    return toSize;
  }

  @Override
  public void multiplyAdd(float[] x, int xAt, float[] y, int yAt, float[] sums) {
    Arrays.fill(sums, 0, toSize, 0);
    int from = 0;
    for (; from <= columns.length - AT_ONCE; from += AT_ONCE) {
      addFour(from, x, xAt + from, sums);
    }
    for (; from < columns.length; from++) {
      addOne(columns[from], x[xAt + from], sums);
    }
    for (int to = 0; to < toSize; to++) {
      y[yAt + to] += sums[to];
    }
  }

  private void addFour(int from, float[] x, int at, float[] sums) {
    float[] c0 = columns[from];
    float[] c1 = columns[from + 1];
    float[] c2 = columns[from + 2];
    float[] c3 = columns[from + 3];
    float x0 = x[at];
    float x1 = x[at + 1];
    float x2 = x[at + 2];
    float x3 = x[at + 3];
    for (int to = 0; to < toSize; to++) {
      sums[to] += c0[to] * x0 + c1[to] * x1 + (c2[to] * x2 + c3[to] * x3);
    }
  }

  private void addOne(float[] column, float factor, float[] sums) {
    for (int to = 0; to < toSize; to++) {
      sums[to] += column[to] * factor;
    }
  }
}
