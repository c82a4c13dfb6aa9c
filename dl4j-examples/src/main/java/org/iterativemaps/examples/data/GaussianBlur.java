package org.iterativemaps.examples.data;

/**
 * Blurs by a Gaussian, as torchvision's {@code GaussianBlur} does: weights exp(-(i / deviation)² /
 * 2) at distances i of up to half the kernel, scaled to the sum 1, along rows and along columns. At
 * the edges the picture is reflected in the middles of its outermost pixels: pixel -1 is pixel 1.
 */
final class GaussianBlur {

  private final float[] kernel;

  /**
   * Computes the weights.
   *
   * @param size how many weights there are along a row; odd
   * @param deviation of the Gaussian in pixels
   */
  GaussianBlur(int size, double deviation) {
    double[] raw = new double[size];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double distance = (i - (size - 1) / 2.0) / deviation;
      raw[i] = StrictMath.exp(-0.5 * distance * distance);
      sum += raw[i];
    }
    kernel = new float[size];
    for (int i = 0; i < size; i++) {
      kernel[i] = (float) (raw[i] / sum);
    }
  }

  /** The weights along a row; those of the picture are their products. */
  float[] kernel() {
    return kernel.clone();
  }

  /**
   * A blurred picture.
   *
   * @param values side · side of them; not modified
   * @param side height and width, more than half the kernel
   * @return a new image
   */
  float[] apply(float[] values, int side) {
    int half = kernel.length / 2;
    float[] padded = new float[side + 2 * half];
    float[] wide = new float[side * side];
    for (int row = 0; row < side; row++) {
      int start = row * side;
      for (int i = 0; i < padded.length; i++) {
        padded[i] = values[start + reflected(i - half, side)];
      }
      for (int k = 0; k < kernel.length; k++) {
        float weight = kernel[k];
        for (int column = 0; column < side; column++) {
          wide[start + column] += weight * padded[column + k];
        }
      }
    }
    float[] blurred = new float[side * side];
    for (int row = 0; row < side; row++) {
      int start = row * side;
      for (int k = 0; k < kernel.length; k++) {
        float weight = kernel[k];
        int source = reflected(row + k - half, side) * side;
        for (int column = 0; column < side; column++) {
          blurred[start + column] += weight * wide[source + column];
        }
      }
    }
    return blurred;
  }

  private static int reflected(int place, int side) {
    int positive = Math.abs(place);
    return positive < side ? positive : 2 * (side - 1) - positive;
  }
}
