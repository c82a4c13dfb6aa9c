package org.iterativemaps.iterate;

import java.io.Serializable;

/** How often a map is applied to a token. */
public sealed interface Iteration extends Serializable permits Iteration.Steps, UntilSettled {

  /**
   * Always as often.
   *
   * @param count K, at least 1
   */
  static Iteration steps(int count) {
    return new Steps(count);
  }

  /**
   * Until a step changes no unit by more than this share of the largest unit: the fixed point z* =
   * F(z*; x), by Anderson's method with implicit gradients, at most 100 steps. What {@link
   * UntilSettled} can change is behind it: {@code untilSettled(1e-5).atMost(50).solver(…)}.
   *
   * @param tolerance above 0 and below 1; the rounding of FLOAT networks ends about 1e-6
   * @throws IllegalArgumentException if the tolerance is out of its range
   */
  static UntilSettled untilSettled(double tolerance) {
    return UntilSettled.within(tolerance);
  }

  /** The most steps that a token takes in training, at least 1. */
  int mostSteps();

  /**
   * Always as often.
   *
   * @param count K
   */
  record Steps(int count) implements Iteration {
    /** Checks K. */
    public Steps {
      if (count < 1) {
        throw new IllegalArgumentException("steps: found " + count + ", expected at least 1");
      }
    }

    @Override
    public int mostSteps() {
      return count;
    }
  }
}
