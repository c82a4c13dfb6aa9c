package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.iterativemaps.examples.data.Erasing.Rectangle;
import org.junit.jupiter.api.Test;

class ErasingTest {

  private static final Erasing PUBLISHED = new Erasing(0.1, 0.2, 0.3, 3.3);
  private static final int DRAWS = 10_000;

  private static void assertUniform(double low, double high, double[] values) {
    double p =
        new KolmogorovSmirnovTest()
            .kolmogorovSmirnovTest(new UniformRealDistribution(low, high), values, false);
    assertTrue(p > 1e-3, "p = " + p);
  }

  /** On a picture so large that whole pixels do not matter. */
  @Test
  void areaLogarithmOfAspectAndPlaceAreUniform() {
    int side = 20_000;
    Random random = new Random(1);
    double[] area = new double[DRAWS];
    double[] aspect = new double[DRAWS];
    double[] top = new double[DRAWS];
    double[] left = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      Rectangle hole = PUBLISHED.draw(side, random);
      area[i] = (double) hole.height() * hole.width() / side / side;
      aspect[i] = Math.log((double) hole.height() / hole.width());
      top[i] = (double) hole.top() / (side - hole.height());
      left[i] = (double) hole.left() / (side - hole.width());
    }
    assertUniform(0.1, 0.2, area);
    assertUniform(Math.log(0.3), Math.log(3.3), aspect);
    assertUniform(0, 1, top);
    assertUniform(0, 1, left);
  }

  @Test
  void holesLieInsideAndAreZeroAlone() {
    Random random = new Random(2);
    float[] ones = new float[2500];
    Arrays.fill(ones, 1);
    boolean[] touched = new boolean[4];
    for (int i = 0; i < DRAWS; i++) {
      long seed = random.nextLong();
      Rectangle hole = PUBLISHED.draw(50, new Random(seed));
      assertTrue(hole.height() < 50 && hole.width() < 50, hole.toString());
      assertTrue(hole.top() >= 0 && hole.top() + hole.height() <= 50, hole.toString());
      assertTrue(hole.left() >= 0 && hole.left() + hole.width() <= 50, hole.toString());
      // Rounding moves each side by half a pixel at most; the shortest is 8.7 pixels.
      int area = hole.height() * hole.width();
      assertTrue(area > 250 * 0.92 && area < 500 * 1.08, hole.toString());
      touched[0] |= hole.top() == 0;
      touched[1] |= hole.left() == 0;
      touched[2] |= hole.top() + hole.height() == 50;
      touched[3] |= hole.left() + hole.width() == 50;
      if (i < 200) {
        float[] erased = PUBLISHED.apply(ones, 50, new Random(seed));
        for (int p = 0; p < 2500; p++) {
          int row = p / 50 - hole.top();
          int column = p % 50 - hole.left();
          boolean inside = row >= 0 && row < hole.height() && column >= 0 && column < hole.width();
          assertEquals(inside ? 0 : 1, erased[p], hole + " " + p);
        }
      }
    }
    assertArrayEquals(new boolean[] {true, true, true, true}, touched);
  }

  @Test
  void whatDoesNotFitIsDrawnAgainAndInTheEndLeftOut() {
    float[] levels = TorchvisionNumbers.randomLevels(50, 3);
    assertArrayEquals(levels, new Erasing(1, 1, 1, 1).apply(levels, 50, new Random(4)));
    Erasing large = new Erasing(0.7, 0.9, 0.3, 3.3);
    Random random = new Random(5);
    int none = 0;
    for (int i = 0; i < DRAWS; i++) {
      Rectangle hole = large.draw(50, random);
      assertTrue(hole.height() < 50 && hole.width() < 50, hole.toString());
      none += hole.height() == 0 ? 1 : 0;
    }
    // A try fits if area · aspect and area / aspect stay below 49.5² / 50²: integrated by hand.
    double share = 0;
    int cells = 20_000;
    for (int i = 0; i < cells; i++) {
      double area = 0.7 + 0.2 * (i + 0.5) / cells;
      share += 2 * Math.log(49.5 * 49.5 / 2500 / area) / Math.log(3.3 / 0.3) / cells;
    }
    double expected = Math.pow(1 - share, 10);
    double deviation = Math.sqrt(expected * (1 - expected) / DRAWS);
    assertEquals(expected, (double) none / DRAWS, 4 * deviation);
  }
}
