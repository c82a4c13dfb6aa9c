package org.iterativemaps.examples;

import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.inference.TTest;
import org.iterativemaps.examples.notebook.Spread;

/**
 * Whether scores over seeds differ by more than chance: t-tests, whose p is multiplied by the
 * number of comparisons that are made, or that one was picked from (Bonferroni), and is at most 1.
 */
final class Comparison {

  private static final double CLEAR = 0.05;

  private Comparison() {}

  /**
   * p of Welch's t-test. Where neither varies, which the test makes no number of, 0 or 1; 1 where
   * there is one value of either.
   */
  static double welch(double[] a, double[] b, int comparisons) {
    if (a.length < 2 || b.length < 2) {
      return 1;
    }
    if (Spread.of(a).deviation() == 0 && Spread.of(b).deviation() == 0) {
      return a[0] == b[0] ? 1 : 0;
    }
    return Math.min(1, comparisons * new TTest().tTest(a, b));
  }

  /** p of the paired t-test, value by value of the same seed; without variance as in Welch's. */
  static double paired(double[] a, double[] b, int comparisons) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "b: found " + b.length + " values, expected " + a.length + ", one for each of a");
    }
    if (a.length < 2) {
      return 1;
    }
    double[] apart = IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
    if (Spread.of(apart).deviation() == 0) {
      return apart[0] == 0 ? 1 : 0;
    }
    return Math.min(1, comparisons * new TTest().pairedTTest(a, b));
  }

  /** Whether Welch's t-test tells them apart. */
  static boolean differ(double[] a, double[] b, int comparisons) {
    return welch(a, b, comparisons) < CLEAR;
  }

  /** The paired test in words, as in "p = 0.27, paired t-test, times 3 comparisons". */
  static String words(double[] a, double[] b, int comparisons) {
    if (a.length < 2) {
      return "one seed says nothing of chance";
    }
    return String.format(
        Locale.ROOT,
        "p = %.2g, paired t-test%s",
        paired(a, b, comparisons),
        comparisons == 1 ? "" : ", times " + comparisons + " comparisons");
  }
}
