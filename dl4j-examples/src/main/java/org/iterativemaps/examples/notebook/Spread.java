package org.iterativemaps.examples.notebook;

import java.util.Arrays;
import java.util.Locale;

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
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double mean = Arrays.stream(sorted).average().orElseThrow();
    double squares = Arrays.stream(sorted).map(v -> (v - mean) * (v - mean)).sum();
    double deviation = n == 1 ? 0 : Math.sqrt(squares / (n - 1));
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new Spread(mean, deviation, sorted[0], median, sorted[n - 1], n);
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
