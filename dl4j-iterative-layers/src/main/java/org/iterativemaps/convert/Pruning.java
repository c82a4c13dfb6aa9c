package org.iterativemaps.convert;

import java.util.Locale;

/** How many weights of a map's blocks stay. Which ones is the business of MagnitudePruning. */
final class Pruning {
  private Pruning() {}

  /**
   * How many weights stay in each of two groups of blocks, to reach a density, a hidden proportion
   * or both.
   *
   * @param hidden cells of the blocks between hidden slots
   * @param other cells of all other blocks
   * @return {kept of hidden, kept of other}
   * @throws IllegalArgumentException if it cannot be reached
   */
  static long[] budget(long hidden, long other, Double density, Double proportion) {
    if (proportion == null) {
      return new long[] {Math.round(density * hidden), Math.round(density * other)};
    }
    if (hidden == 0 || other == 0) {
      throw new IllegalArgumentException(
          "hiddenProportion: the map has no "
              + (hidden == 0
                  ? "block between hidden slots"
                  : "other block than those between hidden slots")
              + "; use density(…), or convert a deeper stack");
    }
    double p = proportion;
    // The most weights that are possible at this proportion.
    double most = Math.min(hidden / p, other / (1 - p));
    double all = density == null ? most : density * (hidden + other);
    if (all > most * (1 + 1e-9)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "density and hiddenProportion: %,d weights between hidden slots and %,d others allow at"
                  + " most density %.4g at hidden proportion %.4g; found %.4g",
              hidden,
              other,
              most / (hidden + other),
              p,
              density));
    }
    return new long[] {
      Math.min(hidden, Math.round(p * all)), Math.min(other, Math.round((1 - p) * all))
    };
  }
}
