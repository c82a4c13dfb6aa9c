package org.iterativemaps.dynamics;

import java.util.Arrays;
import org.iterativemaps.map.pattern.RandomSource;

/** States as vectors: their size, distance and limits. */
final class States {
  /** Squares of larger ones leave the range of double precision: a map that gets here blows up. */
  static final double LARGEST = 1e150;

  private States() {}

  /** The largest |a_i - b_i|; NaN if one is not a number. */
  static double distance(double[] a, double[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }

  /** The largest |a_i|, at least 1: what tolerances are relative to. */
  static double scale(double[] a) {
    double largest = 1;
    for (double value : a) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  static boolean hasBlownUp(double[] a) {
    return !Arrays.stream(a).allMatch(value -> Math.abs(value) <= LARGEST);
  }

  /** Uniform in [-spread, spread]. */
  static double[][] random(int rows, int size, double spread, RandomSource random) {
    double[][] states = new double[rows][size];
    for (double[] state : states) {
      Arrays.setAll(state, i -> spread * (2 * random.nextDouble() - 1));
    }
    return states;
  }
}
