package org.iterativemaps.examples.plots;

import java.util.function.DoubleUnaryOperator;

/**
 * A map of one number iterated before the eye: up to the curve, across to the diagonal, and again.
 */
public final class Cobweb {

  private static final int CURVE_POINTS = 301;

  private Cobweb() {}

  /**
   * Draws the web.
   *
   * @param title what it is about
   * @param map z to its successor, finite between {@code low} and {@code high}
   * @param low left end of the picture
   * @param high right end, above {@code low}
   * @param start first z
   * @param steps how many iterations, at least one
   * @return the picture; its words tell where the web ends
   */
  public static Picture draw(
      String title, DoubleUnaryOperator map, double low, double high, double start, int steps) {
    if (!(low < high)) {
      throw new IllegalArgumentException("low, high: found " + low + ", " + high + ": low < high?");
    }
    if (steps < 1) {
      throw new IllegalArgumentException("steps: found " + steps + ", expected at least 1");
    }
    XyCanvas canvas = new XyCanvas(title, "z", "next z", Style.WIDTH);
    canvas.styler.setXAxisMin(low).setXAxisMax(high).setYAxisMin(low).setYAxisMax(high);
    double[] x = new double[CURVE_POINTS];
    double[] y = new double[CURVE_POINTS];
    for (int i = 0; i < CURVE_POINTS; i++) {
      x[i] = low + (high - low) * i / (CURVE_POINTS - 1);
      y[i] = map.applyAsDouble(x[i]);
    }
    Arguments.finite("map", y);
    canvas.guide(new double[] {low, high}, new double[] {low, high});
    canvas.line("the map", x, y, 0);
    double z = web(canvas, map, start, steps);
    return canvas.squarePicture(
        title
            + ": cobweb of "
            + steps
            + " iterations from "
            + Style.number(start)
            + " to "
            + Style.number(z));
  }

  private static double web(XyCanvas canvas, DoubleUnaryOperator map, double start, int steps) {
    double[] x = new double[2 * steps + 1];
    double[] y = new double[2 * steps + 1];
    double z = start;
    x[0] = z;
    y[0] = z;
    for (int i = 0; i < steps; i++) {
      double next = map.applyAsDouble(z);
      x[2 * i + 1] = z;
      y[2 * i + 1] = next;
      x[2 * i + 2] = next;
      y[2 * i + 2] = next;
      z = next;
    }
    Arguments.finite("map", y);
    canvas.line("iterations", x, y, 1, Style.thin());
    canvas.mark(x[0], y[0], 1);
    return z;
  }
}
