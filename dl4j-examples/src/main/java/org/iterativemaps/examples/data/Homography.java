package org.iterativemaps.examples.data;

import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.DecompositionSolver;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * A map of the plane that takes lines to lines,
 *
 * <pre>    (x, y) to ((a x + b y + c), (d x + e y + f)) / (g x + h y + 1)</pre>
 *
 * <p>and images warped by it, as torchvision's {@code RandomPerspective} warps images of the Python
 * Imaging Library.
 */
record Homography(double a, double b, double c, double d, double e, double f, double g, double h) {

  /**
   * The homography that takes four points to four others. If three of the first ones lie on a line
   * there is none, and the result is the least-squares solution of least norm of its equations.
   *
   * @param from four points {x, y}
   * @param to four points
   */
  static Homography between(double[][] from, double[][] to) {
    double[][] rows = new double[8][];
    double[] right = new double[8];
    for (int i = 0; i < 4; i++) {
      double x = from[i][0];
      double y = from[i][1];
      right[2 * i] = to[i][0];
      right[2 * i + 1] = to[i][1];
      rows[2 * i] = new double[] {x, y, 1, 0, 0, 0, -to[i][0] * x, -to[i][0] * y};
      rows[2 * i + 1] = new double[] {0, 0, 0, x, y, 1, -to[i][1] * x, -to[i][1] * y};
    }
    RealMatrix matrix = new Array2DRowRealMatrix(rows, false);
    DecompositionSolver solver = new LUDecomposition(matrix).getSolver();
    if (!solver.isNonSingular()) {
      solver = new SingularValueDecomposition(matrix).getSolver();
    }
    double[] s = solver.solve(new ArrayRealVector(right, false)).toArray();
    return new Homography(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
  }

  /**
   * Where the pixels of a randomly distorted picture come from. Its corners move inwards by whole
   * pixels, each coordinate by 0 to ⌊distortion · ⌊side / 2⌋⌋, uniform and independent. Corners are
   * the places (0, 0) to (side - 1, side - 1).
   *
   * @param side height and width of the picture
   * @param distortion 0 to 1
   * @param random decides
   * @return from places of the result to places of the picture
   */
  static Homography random(int side, double distortion, Random random) {
    int bound = (int) (distortion * (side / 2)) + 1;
    double end = side - 1;
    double[][] corners = {{0, 0}, {end, 0}, {end, end}, {0, end}};
    double[][] moved = new double[4][2];
    for (int i = 0; i < 4; i++) {
      for (int axis = 0; axis < 2; axis++) {
        int inwards = random.nextInt(bound);
        moved[i][axis] = corners[i][axis] == 0 ? inwards : end - inwards;
      }
    }
    return between(moved, corners);
  }

  /** The image {x, y} of a point; not finite where the denominator is zero. */
  double[] map(double x, double y) {
    double denominator = g * x + h * y + 1;
    return new double[] {(a * x + b * y + c) / denominator, (d * x + e * y + f) / denominator};
  }

  /**
   * The picture whose pixels come from where this map takes them. Pixel (i, j) lies at (i + 1/2, j
   * + 1/2). Between the middles of pixels the levels are interpolated bilinearly, to the edges they
   * are those of the outermost pixels, outside they are 0; results are rounded down to levels.
   *
   * @param levels side · side of them, as {@link GreyLevels}; not modified
   * @param side height and width
   * @return a new image
   */
  float[] warp(float[] levels, int side) {
    float[] warped = new float[side * side];
    for (int row = 0; row < side; row++) {
      double v = row + 0.5;
      for (int column = 0; column < side; column++) {
        double u = column + 0.5;
        double denominator = g * u + h * v + 1;
        double x = (a * u + b * v + c) / denominator;
        double y = (d * u + e * v + f) / denominator;
        if (x >= 0 && x < side && y >= 0 && y < side) {
          warped[row * side + column] = (int) interpolate(levels, side, x - 0.5, y - 0.5);
        }
      }
    }
    return warped;
  }

  private static double interpolate(float[] levels, int side, double x, double y) {
    int left = x < 0 ? -1 : (int) x;
    int top = y < 0 ? -1 : (int) y;
    double right = x - left;
    double down = y - top;
    int x0 = Math.max(left, 0);
    int x1 = Math.min(left + 1, side - 1);
    int upper = Math.max(top, 0) * side;
    int lower = Math.min(top + 1, side - 1) * side;
    double above = levels[upper + x0] + (levels[upper + x1] - levels[upper + x0]) * right;
    double below = levels[lower + x0] + (levels[lower + x1] - levels[lower + x0]) * right;
    return above + (below - above) * down;
  }
}
