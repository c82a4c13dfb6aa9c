package org.iterativemaps.map.pattern;

import java.util.Arrays;

/**
 * Picks entries by their scores: what pruning keeps and regrowth adds.
 *
 * <p>Every choice depends on the scores alone: of equal scores the one with the lower index is
 * taken first, so that the same values lead to the same mask on every JVM and platform.
 */
public final class TopK {
  private TopK() {}

  /**
   * The entries with the largest |value|: magnitude pruning keeps these.
   *
   * @param values any numbers but NaN; not changed
   * @param count how many to keep, 0 … values.length
   * @return their indices, ascending
   * @throws IllegalArgumentException if count is out of range or a value is NaN
   */
  public static int[] largestMagnitudes(double[] values, int count) {
    double[] magnitudes = new double[values.length];
    Arrays.setAll(magnitudes, i -> Math.abs(values[i]));
    return largest(magnitudes, count);
  }

  /**
   * The entries with the largest scores.
   *
   * @param scores any numbers but NaN; an infinite score is taken first or last; not changed
   * @param count how many, 0 … scores.length
   * @return their indices, ascending
   * @throws IllegalArgumentException if count is out of range or a score is NaN
   */
  public static int[] largest(double[] scores, int count) {
    if (count < 0 || count > scores.length) {
      throw new IllegalArgumentException(
          "count: found " + count + ", expected 0 to the " + scores.length + " scores there are");
    }
    for (int i = 0; i < scores.length; i++) {
      if (Double.isNaN(scores[i])) {
        throw new IllegalArgumentException(
            "scores[" + i + "]: found NaN; has the training diverged?");
      }
    }
    int[] chosen = new int[count];
    if (count == 0) {
      return chosen;
    }
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double threshold = sorted[sorted.length - count];
    // 0.0 and -0.0 are the same score, though the sort tells them apart: compare with > and ==.
    int ties = count;
    for (double score : scores) {
      ties -= score > threshold ? 1 : 0;
    }
    int next = 0;
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] > threshold || (scores[i] == threshold && ties-- > 0)) {
        chosen[next++] = i;
      }
    }
    return chosen;
  }
}
