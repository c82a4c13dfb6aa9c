package org.iterativemaps.examples.data;

/**
 * Resizes square images of {@link GreyLevels} as the Python Imaging Library's bilinear filter does:
 * columns first, then rows, each result rounded to a level. Pixel i lies at i + 1/2; a pixel of the
 * result is the mean of the pixels around its place, with weights that fall off in a straight line
 * to zero at a distance of one pixel, or of one pixel of the result where that is larger. At the
 * edges the weights of the pixels that are there are scaled to the sum 1.
 */
final class BilinearResize {

  private final int from;
  private final int to;

  /** The first source of each pixel of the result. */
  private final int[] first;

  /** The weights of that source and those after it. */
  private final float[][] weights;

  BilinearResize(int from, int to) {
    this.from = from;
    this.to = to;
    first = new int[to];
    weights = new float[to][];
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
      weights[i] = new float[raw.length];
      for (int j = 0; j < raw.length; j++) {
        weights[i][j] = (float) (raw[j] / sum);
      }
    }
  }

  /** A new image of to · to levels. */
  float[] apply(float[] levels) {
    float[] wide = new float[from * to];
    for (int row = 0; row < from; row++) {
      for (int column = 0; column < to; column++) {
        float[] own = weights[column];
        float sum = 0;
        for (int j = 0; j < own.length; j++) {
          sum += own[j] * levels[row * from + first[column] + j];
        }
        wide[row * to + column] = (int) (sum + 0.5f);
      }
    }
    float[] resized = new float[to * to];
    for (int row = 0; row < to; row++) {
      float[] own = weights[row];
      int start = row * to;
      for (int j = 0; j < own.length; j++) {
        int source = (first[row] + j) * to;
        for (int column = 0; column < to; column++) {
          resized[start + column] += own[j] * wide[source + column];
        }
      }
      for (int column = 0; column < to; column++) {
        resized[start + column] = (int) (resized[start + column] + 0.5f);
      }
    }
    return resized;
  }
}
