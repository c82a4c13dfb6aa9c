package org.iterativemaps.examples.data;

import java.util.ArrayList;
import java.util.List;

/** Curved lines of a given thickness on a square of pixels, by each pixel's distance to them. */
final class Ink {

  private static final int PIECES = 6;
  private static final int LEVELS = 255;

  private final List<double[]> segments = new ArrayList<>();

  /**
   * Adds a smooth curve through points: the uniform Catmull-Rom spline (E. Catmull, R. Rom, "A
   * class of local interpolating splines", 1974), in straight pieces.
   *
   * @param points x, y, x, y, …; at least two points; not modified
   */
  void curve(double[] points) {
    int n = points.length / 2;
    double fromX = points[0];
    double fromY = points[1];
    for (int i = 0; i + 1 < n; i++) {
      int before = Math.max(0, i - 1);
      int after = Math.min(n - 1, i + 2);
      for (int piece = 1; piece <= PIECES; piece++) {
        double t = (double) piece / PIECES;
        double x = spline(points, 0, before, i, after, t);
        double y = spline(points, 1, before, i, after, t);
        segments.add(new double[] {fromX, fromY, x, y});
        fromX = x;
        fromY = y;
      }
    }
  }

  /**
   * Moves everything, no further than needed, so that a margin stays free; what is too large for
   * that is centred.
   *
   * @param side height and width of the picture
   * @param margin to stay free of lines' middles
   */
  void moveInside(double side, double margin) {
    for (int axis = 0; axis < 2; axis++) {
      double low = Double.MAX_VALUE;
      double high = -Double.MAX_VALUE;
      for (double[] s : segments) {
        low = Math.min(low, Math.min(s[axis], s[axis + 2]));
        high = Math.max(high, Math.max(s[axis], s[axis + 2]));
      }
      double least = margin - low;
      double most = side - margin - high;
      double move = least > most ? (least + most) / 2 : Math.min(Math.max(0, least), most);
      for (double[] s : segments) {
        s[axis] += move;
        s[axis + 2] += move;
      }
    }
  }

  private static double spline(double[] p, int axis, int before, int i, int after, double t) {
    double a = p[2 * before + axis];
    double b = p[2 * i + axis];
    double c = p[2 * i + 2 + axis];
    double d = p[2 * after + axis];
    return 0.5
        * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * b - a - 3 * c + d))));
  }

  /**
   * The picture. A pixel is full within half the thickness of a line, empty one pixel further out.
   *
   * @param side height and width in pixels, the unit of all coordinates
   * @param thickness of the lines, in pixels
   * @return side · side values, row by row, multiples of 1/255 from 0 to 1
   */
  float[] pixels(int side, double thickness) {
    float[] pixels = new float[side * side];
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        double distance = Math.sqrt(nearest(column + 0.5, row + 0.5));
        double share = Math.min(1, Math.max(0, thickness / 2 - distance + 0.5));
        pixels[row * side + column] = (float) Math.rint(share * LEVELS) / LEVELS;
      }
    }
    return pixels;
  }

  /** Square of the distance from a point to the nearest line. */
  private double nearest(double x, double y) {
    double least = Double.MAX_VALUE;
    for (double[] s : segments) {
      double dx = s[2] - s[0];
      double dy = s[3] - s[1];
      double length = dx * dx + dy * dy;
      double along = length == 0 ? 0 : ((x - s[0]) * dx + (y - s[1]) * dy) / length;
      double t = Math.min(1, Math.max(0, along));
      double awayX = x - s[0] - t * dx;
      double awayY = y - s[1] - t * dy;
      least = Math.min(least, awayX * awayX + awayY * awayY);
    }
    return least;
  }
}
