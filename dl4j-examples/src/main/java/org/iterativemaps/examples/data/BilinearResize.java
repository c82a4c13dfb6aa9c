package org.iterativemaps.examples.data;

import java.util.Arrays;

/**
 * Resizes square images of {@link GreyLevels} as the Python Imaging Library's bilinear filter does:
 * columns first, then rows, each result rounded to a level. Pixel i lies at i + 1/2; a pixel of the
 * result is the mean of the pixels around its place, with weights that fall off in a straight line
 * to zero at a distance of one pixel, or of one pixel of the result where that is larger. At the
 * edges the weights of the pixels that are there are scaled to the sum 1.
 */
final class BilinearResize {

  private static final int FRACTION_BITS = 22;
  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private final int from;
  private final int to;

  /** The first source of each pixel of the result. */
  private final int[] first;

  /** The weights of that source and those after it, in fixed point, which decides of halves. */
  private final int[][] weights;

  BilinearResize(int from, int to) {
    this.from = from;
    this.to = to;
    first = new int[to];
    weights = new int[to][];
    double scale = (double) from / to;
    double reach = Math.max(1, scale);
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * scale;
      first[i] = Math.max(0, (int) (centre - reach + 0.5));
      double[] raw = new double[Math.min(from, (int) (centre + reach + 0.5)) - first[i]];
      double sum = 0;
      for (int j = 0; j < raw.length; j++) {
        raw[j] = Math.max(0, 1 - Math.abs(first[i] + j + 0.5 - centre) / reach);
        sum += raw[j];
      }
      weights[i] = new int[raw.length];
      for (int j = 0; j < raw.length; j++) {
        weights[i][j] = (int) (0.5 + raw[j] / sum * (1 << FRACTION_BITS));
      }
    }
  }

  /** A new image of to · to levels. */
  float[] apply(float[] levels) {
    int[] wide = new int[from * to];
    for (int row = 0; row < from; row++) {
      for (int column = 0; column < to; column++) {
        int[] own = weights[column];
        int sum = HALF;
        for (int j = 0; j < own.length; j++) {
          sum += own[j] * (int) levels[row * from + first[column] + j];
        }
        wide[row * to + column] = sum >> FRACTION_BITS;
      }
    }
    float[] resized = new float[to * to];
    int[] sums = new int[to];
    for (int row = 0; row < to; row++) {
      Arrays.fill(sums, HALF);
      for (int j = 0; j < weights[row].length; j++) {
        int weight = weights[row][j];
        int source = (first[row] + j) * to;
        for (int column = 0; column < to; column++) {
          sums[column] += weight * wide[source + column];
        }
      }
      for (int column = 0; column < to; column++) {
        resized[row * to + column] = sums[column] >> FRACTION_BITS;
      }
    }
    return resized;
  }
}
