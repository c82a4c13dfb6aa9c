package org.iterativemaps.convert;

import org.iterativemaps.map.Injection;

/**
 * How recurrent layers become maps. Immutable; start with {@link #exact()}.
 *
 * @param steps K per token; 1 is the recurrent layer itself
 * @param injection how long a token stays, which matters for K above 1
 * @param isOneMap whether layers that follow each other become one map
 * @param isStrict whether recurrent layers that no map can be are refused; else they stay as they
 *     are, and the report says so
 */
public record RnnOptions(int steps, Injection injection, boolean isOneMap, boolean isStrict) {

  /** Checks the steps. */
  public RnnOptions {
    if (steps < 1) {
      throw new IllegalArgumentException("steps: found " + steps + ", expected at least 1");
    }
    if (isOneMap && steps != 1) {
      throw new IllegalArgumentException(
          "steps: a stack in one map needs as many steps as layers; leave steps(…) out");
    }
  }

  /** Every recurrent layer becomes a map of its own, with the same outputs. */
  public static RnnOptions exact() {
    return new RnnOptions(1, Injection.HOLD, false, false);
  }

  /** K steps per token; with more than 1 the layer computes something else, and wants training. */
  public RnnOptions steps(int value) {
    return new RnnOptions(value, injection, isOneMap, isStrict);
  }

  /** How long a token stays; hold by default. */
  public RnnOptions injection(Injection value) {
    return new RnnOptions(steps, value, isOneMap, isStrict);
  }

  /**
   * Layers that follow each other become one map with the same outputs; see {@link
   * IterativeMaps#fromRnn} for how.
   */
  public RnnOptions asOneMap() {
    return new RnnOptions(steps, injection, true, isStrict);
  }

  /**
   * Refuses a network with a recurrent layer that no map can be. Without this such a layer stays as
   * it is, and the report says so: the network computes the same.
   */
  public RnnOptions strict() {
    return new RnnOptions(steps, injection, isOneMap, true);
  }
}
