package org.iterativemaps.examples.notebook;

import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/**
 * The same figure over several seeds.
 *
 * @param mean arithmetic mean
 * @param deviation sample standard deviation; 0 for a single value
 * @param min smallest
 * @param median middle value, or the mean of the two middle ones
 * @param max largest
 * @param count how many values
 */
public record Spread(
    double mean, double deviation, double min, double median, double max, int count) {

  /**
   * Summarises values.
   *
   * @param values at least one
   * @return their spread
   */
  public static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("values: found none, expected at least one");
    }
    DescriptiveStatistics all = new DescriptiveStatistics();
    Arrays.stream(values).forEach(all::addValue); // the constructor loses a single one
    return new Spread(
        all.getMean(),
        all.getStandardDeviation(),
        all.getMin(),
        all.getPercentile(50),
        all.getMax(),
        values.length);
  }

  /**
   * One figure out of several.
   *
   * @param bySeed [seed][figure]
   * @param figure its index
   * @return one number for each seed
   */
  public static double[] column(double[][] bySeed, int figure) {
    return Arrays.stream(bySeed).mapToDouble(figures -> figures[figure]).toArray();
  }

  /** Mean and deviation with as many decimals as the deviation deserves, as in "0.953 ± 0.004". */
  @Override
  public String toString() {
    if (deviation == 0 || !Double.isFinite(deviation)) {
      return Format.real(mean);
    }
    int decimals = Math.min(9, Math.max(0, 1 - (int) Math.floor(Math.log10(deviation))));
    return String.format(Locale.ROOT, "%." + decimals + "f ± %." + decimals + "f", mean, deviation);
  }
}
