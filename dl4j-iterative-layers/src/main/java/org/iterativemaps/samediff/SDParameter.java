package org.iterativemaps.samediff;

import org.iterativemaps.map.WeightMask;

/**
 * One vector of numbers that a map trains.
 *
 * @param key its name: {@code W[from->to]}, {@code b[slot]}, {@code g[slot]}, …
 * @param role what it is
 * @param mask of weights: which of W[to, from] exist, in the order of the vector; else null
 * @param length how many numbers
 */
public record SDParameter(String key, Role role, WeightMask mask, int length) {

  /** What a parameter is: decides its first value and how it is regularised. */
  public enum Role {
    /** Weights of a block. */
    WEIGHT,
    /** Added; first 0. */
    BIAS,
    /** Multiplied after a normalisation; first 1. */
    GAIN
  }

  static SDParameter weights(String key, WeightMask mask) {
    return new SDParameter(key, Role.WEIGHT, mask, mask.entryCount());
  }

  static SDParameter vector(String key, Role role, int length) {
    return new SDParameter(key, role, null, length);
  }

  /** Whether these are the weights of a block, drawn by an initialiser. */
  boolean isWeight() {
    return role == Role.WEIGHT;
  }

  /**
   * Whether DL4J treats it as a weight: in regularisation, constraints, weight noise and the choice
   * of the updater. All but biases are, gains too, as in DL4J's layers with layer normalisation.
   */
  boolean countsAsWeight() {
    return role != Role.BIAS;
  }
}
