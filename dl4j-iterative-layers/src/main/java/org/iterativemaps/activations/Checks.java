package org.iterativemaps.activations;

final class Checks {
  private Checks() {}

  static double positive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          name + ": found " + value + ", expected a finite number above 0");
    }
    return value;
  }
}
