package org.iterativemaps.examples.plots;

/**
 * The straight line y = intercept + slope x with the least sum of squared errors.
 *
 * @param slope rise per unit of x
 * @param intercept value at x = 0
 * @param rSquared share of y's variance that the line explains, in [0, 1]; NaN when y does not vary
 */
public record LeastSquares(double slope, double intercept, double rSquared) {

  /**
   * Fits the line.
   *
   * @param x places, at least two of them different; not modified
   * @param y values; not modified
   * @return the fit
   */
  public static LeastSquares of(double[] x, double[] y) {
    Arguments.longEnough("x", x, 2);
    Arguments.sameLength("x", x, "y", y);
    Arguments.finite("y", y);
    double meanX = mean(x);
    double meanY = mean(y);
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      xy += (x[i] - meanX) * (y[i] - meanY);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    if (xx == 0) {
      throw new IllegalArgumentException("x: all values are " + x[0] + ", expected different ones");
    }
    double slope = xy / xx;
    return new LeastSquares(
        slope, meanY - slope * meanX, yy == 0 ? Double.NaN : xy * xy / (xx * yy));
  }

  /**
   * The line's value.
   *
   * @param x place
   * @return intercept + slope x
   */
  public double at(double x) {
    return intercept + slope * x;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
