package org.iterativemaps.iterate;

import java.io.Serializable;

/** The state from which a loop begins to settle. */
public sealed interface Start extends Serializable {

  /**
   * Zeros: every token for itself, and all time steps of a sequence at once. A state that is
   * supplied is not looked at.
   */
  static Start zero() {
    return new Zero();
  }

  /**
   * Where the time step before has settled: fewer steps where tokens change slowly, and the memory
   * of maps with several fixed points. The first time step begins at the state that is supplied, or
   * at zeros. For sequences. No gradient goes to the state that is supplied.
   */
  static Start carried() {
    return new Carried();
  }

  /**
   * In training at a random state, another in every pass, so that the map learns to come to its
   * fixed point from anywhere; at inference at zeros.
   *
   * @param spread uniform in [-spread, spread], above 0
   */
  static Start random(double spread) {
    return new Random(spread);
  }

  /** Zeros. */
  record Zero() implements Start {}

  /** The time step before. */
  record Carried() implements Start {}

  /**
   * Random in training.
   *
   * @param spread largest absolute value
   */
  record Random(double spread) implements Start {
    /** Checks the range. */
    public Random {
      if (!(spread > 0 && spread < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "random start: spread: found " + spread + ", expected above 0 and finite");
      }
    }
  }
}
