package org.iterativemaps.examples.plots;

import java.util.Arrays;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;

/**
 * The parabola y = constant + linear x + quadratic x² with the least sum of squared errors.
 *
 * @param constant value at x = 0
 * @param linear slope at x = 0
 * @param quadratic half the curvature; negative for a parabola with a highest point
 * @param rSquared share of y's variance that the parabola explains, in [0, 1]; NaN when y does not
 *     vary
 */
public record QuadraticFit(double constant, double linear, double quadratic, double rSquared) {

  /**
   * Fits the parabola.
   *
   * @param x places, at least three of them different; not modified
   * @param y values, at least four; not modified
   * @return the fit
   */
  public static QuadraticFit of(double[] x, double[] y) {
    Arguments.longEnough("x", x, 4);
    Arguments.sameLength("x", x, "y", y);
    Arguments.finite("y", y);
    long different = Arrays.stream(x).distinct().count();
    if (different < 3) {
      throw new IllegalArgumentException(
          "x: found " + different + " different values, expected at least 3");
    }
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
    regression.newSampleData(
        y, Arrays.stream(x).mapToObj(at -> new double[] {at, at * at}).toArray(double[][]::new));
    double[] b = regression.estimateRegressionParameters();
    boolean flat = Arrays.stream(y).allMatch(value -> value == y[0]);
    return new QuadraticFit(b[0], b[1], b[2], flat ? Double.NaN : regression.calculateRSquared());
  }

  /**
   * The parabola's value.
   *
   * @param x place
   * @return constant + linear x + quadratic x²
   */
  public double at(double x) {
    return constant + x * (linear + x * quadratic);
  }

  /**
   * Where the parabola is highest on an interval.
   *
   * @param low start of the interval
   * @param high end of the interval
   * @return the vertex if it is a maximum inside, else the end with the larger value
   */
  public double highest(double low, double high) {
    double vertex = -linear / (2 * quadratic);
    if (quadratic < 0 && vertex > low && vertex < high) {
      return vertex;
    }
    return at(low) > at(high) ? low : high;
  }
}
