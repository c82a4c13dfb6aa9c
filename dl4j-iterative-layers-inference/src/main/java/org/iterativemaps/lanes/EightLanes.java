package org.iterativemaps.lanes;

/**
 * Products on eight lanes of a tile, in plain Java: with eight sums, or eight factors, in local
 * variables. What C2 makes of a loop over the lanes of two rows of an array is half as fast.
 */
final class EightLanes {
  private EightLanes() {}

  /** y += sum over a run's entries of w x, for eight lanes. */
  static void multiplyAdd(
      int[] offsets,
      int first,
      int end,
      float[] w,
      int toEntry,
      float[] x,
      int xAt,
      float[] y,
      int at) {
    float a = y[at];
    float b = y[at + 1];
    float c = y[at + 2];
    float d = y[at + 3];
    float e = y[at + 4];
    float f = y[at + 5];
    float g = y[at + 6];
    float h = y[at + 7];
    for (int place = first; place < end; place++) {
      float weight = w[place + toEntry];
      int from = xAt + offsets[place];
      a += weight * x[from];
      b += weight * x[from + 1];
      c += weight * x[from + 2];
      d += weight * x[from + 3];
      e += weight * x[from + 4];
      f += weight * x[from + 5];
      g += weight * x[from + 6];
      h += weight * x[from + 7];
    }
    y[at] = a;
    y[at + 1] = b;
    y[at + 2] = c;
    y[at + 3] = d;
    y[at + 4] = e;
    y[at + 5] = f;
    y[at + 6] = g;
    y[at + 7] = h;
  }

  /**
   * y += sum over d of w[d] x[d].
   *
   * @param wStride from weight to weight
   * @param xStride from row to row
   */
  static void multiplyAdd(
      int depth,
      float[] w,
      int wAt,
      int wStride,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int at) {
    float a = y[at];
    float b = y[at + 1];
    float c = y[at + 2];
    float d = y[at + 3];
    float e = y[at + 4];
    float f = y[at + 5];
    float g = y[at + 6];
    float h = y[at + 7];
    int from = xAt;
    for (int row = 0; row < depth; row++) {
      float weight = w[wAt + row * wStride];
      a += weight * x[from];
      b += weight * x[from + 1];
      c += weight * x[from + 2];
      d += weight * x[from + 3];
      e += weight * x[from + 4];
      f += weight * x[from + 5];
      g += weight * x[from + 6];
      h += weight * x[from + 7];
      from += xStride;
    }
    y[at] = a;
    y[at + 1] = b;
    y[at + 2] = c;
    y[at + 3] = d;
    y[at + 4] = e;
    y[at + 5] = f;
    y[at + 6] = g;
    y[at + 7] = h;
  }

  /** dw += sum of dy x over eight lanes, for the entries of a run. */
  static void outerAdd(
      int[] offsets,
      int first,
      int end,
      float[] dy,
      int at,
      float[] x,
      int xAt,
      float[] dw,
      int toPacked) {
    float a = dy[at];
    float b = dy[at + 1];
    float c = dy[at + 2];
    float d = dy[at + 3];
    float e = dy[at + 4];
    float f = dy[at + 5];
    float g = dy[at + 6];
    float h = dy[at + 7];
    for (int place = first; place < end; place++) {
      int from = xAt + offsets[place];
      dw[place + toPacked] +=
          a * x[from]
              + b * x[from + 1]
              + (c * x[from + 2] + d * x[from + 3])
              + (e * x[from + 4] + f * x[from + 5] + (g * x[from + 6] + h * x[from + 7]));
    }
  }
}
