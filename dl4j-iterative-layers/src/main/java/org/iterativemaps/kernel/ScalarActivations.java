package org.iterativemaps.kernel;

/**
 * The activations on single floats, by the formulas that the vector kernels use too.
 *
 * <p>exp and its kin are computed from one polynomial (S. Moshier, Cephes library, expf.c: relative
 * error below 2e-7) in multiplications and additions alone, so that no result depends on a maths
 * library, on the lane count or on the position of an element. Outside [{@value #EXP_LOW}, {@value
 * #EXP_HIGH}] the argument of exp is cut.
 */
public final class ScalarActivations {
  /** exp of this is a normal float still. */
  public static final float EXP_LOW = -87.3f;

  /** exp of this is finite still. */
  public static final float EXP_HIGH = 88.0f;

  /** 1 / log 2. */
  public static final float LOG2_E = 1.44269504088896341f;

  /** log 2, the bits that multiply exactly. */
  public static final float LN2_HIGH = 0.693359375f;

  /** log 2, the rest. */
  public static final float LN2_LOW = -2.12194440e-4f;

  /** 1.5 * 2^23: adding it rounds a float to an integer, which then stands in the lowest bits. */
  public static final float ROUND = 12582912f;

  /** Coefficients of (exp(r) - 1 - r) / r^2, highest power first. */
  public static final float P0 = 1.9875691500e-4f;

  /** See {@link #P0}. */
  public static final float P1 = 1.3981999507e-3f;

  /** See {@link #P0}. */
  public static final float P2 = 8.3334519073e-3f;

  /** See {@link #P0}. */
  public static final float P3 = 4.1665795894e-2f;

  /** See {@link #P0}. */
  public static final float P4 = 1.6666665459e-1f;

  /** See {@link #P0}. */
  public static final float P5 = 5.0000001201e-1f;

  /** tanh is 1 in float from here on; the argument of the exponential is cut at twice this. */
  public static final float TANH_HIGH = 15f;

  private ScalarActivations() {}

  /** A(z). */
  static float value(LaneActivation activation, float z) {
    return switch (activation.kind()) {
      case IDENTITY -> z;
      case TANH -> tanh(z);
      case SIGMOID -> 1 / (1 + exp(-z));
      case RELU -> Math.max(z, 0);
      case LEAKY_RELU -> z < 0 ? activation.alpha() * z : z;
      case ELU -> z < 0 ? activation.alpha() * expm1(z) : z;
      case SELU -> LaneActivation.SELU_SCALE * (z < 0 ? LaneActivation.SELU_ALPHA * expm1(z) : z);
      case HARD_TANH -> Math.min(Math.max(z, -1), 1);
      case HARD_SIGMOID -> Math.min(Math.max(0.2f * z + 0.5f, 0), 1);
      case SOFTSIGN -> z / (1 + Math.abs(z));
      case SOFTPLUS -> Math.max(z, 0) + log1p(exp(-Math.abs(z)));
    };
  }

  /**
   * A'(z).
   *
   * @param v z where {@link LaneActivation#needsPreActivation()}, else A(z)
   */
  static float derivative(LaneActivation activation, float v) {
    return switch (activation.kind()) {
      case IDENTITY -> 1;
      case TANH -> 1 - v * v;
      case SIGMOID -> v * (1 - v);
      case RELU -> v > 0 ? 1 : 0;
      case LEAKY_RELU -> v < 0 ? activation.alpha() : 1;
      case ELU -> v < 0 ? v + activation.alpha() : 1;
      case SELU -> // at 0 as ND4J
          v > 0
              ? LaneActivation.SELU_SCALE
              : v + LaneActivation.SELU_SCALE * LaneActivation.SELU_ALPHA;
      case HARD_TANH -> v >= -1 && v <= 1 ? 1 : 0;
      case HARD_SIGMOID -> v >= -2.5f && v <= 2.5f ? 0.2f : 0;
      case SOFTSIGN -> (1 - Math.abs(v)) * (1 - Math.abs(v));
      case SOFTPLUS -> -expm1(-v);
    };
  }

  private static float tanh(float z) {
    float cut = Math.min(Math.max(z, -TANH_HIGH), TANH_HIGH);
    float t = expm1(cut + cut);
    return t / (t + 2);
  }

  private static float exp(float x) {
    return exp(x, 1);
  }

  private static float expm1(float x) {
    return exp(x, 0);
  }

  /** exp(x) - 1 + plus with no digit lost: 2^n (exp(r) - 1) + (2^n - 1 + plus), x = n log 2 + r. */
  private static float exp(float x, int plus) {
    float cut = Math.min(Math.max(x, EXP_LOW), EXP_HIGH);
    float shifted = cut * LOG2_E + ROUND;
    float n = shifted - ROUND;
    float r = cut - n * LN2_HIGH;
    r = r - n * LN2_LOW;
    float p = P0;
    p = p * r + P1;
    p = p * r + P2;
    p = p * r + P3;
    p = p * r + P4;
    p = p * r + P5;
    float q = p * (r * r) + r;
    float scale = Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
    return scale * q + (plus == 1 ? scale : scale - 1);
  }

  /** log(1 + u), 0 <= u <= 1, as 2 artanh(u / (2 + u)). */
  private static float log1p(float u) {
    float z = u / (2 + u);
    float s = z * z;
    float p = 1 / 15f;
    p = p * s + 1 / 13f;
    p = p * s + 1 / 11f;
    p = p * s + 1 / 9f;
    p = p * s + 1 / 7f;
    p = p * s + 1 / 5f;
    p = p * s + 1 / 3f;
    return 2 * (z + z * s * p);
  }
}
