package org.iterativemaps.examples.plots;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Groups of points and one least-squares line through all of them, with its R². */
public final class ScatterFit {

  private final String title;
  private final String xName;
  private final String yName;
  private final XyCanvas canvas;
  private final List<double[]> xs = new ArrayList<>();
  private final List<double[]> ys = new ArrayList<>();

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
    Arguments.longEnough("x", x, 1);
    Arguments.sameLength("x", x, "y", y);
    Arguments.finite("y", y);
    canvas.points(name, x, y, xs.size());
    xs.add(x.clone());
    ys.add(y.clone());
    return this;
  }

  /**
   * The line through all points so far.
   *
   * @return the fit
   */
  public LeastSquares fit() {
    return LeastSquares.of(all(xs), all(ys));
  }

  /**
   * Draws points and line.
   *
   * @return the picture; its words tell the fit
   */
  public Picture picture() {
    LeastSquares fit = fit();
    double[] ends = {
      Arrays.stream(all(xs)).min().orElseThrow(), Arrays.stream(all(xs)).max().orElseThrow()
    };
    String sign = fit.slope() < 0 ? " - " : " + ";
    String line =
        "y = "
            + Style.number(fit.intercept())
            + sign
            + Style.number(Math.abs(fit.slope()))
            + " x,  R² = "
            + Style.number(fit.rSquared());
    double[] values = {fit.at(ends[0]), fit.at(ends[1])};
    canvas.line(line, ends, values, 4, Style.dashed());
    int count = xs.stream().mapToInt(x -> x.length).sum();
    return canvas.picture(
        title + ": " + yName + " against " + xName + ", " + count + " points; fit " + line);
  }

  private static double[] all(List<double[]> parts) {
    return parts.stream().flatMapToDouble(DoubleStream::of).toArray();
  }
}
