package org.iterativemaps.examples.data;

import java.util.Arrays;
import java.util.Random;

/**
 * The Mackey-Glass series, chaotic at its usual delay: dx/dt = 0.2 x(t-τ) / (1 + x(t-τ)¹⁰) - 0.1 x,
 * τ = 17 (M. C. Mackey, L. Glass, "Oscillation and chaos in physiological control systems", 1977).
 */
public final class MackeyGlass {

  private static final int STEPS_PER_UNIT = 10;
  private static final int DELAY = 17 * STEPS_PER_UNIT;
  private static final int SETTLING = 300;
  private static final int PAST = 17;
  private static final double UNIT_STEP = 0.9215; // with reservoirpy's weights of the four slopes

  private MackeyGlass() {}

  /**
   * Solves the equation by the classical Runge-Kutta method with step 0.1, from a random start near
   * 1.2, and leaves out the first 300 units of time.
   *
   * @param length how many values, one per unit of time
   * @param seed of the start
   * @return the series; values lie between about 0.2 and 1.4
   */
  public static double[] series(int length, long seed) {
    if (length < 1) {
      throw new IllegalArgumentException("length: found " + length + ", expected at least 1");
    }
    Random random = Seeds.of(seed, 0);
    double[] past = new double[DELAY + (SETTLING + length) * STEPS_PER_UNIT + 1];
    for (int i = 0; i <= DELAY; i++) {
      past[i] = 1.2 + 0.1 * (random.nextDouble() - 0.5);
    }
    double h = 1.0 / STEPS_PER_UNIT;
    for (int i = DELAY; i + 1 < past.length; i++) {
      double start = past[i - DELAY];
      double end = past[i - DELAY + 1];
      double middle = (start + end) / 2;
      double k1 = slope(past[i], start);
      double k2 = slope(past[i] + h / 2 * k1, middle);
      double k3 = slope(past[i] + h / 2 * k2, middle);
      double k4 = slope(past[i] + h * k3, end);
      past[i + 1] = past[i] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    double[] series = new double[length];
    for (int i = 0; i < length; i++) {
      series[i] = past[DELAY + (SETTLING + i + 1) * STEPS_PER_UNIT];
    }
    return series;
  }

  /**
   * The series of reservoirpy's {@code mackey_glass}, which echo-state networks are compared on:
   * one step per unit of time with the delayed value held in it, from x = 1.2 and a random past
   * near it, nothing left out. A Runge-Kutta step of an equation that is linear in x then is x + c
   * dx/dt, here with c = 0.9215.
   *
   * @param length how many values, one per unit of time
   * @param seed of the past
   */
  public static double[] unitSteps(int length, long seed) {
    Random random = Seeds.of(seed, 0);
    double[] past = new double[PAST];
    for (int i = 0; i < PAST; i++) {
      past[i] = 1.2 + 0.2 * (random.nextDouble() - 0.5);
    }
    return unitSteps(length, past);
  }

  /**
   * As {@link #unitSteps(int, long)}, from any past.
   *
   * @param length how many values, one per unit of time
   * @param past the 17 values before x = 1.2; not modified
   */
  public static double[] unitSteps(int length, double[] past) {
    if (length < 1 || past.length != PAST) {
      throw new IllegalArgumentException(
          "length, past: found "
              + length
              + " and "
              + past.length
              + " values, expected at least 1 and "
              + PAST);
    }
    double[] all = Arrays.copyOf(past, PAST + length);
    double x = 1.2;
    for (int i = PAST; i < all.length; i++) {
      all[i] = x;
      double delayed = all[i - PAST];
      x += UNIT_STEP * slope(x, delayed);
    }
    return Arrays.copyOfRange(all, PAST, all.length);
  }

  private static double slope(double x, double delayed) {
    double square = delayed * delayed;
    double fourth = square * square;
    return 0.2 * delayed / (1 + fourth * fourth * square) - 0.1 * x;
  }

  /**
   * Cuts a series into windows to forecast from.
   *
   * @param series values in the order of time; not modified
   * @param length time steps per window
   * @param ahead how many steps after a window's last value the target lies, at least 1
   * @return one feature per time step, one target; windows overlap
   */
  public static Sequences windows(double[] series, int length, int ahead) {
    int count = series.length - length - ahead + 1;
    if (length < 1 || ahead < 1 || count < 1) {
      throw new IllegalArgumentException(
          "length, ahead: found "
              + length
              + ", "
              + ahead
              + ", expected positive and together at"
              + " most the series' "
              + series.length);
    }
    float[][][] features = new float[count][1][length];
    float[][] targets = new float[count][1];
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < length; t++) {
        features[i][0][t] = (float) series[i + t];
      }
      targets[i][0] = (float) series[i + length - 1 + ahead];
    }
    return new Sequences(features, targets);
  }
}
