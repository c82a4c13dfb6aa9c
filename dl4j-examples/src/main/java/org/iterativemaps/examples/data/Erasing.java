package org.iterativemaps.examples.data;

import java.util.Arrays;
import java.util.Random;

/**
 * Sets a random rectangle to zero, as torchvision's {@code RandomErasing} does: its share of the
 * area is uniform, the logarithm of its height over its width too; both sides are then rounded. One
 * that does not fit inside is drawn again, ten times at most; then nothing is erased.
 *
 * @param leastArea share of the picture's area
 * @param greatestArea share of the picture's area
 * @param leastAspect height over width
 * @param greatestAspect height over width
 */
record Erasing(double leastArea, double greatestArea, double leastAspect, double greatestAspect) {

  private static final int TRIES = 10;

  /**
   * Part of a picture.
   *
   * @param top first row
   * @param left first column
   * @param height in pixels
   * @param width in pixels; 0 by 0 is nothing
   */
  record Rectangle(int top, int left, int height, int width) {}

  /** Draws a rectangle, lower and narrower than the picture. */
  Rectangle draw(int side, Random random) {
    double low = StrictMath.log(leastAspect);
    double high = StrictMath.log(greatestAspect);
    for (int i = 0; i < TRIES; i++) {
      double area = side * side * (leastArea + (greatestArea - leastArea) * random.nextDouble());
      double aspect = StrictMath.exp(low + (high - low) * random.nextDouble());
      int height = (int) Math.rint(Math.sqrt(area * aspect));
      int width = (int) Math.rint(Math.sqrt(area / aspect));
      if (height < side && width < side) {
        int top = random.nextInt(side - height + 1);
        int left = random.nextInt(side - width + 1);
        return new Rectangle(top, left, height, width);
      }
    }
    return new Rectangle(0, 0, 0, 0);
  }

  /**
   * A picture with a hole.
   *
   * @param image side · side values; not modified
   * @param side height and width
   * @param random decides where
   * @return a new image
   */
  float[] apply(float[] image, int side, Random random) {
    Rectangle hole = draw(side, random);
    float[] erased = image.clone();
    for (int row = hole.top; row < hole.top + hole.height; row++) {
      int start = row * side + hole.left;
      Arrays.fill(erased, start, start + hole.width, 0);
    }
    return erased;
  }
}
