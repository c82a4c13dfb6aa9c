package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.iterativemaps.examples.plots.QuadraticFit;

/**
 * How sure a fitted parabola and its peak are: plans are drawn anew with replacement, and of each
 * one its seeds, and the parabola is fitted again (B. Efron, R. Tibshirani, "An Introduction to the
 * Bootstrap", 1993, chapter 13: percentile intervals).
 *
 * @param places at which the band is given, from the least hidden proportion to the greatest
 * @param low 2.5 % quantile of the parabolas at each place
 * @param high 97.5 % quantile
 * @param peaks where the parabolas are highest within these bounds, sorted
 */
record PeakBootstrap(double[] places, double[] low, double[] high, double[] peaks) {

  private static final int PLACES = 41;
  private static final double TAIL = 2.5; // per cent

  /**
   * Draws and fits.
   *
   * @param x hidden proportion of each plan, at least three different ones
   * @param y accuracies of each plan, one per seed; at least one per plan
   * @param draws how many parabolas
   * @param seed of the drawing
   */
  static PeakBootstrap of(double[] x, double[][] y, int draws, long seed) {
    long different = Arrays.stream(x).distinct().count();
    if (different < 3) {
      throw new IllegalArgumentException(
          "x: found "
              + different
              + " different hidden proportions of plans that did not diverge, expected at least 3");
    }
    double least = Arrays.stream(x).min().orElseThrow();
    double greatest = Arrays.stream(x).max().orElseThrow();
    double[] places =
        IntStream.range(0, PLACES)
            .mapToDouble(i -> least + (greatest - least) * i / (PLACES - 1))
            .toArray();
    RandomGenerator random = new Well19937c(seed);
    double[][] values = new double[PLACES][draws];
    double[] peaks = new double[draws];
    for (int draw = 0; draw < draws; draw++) {
      QuadraticFit fit = fit(x, y, random);
      peaks[draw] = fit.highest(least, greatest);
      for (int i = 0; i < PLACES; i++) {
        values[i][draw] = fit.at(places[i]);
      }
    }
    Arrays.sort(peaks);
    return new PeakBootstrap(
        places,
        Arrays.stream(values).mapToDouble(v -> quantile(v, TAIL)).toArray(),
        Arrays.stream(values).mapToDouble(v -> quantile(v, 100 - TAIL)).toArray(),
        peaks);
  }

  /** One parabola; a draw of fewer than three different plans has none and is drawn again. */
  private static QuadraticFit fit(double[] x, double[][] y, RandomGenerator random) {
    while (true) {
      List<double[]> points = new ArrayList<>();
      double[] drawn = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        int plan = random.nextInt(x.length);
        drawn[i] = x[plan];
        for (int j = 0; j < y[plan].length; j++) {
          points.add(new double[] {x[plan], y[plan][random.nextInt(y[plan].length)]});
        }
      }
      if (Arrays.stream(drawn).distinct().count() >= 3) {
        return QuadraticFit.of(
            points.stream().mapToDouble(p -> p[0]).toArray(),
            points.stream().mapToDouble(p -> p[1]).toArray());
      }
    }
  }

  /** Below which 2.5 % of the peaks lie. */
  double peakLow() {
    return quantile(peaks, TAIL);
  }

  /** Above which 2.5 % of the peaks lie. */
  double peakHigh() {
    return quantile(peaks, 100 - TAIL);
  }

  /** Share of the peaks that lie in an interval. */
  double peaksWithin(double from, double to) {
    return Arrays.stream(peaks).filter(peak -> peak >= from && peak <= to).count()
        / (double) peaks.length;
  }

  private static double quantile(double[] values, double percent) {
    return new Percentile(percent).evaluate(values);
  }
}
