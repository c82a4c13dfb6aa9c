package org.iterativemaps.lanes;

import java.util.Objects;

/**
 * An elementwise activation that the lane kernels compute.
 *
 * <p>Values are off by at most 4e-7 of the larger of the value and 0.1, derivatives by 5e-7 of the
 * larger of the derivative and 1; ELU with an alpha above 1 by alpha times, values of Swish and
 * Softplus with a beta below 1 by 1 / beta times as much. Not-a-number gives none; infinity what
 * the largest number gives, or infinity. Where alpha z is nothing in FLOAT, leaky ReLU and ELU have
 * the derivative of z = 0.
 */
public final class LaneActivation {
  /** The functions. Their names are in files of inference, too: they stay. */
  public enum Kind {
    /** z. */
    IDENTITY,
    /** tanh(z). */
    TANH,
    /** 1 / (1 + exp(-z)). */
    SIGMOID,
    /** max(z, 0). */
    RELU,
    /** z or alpha z, alpha &gt; 0. */
    LEAKY_RELU,
    /** z where z &gt;= threshold, alpha (z - threshold) below; where that is above max, max. */
    BENT_RELU,
    /** z or alpha (exp(z) - 1), alpha &gt; 0. */
    ELU,
    /** The same with any alpha. */
    ANY_ELU,
    /** {@link #SELU_SCALE} times z or {@link #SELU_ALPHA} (exp(z) - 1). */
    SELU,
    /** z cut to [-1, 1]. */
    HARD_TANH,
    /** 0.2 z + 0.5 cut to [0, 1]. */
    HARD_SIGMOID,
    /** max(tanh(z), 0). */
    RECTIFIED_TANH,
    /** 1.7159 r(2z / 3), r(x) = sign(x) (1 - 1 / (1 + |x| + x^2 + 1.41645 x^4)). */
    RATIONAL_TANH,
    /** z / (1 + |z|). */
    SOFTSIGN,
    /** z^3. */
    CUBE,
    /** log(1 + exp(alpha z)) / alpha. */
    SOFTPLUS,
    /** z Phi(z), Phi the normal distribution. */
    GELU,
    /** z sigmoid(2u), u = sqrt(2 / pi) (z + alpha z^3). */
    TANH_GELU,
    /** z sigmoid(alpha z). */
    SWISH,
    /** z tanh(log(1 + exp(z))). */
    MISH
  }

  /** Lambda of SELU (Klambauer et al. 2017). */
  public static final float SELU_SCALE = 1.0507009873554804934193349852946f;

  /** Alpha of SELU (Klambauer et al. 2017). */
  public static final float SELU_ALPHA = 1.6732632423543772848170429916717f;

  /** Of the cube in GELU by tanh (Hendrycks, Gimpel 2016). */
  public static final float GELU_CUBE = 0.044715f;

  /** What ND4J, which takes the cube of z times that, has instead. */
  public static final float ND4J_GELU_CUBE = GELU_CUBE * GELU_CUBE * GELU_CUBE;

  private final Kind kind;
  private final float alpha;
  private final float threshold;
  private final float max;

  /**
   * An activation.
   *
   * @param kind the function
   * @param alpha slope below the threshold (leaky and bent ReLU), scale of the exponential (ELU),
   *     beta (Swish, Softplus) or the factor of the cube (GELU by tanh); else 0
   * @param threshold where a bent ReLU bends; else 0
   * @param max what a bent ReLU is cut to; else infinity
   */
  public LaneActivation(Kind kind, float alpha, float threshold, float max) {
    this.kind = kind;
    this.alpha = alpha;
    this.threshold = threshold;
    this.max = max;
  }

  /** Of a kind that does not bend. */
  public LaneActivation(Kind kind, float alpha) {
    this(kind, alpha, 0, Float.POSITIVE_INFINITY);
  }

  /** The function. */
  public Kind kind() {
    return kind;
  }

  /** The number in it, if it has one. */
  public float alpha() {
    return alpha;
  }

  /** Where a bent ReLU bends. */
  public float threshold() {
    return threshold;
  }

  /** What a bent ReLU is cut to. */
  public float max() {
    return max;
  }

  /** Whether the derivative is computed from z; else from a = A(z). */
  public boolean needsPreActivation() {
    switch (kind) {
      // At corners, and with these slopes, the output does not say on which side z was.
      case HARD_TANH:
      case HARD_SIGMOID:
      case BENT_RELU:
      case ANY_ELU:
      // These fall and rise: two z have one output.
      case GELU:
      case TANH_GELU:
      case SWISH:
      case MISH:
      // Their inverses are long.
      case CUBE:
      case RATIONAL_TANH:
        return true;
      default:
        return false;
    }
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof LaneActivation)) {
      return false;
    }
    LaneActivation that = (LaneActivation) other;
    return kind == that.kind
        && Float.compare(alpha, that.alpha) == 0
        && Float.compare(threshold, that.threshold) == 0
        && Float.compare(max, that.max) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, alpha, threshold, max);
  }

  @Override
  public String toString() {
    return kind + "(alpha " + alpha + ", threshold " + threshold + ", max " + max + ")";
  }
}
