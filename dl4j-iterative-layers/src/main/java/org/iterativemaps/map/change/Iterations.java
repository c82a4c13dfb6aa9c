package org.iterativemaps.map.change;

/** The iterations t_0, t_0 + Δ, t_0 + 2Δ, … up to t_1. */
final class Iterations {
  private Iterations() {}

  static void check(int begin, int end, int every) {
    if (begin < 0 || end < begin || every < 1) {
      throw new IllegalArgumentException(
          "begin, end and every: found "
              + begin
              + ", "
              + end
              + " and "
              + every
              + ", expected iterations 0 <= begin <= end and every >= 1");
    }
  }

  static boolean isDue(int iteration, int begin, int end, int every) {
    return iteration >= begin && iteration <= end && (iteration - begin) % every == 0;
  }
}
