package org.iterativemaps.examples.plots;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Groups of points and one least-squares line or parabola through all of them, with its R². */
public final class ScatterFit {

  private static final int LINE = 4; // look of the fit's line

  private final String title;
  private final String xName;
  private final String yName;
  private final XyCanvas canvas;
  private final List<double[]> xs = new ArrayList<>();
  private final List<double[]> ys = new ArrayList<>();
  private int groups;
  private boolean quadratic;

  private ScatterFit(String title, String x, String y) {
    this.title = title;
    xName = x;
    yName = y;
    canvas = new XyCanvas(title, x, y, Style.HEIGHT);
  }

  /**
   * Starts an empty picture.
   *
   * @param title what it is about
   * @param x name of the horizontal quantity
   * @param y name of the vertical quantity
   * @return a picture without points
   */
  public static ScatterFit of(String title, String x, String y) {
    return new ScatterFit(title, x, y);
  }

  /**
   * Adds a group of points.
   *
   * @param name for the legend, used once
   * @param x places; not modified
   * @param y values, as many; not modified
   * @return this
   */
  public ScatterFit points(String name, double[] x, double[] y) {
    beside(name, x, y);
    xs.add(x.clone());
    ys.add(y.clone());
    return this;
  }

  /**
   * Adds a group of points that are shown but not fitted.
   *
   * @param name for the legend, used once
   * @param x places; not modified
   * @param y values, as many; not modified
   * @return this
   */
  public ScatterFit beside(String name, double[] x, double[] y) {
    Arguments.longEnough("x", x, 1);
    Arguments.sameLength("x", x, "y", y);
    Arguments.finite("y", y);
    canvas.points(name, x, y, groups++);
    return this;
  }

  /**
   * Adds the area in which the line or parabola lies with some confidence. Points added before lie
   * below it.
   *
   * @param x places, in order
   * @param low least value at each place
   * @param high greatest value at each place
   * @return this
   */
  public ScatterFit band(double[] x, double[] low, double[] high) {
    Arguments.longEnough("x", x, 2);
    Arguments.sameLength("x", x, "low", low);
    Arguments.sameLength("x", x, "high", high);
    Arguments.finite("low", low);
    Arguments.finite("high", high);
    canvas.band(x, low, high, LINE);
    return this;
  }

  /**
   * Fits a parabola instead of a line.
   *
   * @return this
   */
  public ScatterFit quadratic() {
    quadratic = true;
    return this;
  }

  /**
   * The line through all points to fit so far.
   *
   * @return the fit
   */
  public LeastSquares fit() {
    return LeastSquares.of(all(xs), all(ys));
  }

  /**
   * The parabola through all points to fit so far.
   *
   * @return the fit
   */
  public QuadraticFit quadraticFit() {
    return QuadraticFit.of(all(xs), all(ys));
  }

  /**
   * Draws points and line or parabola.
   *
   * @return the picture; its words tell the fit
   */
  public Picture picture() {
    double low = Arrays.stream(all(xs)).min().orElseThrow();
    double high = Arrays.stream(all(xs)).max().orElseThrow();
    String line;
    double[] places;
    DoubleUnaryOperator curve;
    if (quadratic) {
      QuadraticFit fit = quadraticFit();
      line = formula(fit.rSquared(), fit.constant(), fit.linear(), fit.quadratic());
      places = IntStream.rangeClosed(0, 60).mapToDouble(i -> low + (high - low) * i / 60).toArray();
      curve = fit::at;
    } else {
      LeastSquares fit = fit();
      line = formula(fit.rSquared(), fit.intercept(), fit.slope());
      places = new double[] {low, high};
      curve = fit::at;
    }
    double[] values = Arrays.stream(places).map(curve).toArray();
    // XChart begins a new dash at every place.
    canvas.line(line, places, values, LINE, quadratic ? Style.thin() : Style.dashed());
    int count = xs.stream().mapToInt(x -> x.length).sum();
    return canvas.picture(
        title + ": " + yName + " against " + xName + ", " + count + " points; fit " + line);
  }

  /** "y = 1 - 2 x + 3 x², R² = 0.5". */
  private static String formula(double rSquared, double... coefficients) {
    StringBuilder text = new StringBuilder("y = " + Style.number(coefficients[0]));
    for (int power = 1; power < coefficients.length; power++) {
      text.append(coefficients[power] < 0 ? " - " : " + ")
          .append(Style.number(Math.abs(coefficients[power])))
          .append(power == 1 ? " x" : " x²");
    }
    return text + ",  R² = " + Style.number(rSquared);
  }

  private static double[] all(List<double[]> parts) {
    return parts.stream().flatMapToDouble(DoubleStream::of).toArray();
  }
}
