package org.iterativemaps.examples.data;

import java.util.Random;

/**
 * The adding problem (S. Hochreiter, J. Schmidhuber, "Long Short-Term Memory", 1997, section 5.4,
 * in its usual later form): feature 0 holds random numbers in [0, 1), feature 1 marks one of them
 * in each half; the target is the sum of the two. Always answering 1 has a mean squared error of
 * 1/6.
 */
public final class AddingProblem {

  /** Mean squared error of always answering 1. */
  public static final double BASELINE = 1.0 / 6;

  private AddingProblem() {}

  /**
   * Makes sequences.
   *
   * @param count how many
   * @param length time steps, at least 2
   * @param seed of all that is random
   * @return two features per time step, one target
   */
  public static Sequences make(int count, int length, long seed) {
    if (length < 2) {
      throw new IllegalArgumentException("length: found " + length + ", expected at least 2");
    }
    float[][][] features = new float[count][2][length];
    float[][] targets = new float[count][1];
    for (int i = 0; i < count; i++) {
      Random random = Seeds.of(seed, i);
      for (int t = 0; t < length; t++) {
        features[i][0][t] = random.nextFloat();
      }
      int first = random.nextInt(length / 2);
      int second = length / 2 + random.nextInt(length - length / 2);
      features[i][1][first] = 1;
      features[i][1][second] = 1;
      targets[i][0] = features[i][0][first] + features[i][0][second];
    }
    return new Sequences(features, targets);
  }
}
