package org.iterativemaps.examples.data;

/**
 * Sharpens as torchvision's {@code adjust_sharpness} does: image + (factor - 1) (image - smoothed),
 * clamped to 0 to 1. Smoothed is a mean over 3 by 3 pixels, in which the middle counts five times;
 * the outermost pixels stay as they are.
 */
final class Sharpness {
  private Sharpness() {}

  /**
   * A sharpened picture.
   *
   * @param values side · side of them, 0 to 1; not modified
   * @param side height and width
   * @param factor 1 changes nothing
   * @return a new image
   */
  static float[] apply(float[] values, int side, float factor) {
    float[] sharp = values.clone();
    for (int row = 1; row < side - 1; row++) {
      for (int column = 1; column < side - 1; column++) {
        int p = row * side + column;
        float above = values[p - side - 1] + values[p - side] + values[p - side + 1];
        float below = values[p + side - 1] + values[p + side] + values[p + side + 1];
        float smoothed = (above + below + values[p - 1] + values[p + 1] + 5 * values[p]) / 13;
        float value = values[p] + (factor - 1) * (values[p] - smoothed);
        sharp[p] = Math.max(0, Math.min(1, value));
      }
    }
    return sharp;
  }
}
