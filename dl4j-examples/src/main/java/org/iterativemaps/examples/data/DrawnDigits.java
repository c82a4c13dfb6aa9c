package org.iterativemaps.examples.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Digits drawn by the program, for when MNIST is not at hand: strokes with random slant, turn,
 * scale, place, thickness and unsteady hand. The same seed gives the same pixels on every JVM.
 */
public final class DrawnDigits {

  private static final double BODY = 0.72;
  private static final double NARROW = 0.78;

  private DrawnDigits() {}

  /**
   * Draws a data set; the classes come in random order, each about equally often.
   *
   * @param count how many images
   * @param side height and width in pixels, at least 8; MNIST has 28
   * @param seed of all that is random
   * @return the images
   */
  public static DigitImages make(int count, int side, long seed) {
    if (count < 1) {
      throw new IllegalArgumentException("count: found " + count + ", expected at least 1");
    }
    List<float[]> pixels = new ArrayList<>(count);
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      Random random = Seeds.of(seed, i);
      labels[i] = random.nextInt(DigitImages.CLASSES);
      pixels.add(draw(labels[i], side, random));
    }
    return new DigitImages(side, pixels, labels);
  }

  /**
   * Draws one digit.
   *
   * @param digit 0 to 9
   * @param side height and width in pixels, at least 8
   * @param random decides everything else
   * @return side · side values, row by row, 0 (paper) to 1 (ink)
   */
  public static float[] draw(int digit, int side, Random random) {
    if (digit < 0 || digit >= DigitImages.CLASSES) {
      throw new IllegalArgumentException("digit: found " + digit + ", expected 0 to 9");
    }
    if (side < 8) {
      throw new IllegalArgumentException("side: found " + side + ", expected at least 8");
    }
    double[][] strokes = DigitStrokes.of(digit, random.nextInt(DigitStrokes.ways(digit)));
    double slant = between(random, -0.1, 0.35);
    double turn = between(random, -0.15, 0.15);
    double wide = BODY * NARROW * between(random, 0.8, 1.15);
    double tall = BODY * between(random, 0.88, 1.12);
    double moveX = between(random, -0.06, 0.06);
    double moveY = between(random, -0.06, 0.06);
    double thickness = between(random, 0.055, 0.125);
    double cos = StrictMath.cos(turn);
    double sin = StrictMath.sin(turn);
    Ink ink = new Ink();
    for (double[] stroke : strokes) {
      double[] placed = new double[stroke.length];
      for (int i = 0; i < stroke.length; i += 2) {
        double y = tall * (stroke[i + 1] - 0.5 + 0.018 * random.nextGaussian());
        double x = wide * (stroke[i] - 0.5 + 0.018 * random.nextGaussian()) - slant * y;
        placed[i] = side * (0.5 + moveX + cos * x - sin * y);
        placed[i + 1] = side * (0.5 + moveY + sin * x + cos * y);
      }
      ink.curve(placed);
    }
    ink.moveInside(side, side * thickness / 2 + 1.5);
    return ink.pixels(side, side * thickness);
  }

  private static double between(Random random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }
}
