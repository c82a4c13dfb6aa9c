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
    // Whole pictures in loops without offsets, which the JVM makes vector instructions of.
    int half = kernel.length / 2;
    int width = side + 2 * half;
    float[] padded = new float[side * width];
    for (int row = 0; row < side; row++) {
      for (int i = 0; i < width; i++) {
        padded[row * width + i] = values[row * side + reflected(i - half, side)];
      }
    }
    float[] moved = new float[side * width];
    float[] wide = new float[side * width]; // the last columns of each row are of no use
    int end = side * width - 2 * half;
    for (int k = 0; k < kernel.length; k++) {
      System.arraycopy(padded, k, moved, 0, end);
      addTo(wide, kernel[k], moved, end);
    }
    float[] high = new float[width * side];
    for (int row = 0; row < width; row++) {
      System.arraycopy(wide, reflected(row - half, side) * width, high, row * side, side);
    }
    float[] blurred = new float[side * side];
    for (int k = 0; k < kernel.length; k++) {
      System.arraycopy(high, k * side, moved, 0, blurred.length);
      addTo(blurred, kernel[k], moved, blurred.length);
    }
    return blurred;
  }

  private static void addTo(float[] sums, float weight, float[] values, int count) {
    for (int p = 0; p < count; p++) {
      sums[p] += weight * values[p];
    }
  }

  private static int reflected(int place, int side) {
    int positive = Math.abs(place);
    return positive < side ? positive : 2 * (side - 1) - positive;
  }
}
