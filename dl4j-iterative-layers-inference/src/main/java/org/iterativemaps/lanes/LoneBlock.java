package org.iterativemaps.lanes;

import java.util.Arrays;

/**
 * One block for one sample, whose units lie side by side: y += W x with vectors of units, not of
 * samples. Where a tile would hold one sample, all its lanes but one are in vain.
 *
 * <p>Immutable and safe to share. Arguments are not checked.
 */
public final class LoneBlock {
  private static final int COLUMNS = 4;

  private final int fromSize;
  private final int toSize;
  private final float[][] columns; // of a dense block [from][to]; else null
  private final float[] weights; // [entry]
  private final int[] starts; // by target unit
  private final int[] sources; // by entry

  /**
   * Lays out a block.
   *
   * @param values [entry], in the mask's order; copied
   */
  public LoneBlock(Mask mask, float[] values) {
    fromSize = mask.fromSize();
    toSize = mask.toSize();
    if (mask.isDense()) {
      columns = new float[fromSize][toSize];
      for (int to = 0; to < toSize; to++) {
        for (int from = 0; from < fromSize; from++) {
          columns[from][to] = values[to * fromSize + from];
        }
      }
      weights = null;
      starts = null;
      sources = null;
      return;
    }
    columns = null;
    weights = values.clone();
    starts = new int[toSize + 1];
    sources = new int[values.length];
    for (int to = 0; to <= toSize; to++) {
      starts[to] = mask.targetStart(to);
    }
    for (int entry = 0; entry < sources.length; entry++) {
      sources[entry] = mask.source(entry);
    }
  }

  /**
   * y += W x.
   *
   * @param x [from], from {@code xAt} on
   * @param y [to], from {@code yAt} on; added to, and not overlapping x
   * @param sums workspace of [to] at its beginning; may be the array of x and y
   */
  public void multiplyAdd(float[] x, int xAt, float[] y, int yAt, float[] sums) {
    if (columns != null) {
      multiplyColumns(x, xAt, y, yAt, sums);
    } else {
      multiplyRows(x, xAt, y, yAt);
    }
  }

  /**
   * Column by column. C2 makes vectors of loops over the beginnings of several arrays, not over
   * places within them, which takes three times as long: so every column is an array of its own,
   * and sums are at the beginning of one.
   */
  private void multiplyColumns(float[] x, int xAt, float[] y, int yAt, float[] sums) {
    Arrays.fill(sums, 0, toSize, 0);
    int from = 0;
    for (; from <= fromSize - COLUMNS; from += COLUMNS) {
      addFour(from, x, xAt + from, sums);
    }
    for (; from < fromSize; from++) {
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

  /** Row by row, in four sums: one alone would wait for itself. */
  private void multiplyRows(float[] x, int xAt, float[] y, int yAt) {
    float[] w = weights;
    int[] from = sources;
    int entry = 0;
    for (int to = 0; to < toSize; to++) {
      int end = starts[to + 1];
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      for (; entry <= end - 4; entry += 4) {
        s0 += w[entry] * x[xAt + from[entry]];
        s1 += w[entry + 1] * x[xAt + from[entry + 1]];
        s2 += w[entry + 2] * x[xAt + from[entry + 2]];
        s3 += w[entry + 3] * x[xAt + from[entry + 3]];
      }
      for (; entry < end; entry++) {
        s0 += w[entry] * x[xAt + from[entry]];
      }
      y[yAt + to] += s0 + s1 + (s2 + s3);
    }
  }
}
