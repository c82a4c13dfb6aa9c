package org.iterativemaps.examples.plots;

import java.util.Arrays;

/** Checks on arrays to be drawn. */
final class Arguments {
  private Arguments() {}

  static void longEnough(String name, double[] values, int least) {
    if (values.length < least) {
      throw new IllegalArgumentException(
          name + ": found " + values.length + " values, expected at least " + least);
    }
    finite(name, values);
  }

  static void sameLength(String nameA, double[] a, String nameB, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          nameB + ": found " + b.length + " values, expected " + a.length + " as in " + nameA);
    }
  }

  static void finite(String name, double[] values) {
    if (!Arrays.stream(values).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(name + ": found NaN or an infinity, expected numbers");
    }
  }
}
