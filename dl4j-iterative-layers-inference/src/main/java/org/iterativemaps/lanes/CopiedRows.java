package org.iterativemaps.lanes;

import java.util.Arrays;

/**
 * Rows of lanes, each copied to an array of its own, and sums of them.
 *
 * <p>C2 makes vector instructions of a loop over the same index of several arrays, and not of one
 * over rows of an array: those it has to suppose to overlap. Where a row is read often enough, the
 * copy is cheap. The sums are those of {@link EightLanes}, bit by bit: one entry after the other.
 *
 * <p>One per thread, of which the threads that share the work are others from call to call. It
 * keeps as many rows as were asked for at once, at most: some half a megabyte, which no kernel
 * counts as its own.
 */
final class CopiedRows {
  /** Shorter rows are slower than sums in local variables. */
  private static final int LEAST_LANES = 32;

  private static final ThreadLocal<CopiedRows> OF_THREAD = ThreadLocal.withInitial(CopiedRows::new);

  private float[][] rows = new float[0][];
  private float[] sum = new float[0];
  private int lanes;

  private CopiedRows() {}

  /** Those of the thread that asks. */
  static CopiedRows ofThread() {
    return OF_THREAD.get();
  }

  /** Whether rows of so many lanes gain. A power of two: offsets are shifted, not divided. */
  static boolean suits(int lanes) {
    return lanes >= LEAST_LANES && Integer.bitCount(lanes) == 1;
  }

  /**
   * Copies rows.
   *
   * @param count how many, each {@code stride} behind the one before
   */
  void copy(float[] from, int at, int stride, int count, int newLanes) {
    if (newLanes > sum.length) {
      rows = new float[0][];
      sum = new float[newLanes];
    }
    lanes = newLanes;
    if (count > rows.length) {
      int had = rows.length;
      rows = Arrays.copyOf(rows, count);
      for (int row = had; row < count; row++) {
        rows[row] = new float[sum.length];
      }
    }
    for (int row = 0; row < count; row++) {
      System.arraycopy(from, at + row * stride, rows[row], 0, lanes);
    }
  }

  /**
   * y += sum over e of w[e] row[e], for the entries from first to end.
   *
   * @param w weight of an entry at {@code entry + toWeight}
   * @param offsets of an entry, where its row was, {@code base} that of row 0
   */
  void multiplyAdd(
      int[] offsets, int first, int end, int base, float[] w, int toWeight, float[] y, int yAt) {
    int shift = Integer.numberOfTrailingZeros(lanes);
    System.arraycopy(y, yAt, sum, 0, lanes);
    int e = first;
    for (; e + 4 <= end; e += 4) {
      int weight = e + toWeight;
      addFour(
          w[weight],
          rows[offsets[e] - base >> shift],
          w[weight + 1],
          rows[offsets[e + 1] - base >> shift],
          w[weight + 2],
          rows[offsets[e + 2] - base >> shift],
          w[weight + 3],
          rows[offsets[e + 3] - base >> shift],
          lanes,
          sum);
    }
    for (; e < end; e++) {
      addOne(w[e + toWeight], rows[offsets[e] - base >> shift], lanes, sum);
    }
    System.arraycopy(sum, 0, y, yAt, lanes);
  }

  /**
   * y += sum over d of w[d] row[d], for the first rows.
   *
   * @param stride from weight to weight
   */
  void multiplyAdd(int depth, float[] w, int wAt, int stride, float[] y, int yAt) {
    System.arraycopy(y, yAt, sum, 0, lanes);
    int d = 0;
    for (; d + 4 <= depth; d += 4) {
      int at = wAt + d * stride;
      addFour(
          w[at],
          rows[d],
          w[at + stride],
          rows[d + 1],
          w[at + 2 * stride],
          rows[d + 2],
          w[at + 3 * stride],
          rows[d + 3],
          lanes,
          sum);
    }
    for (; d < depth; d++) {
      addOne(w[wAt + d * stride], rows[d], lanes, sum);
    }
    System.arraycopy(sum, 0, y, yAt, lanes);
  }

  private static void addFour(
      float a,
      float[] x0,
      float b,
      float[] x1,
      float c,
      float[] x2,
      float d,
      float[] x3,
      int lanes,
      float[] y) {
    for (int lane = 0; lane < lanes; lane++) {
      y[lane] = y[lane] + a * x0[lane] + b * x1[lane] + c * x2[lane] + d * x3[lane];
    }
  }

  private static void addOne(float a, float[] x, int lanes, float[] y) {
    for (int lane = 0; lane < lanes; lane++) {
      y[lane] += a * x[lane];
    }
  }
}
