package org.iterativemaps.iterate;

import java.io.Serializable;

/** How often a map is applied to a token. */
public sealed interface Iteration extends Serializable {

  /**
   * Always as often.
   *
   * @param count K, at least 1
   */
  static Iteration steps(int count) {
    return new Steps(count);
  }

  /** The most steps that a token takes, at least 1. */
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
