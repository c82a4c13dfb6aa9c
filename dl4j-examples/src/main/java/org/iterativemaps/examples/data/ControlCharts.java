package org.iterativemaps.examples.data;

import java.util.Random;

/**
 * Synthetic control charts: curves of 60 points of six kinds, to be told apart. Around a level of
 * 30, with noise that is uniform within ±6, a chart
 *
 * <ul>
 *   <li>stays where it is,
 *   <li>swings with an amplitude and a period of 10 to 15 each,
 *   <li>rises, or falls, by 0.2 to 0.5 a step,
 *   <li>or jumps up, or down, by 7.5 to 20, somewhere in the middle third.
 * </ul>
 *
 * <p>Source of the formulas: R. J. Alcock, Y. Manolopoulos, "Time-Series Similarity Queries
 * Employing a Feature-Based Approach" (1999), whose data are the "Synthetic Control Chart Time
 * Series" of the UCI repository. These are drawn anew.
 */
public final class ControlCharts {
  /** Points of a chart. */
  public static final int TIME = 60;

  /** Kinds of charts. */
  public static final int KINDS = 6;

  private static final double LEVEL = 30;
  private static final double NOISE = 6;
  // About the deviation of all values, to bring them to a scale that networks like.
  private static final double SCALE = 10;

  private ControlCharts() {}

  /**
   * Draws charts, the kinds in turn.
   *
   * @param count how many, at least 1
   * @param seed of everything random
   * @return one feature per time step, the value minus 30 in tenths; the kind as six zeros and ones
   */
  public static Sequences make(int count, long seed) {
    if (count < 1) {
      throw new IllegalArgumentException("count: found " + count + ", expected at least 1");
    }
    float[][][] features = new float[count][1][];
    float[][] targets = new float[count][KINDS];
    for (int i = 0; i < count; i++) {
      features[i][0] = chart(i % KINDS, Seeds.of(seed, i));
      targets[i][i % KINDS] = 1;
    }
    return new Sequences(features, targets);
  }

  private static float[] chart(int kind, Random random) {
    double amplitude = between(10, 15, random);
    double period = between(10, 15, random);
    double slope = between(0.2, 0.5, random);
    double jump = between(7.5, 20, random);
    double place = between(TIME / 3.0, 2 * TIME / 3.0, random);
    float[] chart = new float[TIME];
    for (int t = 0; t < TIME; t++) {
      double shape =
          switch (kind) {
            case 1 -> amplitude * Math.sin(2 * Math.PI * t / period);
            case 2 -> slope * t;
            case 3 -> -slope * t;
            case 4 -> t >= place ? jump : 0;
            case 5 -> t >= place ? -jump : 0;
            default -> 0;
          };
      double value = LEVEL + between(-NOISE, NOISE, random) + shape;
      chart[t] = (float) ((value - LEVEL) / SCALE);
    }
    return chart;
  }

  private static double between(double low, double high, Random random) {
    return low + (high - low) * random.nextDouble();
  }
}
