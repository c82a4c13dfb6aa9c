package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;

class HomographyTest {

  private static final double[][] UNIT = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};

  private static Homography random(Random random) {
    double[] s = random.doubles(8, -1, 1).toArray();
    return new Homography(1 + s[0], s[1], s[2], s[3], 1 + s[4], s[5], s[6] / 4, s[7] / 4);
  }

  private static double[][] images(Homography map, double[][] points) {
    return Arrays.stream(points).map(p -> map.map(p[0], p[1])).toArray(double[][]::new);
  }

  private static RealMatrix matrix(Homography m) {
    return new Array2DRowRealMatrix(
        new double[][] {{m.a(), m.b(), m.c()}, {m.d(), m.e(), m.f()}, {m.g(), m.h(), 1}});
  }

  private static double[] coefficients(Homography m) {
    return new double[] {m.a(), m.b(), m.c(), m.d(), m.e(), m.f(), m.g(), m.h()};
  }

  @Test
  void takesFourPointsToFourPoints() {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      double[][] to = images(random(random), UNIT);
      double[][] from = images(random(random), UNIT);
      Homography map = Homography.between(from, to);
      double[][] found = images(map, from);
      double[][] back = images(Homography.between(to, from), found);
      for (int corner = 0; corner < 4; corner++) {
        assertArrayEquals(to[corner], found[corner], 1e-7, "map " + i + ", " + corner);
        assertArrayEquals(from[corner], back[corner], 1e-7, "map " + i + ", " + corner);
      }
    }
  }

  /** Four points determine it: the map that made them comes out again. */
  @Test
  void findsTheMapThatMovedThePoints() {
    Random random = new Random(2);
    for (int i = 0; i < 200; i++) {
      Homography map = random(random);
      Homography found = Homography.between(UNIT, images(map, UNIT));
      assertArrayEquals(coefficients(map), coefficients(found), 1e-7, "map " + i);
    }
    Homography moved = Homography.between(UNIT, new double[][] {{3, -1}, {5, -1}, {5, 1}, {3, 1}});
    assertArrayEquals(new double[] {2, 0, 3, 0, 2, -1, 0, 0}, coefficients(moved), 1e-12);
  }

  /** The inverse is that of the 3 by 3 matrices. */
  @Test
  void theMapBackIsTheInverseMatrix() {
    Random random = new Random(3);
    for (int i = 0; i < 100; i++) {
      Homography map = random(random);
      double[][] to = images(map, UNIT);
      RealMatrix inverse = MatrixUtils.inverse(matrix(map));
      RealMatrix scaled = inverse.scalarMultiply(1 / inverse.getEntry(2, 2));
      RealMatrix found = matrix(Homography.between(to, UNIT));
      double size = Math.max(1, scaled.getNorm());
      assertEquals(0, scaled.subtract(found).getNorm() / size, 1e-6, "map " + i);
    }
  }

  @Test
  void pointsOnALineGiveSomethingFinite() {
    double[][] bent = {{13, 14}, {27, 0}, {49, 49}, {0, 27}};
    double[][] corners = {{0, 0}, {49, 0}, {49, 49}, {0, 49}};
    for (double coefficient : coefficients(Homography.between(bent, corners))) {
      assertTrue(Double.isFinite(coefficient));
    }
  }

  @Test
  void theIdentityChangesNothingAndShiftsShift() {
    float[] levels = TorchvisionNumbers.randomLevels(9, 4);
    assertArrayEquals(levels, new Homography(1, 0, 0, 0, 1, 0, 0, 0).warp(levels, 9));
    float[] moved = new Homography(1, 0, 2, 0, 1, -1, 0, 0).warp(levels, 9);
    for (int row = 0; row < 9; row++) {
      for (int column = 0; column < 9; column++) {
        boolean inside = row >= 1 && column + 2 < 9;
        float expected = inside ? levels[(row - 1) * 9 + column + 2] : 0;
        assertEquals(expected, moved[row * 9 + column], row + "," + column);
      }
    }
  }

  /** Against a sum over all pixels, each with a pyramid around its middle. */
  @Test
  void samplesBilinearly() {
    Random random = new Random(5);
    int side = 12;
    for (int i = 0; i < 40; i++) {
      float[] levels = TorchvisionNumbers.randomLevels(side, i);
      Homography map = Homography.random(side, 0.5, random);
      float[] warped = map.warp(levels, side);
      for (int p = 0; p < warped.length; p++) {
        double[] place = map.map(p % side + 0.5, p / side + 0.5);
        boolean inside = place[0] >= 0 && place[0] < side && place[1] >= 0 && place[1] < side;
        double expected = 0;
        for (int q = 0; inside && q < levels.length; q++) {
          double x = Math.min(Math.max(place[0] - 0.5, 0), side - 1);
          double y = Math.min(Math.max(place[1] - 0.5, 0), side - 1);
          expected +=
              Math.max(0, 1 - Math.abs(x - q % side))
                  * Math.max(0, 1 - Math.abs(y - q / side))
                  * levels[q];
        }
        assertTrue(
            warped[p] == Math.floor(expected - 1e-6) || warped[p] == Math.floor(expected + 1e-6),
            "map " + i + ", pixel " + p + ": " + warped[p] + ", expected " + expected);
      }
    }
  }

  @Test
  void givesTheCoefficientsAndPixelsOfTorchvision() {
    JsonNode numbers = TorchvisionNumbers.read();
    float[] levels = TorchvisionNumbers.floats(numbers.get("levels"));
    double[][] start = {{0, 0}, {49, 0}, {49, 49}, {0, 49}};
    for (JsonNode perspective : numbers.get("perspectives")) {
      String which = perspective.get("corners").toString();
      double[][] corners = new double[4][2];
      for (int i = 0; i < 8; i++) {
        corners[i / 2][i % 2] = perspective.get("corners").get(i / 2).get(i % 2).doubleValue();
      }
      Homography map = Homography.between(corners, start);
      double[] found = coefficients(map);
      for (int i = 0; i < 8; i++) {
        double expected = perspective.get("coefficients").get(i).doubleValue();
        assertEquals(expected, found[i], 1e-6 * (1 + Math.abs(expected)), which);
      }
      float[] expected = TorchvisionNumbers.floats(perspective.get("warped"));
      float[] warped = map.warp(levels, TorchvisionNumbers.SIDE);
      int different = 0; // rounded down: the last digit of a coefficient may decide
      for (int p = 0; p < expected.length; p++) {
        assertEquals(expected[p], warped[p], 1, which + " " + p);
        different += expected[p] == warped[p] ? 0 : 1;
      }
      assertTrue(different <= 5, which + ": " + different + " pixels");
    }
  }

  /** Where a random map takes the corners back to: all whole pixels up to the bound alike. */
  @Test
  void cornersMoveInwardsByWholePixels() {
    Random random = new Random(6);
    double[][] corners = {{0, 0}, {49, 0}, {49, 49}, {0, 49}};
    long[][] inwards = new long[8][13];
    double[] even = new double[13];
    Arrays.fill(even, 1);
    for (int i = 0; i < 4000; i++) {
      RealMatrix back = MatrixUtils.inverse(matrix(Homography.random(50, 0.5, random)));
      for (int c = 0; c < 4; c++) {
        double[] place = back.operate(new double[] {corners[c][0], corners[c][1], 1});
        for (int axis = 0; axis < 2; axis++) {
          double moved = Math.abs(place[axis] / place[2] - corners[c][axis]);
          assertEquals(Math.rint(moved), moved, 1e-6);
          inwards[2 * c + axis][(int) Math.rint(moved)]++;
        }
      }
    }
    for (long[] counts : inwards) {
      double p = new ChiSquareTest().chiSquareTest(even, counts);
      assertTrue(p > 1e-3, p + " " + Arrays.toString(counts));
    }
  }
}
