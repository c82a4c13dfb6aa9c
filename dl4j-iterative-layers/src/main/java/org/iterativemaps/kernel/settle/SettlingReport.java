package org.iterativemaps.kernel.settle;

import java.util.Arrays;
import java.util.Locale;

/** How the samples of a pass have settled: every sample of every time step is one. */
public final class SettlingReport {
  private final int[] steps; // made
  private final int[] bestSteps;
  private final double[] residuals;
  private final boolean[] isSettled;
  private int settled;
  private int lost;

  SettlingReport(int samples) {
    this.steps = new int[samples];
    this.bestSteps = new int[samples];
    this.residuals = new double[samples];
    this.isSettled = new boolean[samples];
    Arrays.fill(residuals, Double.POSITIVE_INFINITY);
  }

  void best(int sample, int step, double residual) {
    bestSteps[sample] = step;
    residuals[sample] = residual;
  }

  void end(int sample, int step, boolean isLost, boolean hasSettled) {
    steps[sample] = step;
    isSettled[sample] = hasSettled;
    settled += hasSettled ? 1 : 0;
    lost += isLost ? 1 : 0;
  }

  /** The reports of one pass after the other as one. */
  static SettlingReport join(SettlingReport... parts) {
    SettlingReport whole =
        new SettlingReport(Arrays.stream(parts).mapToInt(p -> p.samples()).sum());
    int at = 0;
    for (SettlingReport part : parts) {
      int count = part.samples();
      System.arraycopy(part.steps, 0, whole.steps, at, count);
      System.arraycopy(part.bestSteps, 0, whole.bestSteps, at, count);
      System.arraycopy(part.residuals, 0, whole.residuals, at, count);
      System.arraycopy(part.isSettled, 0, whole.isSettled, at, count);
      whole.settled += part.settled;
      whole.lost += part.lost;
      at += count;
    }
    return whole;
  }

  /** How many samples there were; masked time steps are none. */
  public int samples() {
    return steps.length;
  }

  /** How many have not settled, those that were lost among them. */
  public int unsettled() {
    return samples() - settled;
  }

  /** How many had a state that was no finite number any more. */
  public int lost() {
    return lost;
  }

  /** Steps that a sample has made. */
  public int steps(int sample) {
    return steps[sample];
  }

  /** The step after which its state was the one that was taken; 0 for its start. */
  int bestStep(int sample) {
    return bestSteps[sample];
  }

  /**
   * The residual of the state that was taken, as {@link org.iterativemaps.iterate.UntilSettled}
   * measures it.
   */
  public double residual(int sample) {
    return residuals[sample];
  }

  /** The most steps that a sample has made; 0 without samples. */
  public int mostSteps() {
    return Arrays.stream(steps).max().orElse(0);
  }

  /** Steps per sample; 0 without samples. */
  public double meanSteps() {
    return Arrays.stream(steps).average().orElse(0);
  }

  /** The largest residual of all; 0 without samples. */
  public double largestResidual() {
    return Arrays.stream(residuals).max().orElse(0);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d of %d samples settled, %.1f steps (at most %d), residual at most %.2e%s",
        settled,
        samples(),
        meanSteps(),
        mostSteps(),
        largestResidual(),
        lost == 0 ? "" : ", " + lost + " no longer finite");
  }
}
