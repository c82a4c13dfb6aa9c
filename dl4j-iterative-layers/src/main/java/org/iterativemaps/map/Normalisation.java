package org.iterativemaps.map;

/**
 * How what arrives at a slot is normalised before bias and activation, over the slot's n units:
 * with u the sum of all that arrives and g a trained gain per unit, first 1,
 *
 * <pre>    z  &lt;-  A( g * norm(u) + b )</pre>
 *
 * <p>Sources: Ba, Kiros, Hinton, "Layer Normalization" (2016), equation 4; Zhang, Sennrich, "Root
 * Mean Square Layer Normalization" (2019), equation 4.
 */
public enum Normalisation {
  /** norm(u) = u, without a gain. */
  NONE,
  /** norm(u) = (u - mean(u)) / sqrt(variance(u) + 1e-5), the variance being a mean over n. */
  LAYER,
  /** norm(u) = u / sqrt(mean(u * u) + 1e-5). */
  RMS;

  /** What is added under the root, so that a slot of equal numbers gives no infinity. */
  public static final double EPSILON = 1e-5;
}
