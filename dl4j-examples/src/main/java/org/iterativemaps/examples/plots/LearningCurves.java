package org.iterativemaps.examples.plots;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * Curves over the course of training, each with its spread over seeds: the line is the median, the
 * band reaches from the smallest to the largest value.
 */
public final class LearningCurves {

  private final String quantity;
  private final XyCanvas canvas;
  private final StringJoiner words = new StringJoiner("; ");
  private int curves;

  private LearningCurves(String title, String x, String y) {
    quantity = y;
    canvas = new XyCanvas(title, x, y, Style.HEIGHT);
    words.add(title + ", " + y + " against " + x + ", median and range over seeds");
  }

  /**
   * Starts an empty picture.
   *
   * @param title what it is about
   * @param x what grows to the right, such as "epoch"
   * @param y what is measured, such as "validation error"
   * @return a picture without curves
   */
  public static LearningCurves of(String title, String x, String y) {
    return new LearningCurves(title, x, y);
  }

  /**
   * Makes the vertical axis logarithmic; all values must then be positive.
   *
   * @return this
   */
  public LearningCurves logarithmic() {
    canvas.styler.setYAxisLogarithmic(true);
    return this;
  }

  /**
   * Makes the horizontal axis logarithmic; all places must then be positive.
   *
   * @return this
   */
  public LearningCurves logarithmicPlaces() {
    canvas.styler.setXAxisLogarithmic(true);
    return this;
  }

  /**
   * Adds a curve.
   *
   * @param name for the legend, used once
   * @param x places, at least two; not modified
   * @param seeds one row of values per seed, each as long as {@code x}; not modified
   * @return this
   */
  public LearningCurves curve(String name, double[] x, double[][] seeds) {
    Arguments.longEnough("x", x, 2);
    if (canvas.styler.isXAxisLogarithmic() && Arrays.stream(x).anyMatch(v -> v <= 0)) {
      throw new IllegalArgumentException(
          "x: '" + name + "' has places <= 0, which a logarithmic axis cannot show");
    }
    if (seeds.length == 0) {
      throw new IllegalArgumentException("seeds: found none, expected a row for each seed");
    }
    for (double[] seed : seeds) {
      Arguments.sameLength("x", x, "a row of seeds", seed);
      Arguments.finite("seeds", seed);
      if (canvas.styler.isYAxisLogarithmic() && Arrays.stream(seed).anyMatch(v -> v <= 0)) {
        throw new IllegalArgumentException(
            "seeds: '" + name + "' has values <= 0, which a logarithmic axis cannot show");
      }
    }
    double[] low = new double[x.length];
    double[] middle = new double[x.length];
    double[] high = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int at = i;
      double[] sorted = Arrays.stream(seeds).mapToDouble(seed -> seed[at]).sorted().toArray();
      low[i] = sorted[0];
      middle[i] = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
      high[i] = sorted[sorted.length - 1];
    }
    if (seeds.length > 1) {
      canvas.band(x, low, high, curves);
    }
    canvas.line(name, x, middle, curves);
    curves++;
    words.add(name + " ends at " + Style.number(middle[x.length - 1]));
    return this;
  }

  /**
   * Draws what was added.
   *
   * @return the picture; its words tell where each curve ends
   */
  public Picture picture() {
    if (curves == 0) {
      throw new IllegalStateException("No curve of " + quantity + " was added");
    }
    return canvas.picture(words.toString());
  }
}
