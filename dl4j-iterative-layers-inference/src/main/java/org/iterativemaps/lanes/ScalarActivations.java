package org.iterativemaps.lanes;

import static org.iterativemaps.lanes.Coefficients.A1;
import static org.iterativemaps.lanes.Coefficients.A2;
import static org.iterativemaps.lanes.Coefficients.A3;
import static org.iterativemaps.lanes.Coefficients.A4;
import static org.iterativemaps.lanes.Coefficients.B1;
import static org.iterativemaps.lanes.Coefficients.B2;
import static org.iterativemaps.lanes.Coefficients.B3;
import static org.iterativemaps.lanes.Coefficients.B4;
import static org.iterativemaps.lanes.Coefficients.BIAS;
import static org.iterativemaps.lanes.Coefficients.EXP_CUT;
import static org.iterativemaps.lanes.Coefficients.EXP_END;
import static org.iterativemaps.lanes.Coefficients.LN2_HIGH;
import static org.iterativemaps.lanes.Coefficients.LN2_LOW;
import static org.iterativemaps.lanes.Coefficients.LOG2_E;
import static org.iterativemaps.lanes.Coefficients.MAGNITUDE;
import static org.iterativemaps.lanes.Coefficients.P0;
import static org.iterativemaps.lanes.Coefficients.P1;
import static org.iterativemaps.lanes.Coefficients.P2;
import static org.iterativemaps.lanes.Coefficients.P3;
import static org.iterativemaps.lanes.Coefficients.P4;
import static org.iterativemaps.lanes.Coefficients.P5;
import static org.iterativemaps.lanes.Coefficients.R4;
import static org.iterativemaps.lanes.Coefficients.RATIONAL_CUT;
import static org.iterativemaps.lanes.Coefficients.RATIONAL_SCALE;
import static org.iterativemaps.lanes.Coefficients.ROUND;
import static org.iterativemaps.lanes.Coefficients.TANH_CUT;
import static org.iterativemaps.lanes.Coefficients.TWO_THIRDS;

/**
 * The activations on single floats, by the formulas that the vector kernels use too.
 *
 * <p>exp and its kin are computed from one polynomial (S. Moshier, Cephes library, expf.c: relative
 * error below 2e-7) in multiplications and additions alone, so that no result depends on a maths
 * library, on the lane count or on the position of an element. Arguments are cut where the result
 * no longer changes, by comparing bit patterns: as integers, the magnitudes of floats have the same
 * order, and vector units compare integers in one instruction but floats, the way Java wants it, in
 * five. Not-a-number, lost by cutting, is put back at the end.
 *
 * <p>tanh, the activation of most recurrent maps, is a quotient of two polynomials, fitted by least
 * squares with weights that level the relative error (7e-9 up to the cut; 3.4e-7 computed in
 * floats): half as many operations, none of them on integers, and never above 1.
 */
public final class ScalarActivations {
  private ScalarActivations() {}

  /** A(z). */
  static float value(LaneActivation activation, float z) {
    switch (activation.kind()) {
      case IDENTITY:
        return z;
      case TANH:
        return tanh(z);
      case SIGMOID:
        return sigmoid(z);
      case RELU:
        return z < 0 ? 0 : z;
      case LEAKY_RELU:
        return z < 0 ? activation.alpha() * z : z;
      case BENT_RELU:
        return bentRelu(activation, z);
      case ELU:
      case ANY_ELU:
        return z < 0 ? activation.alpha() * expm1(-cut(z, EXP_CUT)) : z;
      case SELU:
        return LaneActivation.SELU_SCALE
            * (z < 0 ? LaneActivation.SELU_ALPHA * expm1(-cut(z, EXP_CUT)) : z);
      case HARD_TANH:
        return Math.min(Math.max(z, -1), 1);
      case HARD_SIGMOID:
        return Math.min(Math.max(0.2f * z + 0.5f, 0), 1);
      case RECTIFIED_TANH:
        return tanh(Math.max(z, 0));
      case RATIONAL_TANH:
        return rationalTanh(z);
      case SOFTSIGN:
        return softsign(z);
      case CUBE:
        return z * z * z;
      case SOFTPLUS:
        return softplus(z, activation.alpha());
      case GELU:
        return ScalarGates.gelu(z);
      case TANH_GELU:
        return ScalarGates.tanhGelu(z, activation.alpha());
      case SWISH:
        return ScalarGates.swish(z, activation.alpha());
      case MISH:
        return ScalarGates.mish(z);
      default:
        throw new AssertionError(activation);
    }
  }

  /**
   * A'(z).
   *
   * @param v z where {@link LaneActivation#needsPreActivation()}, else A(z)
   */
  static float derivative(LaneActivation activation, float v) {
    switch (activation.kind()) {
      case IDENTITY:
        return 1;
      case TANH:
        return 1 - v * v;
      case SIGMOID:
        return v * (1 - v);
      case RELU:
        return v > 0 ? 1 : 0;
      case LEAKY_RELU:
        return v < 0 ? activation.alpha() : 1;
      case BENT_RELU:
        return bentReluSlope(activation, v);
      case ELU:
        return v < 0 ? v + activation.alpha() : 1;
      case ANY_ELU:
        return v < 0 ? activation.alpha() * exp(-cut(v, EXP_CUT)) : 1;
      case SELU:
        // At 0 as ND4J.
        return v > 0
            ? LaneActivation.SELU_SCALE
            : v + LaneActivation.SELU_SCALE * LaneActivation.SELU_ALPHA;
      case HARD_TANH:
        return v >= -1 && v <= 1 ? 1 : 0;
      case HARD_SIGMOID:
        return v >= -2.5f && v <= 2.5f ? 0.2f : 0;
      case RECTIFIED_TANH:
        return v > 0 ? 1 - v * v : 0;
      case RATIONAL_TANH:
        return rationalTanhSlope(v);
      case SOFTSIGN:
        return (1 - Math.abs(v)) * (1 - Math.abs(v));
      case CUBE:
        return v * v * 3;
      case SOFTPLUS:
        return Float.isNaN(v) ? v : -expm1(-cut(v * activation.alpha(), EXP_CUT));
      case GELU:
        return ScalarGates.geluSlope(v);
      case TANH_GELU:
        return ScalarGates.tanhGeluSlope(v, activation.alpha());
      case SWISH:
        return ScalarGates.swishSlope(v, activation.alpha());
      case MISH:
        return ScalarGates.mishSlope(v);
      default:
        throw new AssertionError(activation);
    }
  }

  private static float tanh(float z) {
    float x = Math.max(Math.min(z, TANH_CUT), -TANH_CUT);
    float t = x * x;
    float p = (((A4 * t + A3) * t + A2) * t + A1) * t + 1;
    float q = (((B4 * t + B3) * t + B2) * t + B1) * t + 1;
    return p * x / q;
  }

  private static float bentRelu(LaneActivation bent, float z) {
    float below = (Math.max(z, floor(bent)) - bent.threshold()) * bent.alpha() + 0f;
    return Math.min(z >= bent.threshold() ? z : below, bent.max());
  }

  private static float bentReluSlope(LaneActivation bent, float z) {
    boolean isAbove = z >= bent.threshold();
    float below = (Math.max(z, floor(bent)) - bent.threshold()) * bent.alpha() + 0f;
    return (isAbove ? z : below) >= corner(bent) ? 0 : isAbove ? 1 : bent.alpha();
  }

  /** Of z below the threshold of a bent ReLU: a slope of zero times infinity would be no number. */
  public static float floor(LaneActivation bent) {
    return bent.alpha() == 0 ? -Float.MAX_VALUE : Float.NEGATIVE_INFINITY;
  }

  /** Value from which on a bent ReLU is flat: not a number, and so never reached, without a max. */
  public static float corner(LaneActivation bent) {
    return bent.max() == Float.POSITIVE_INFINITY ? Float.NaN : bent.max();
  }

  /** With x = 2z / 3, m = |x| and c = 1 + m + 1.41645 m^3, r(x) = x c / (1 + m c). */
  private static float rationalTanh(float z) {
    float x = Math.max(Math.min(z * TWO_THIRDS, RATIONAL_CUT), -RATIONAL_CUT);
    float m = Math.abs(x);
    float c = (m * m * R4 + 1) * m + 1;
    return x * c / (c * m + 1) * RATIONAL_SCALE;
  }

  private static float rationalTanhSlope(float z) {
    float m = Math.abs(Math.max(Math.min(z * TWO_THIRDS, RATIONAL_CUT), -RATIONAL_CUT));
    float c = (m * m * R4 + 1) * m + 1;
    float q = c * m + 1;
    return ((m * m * (4 * R4) + 2) * m + 1) / (q * q) * (RATIONAL_SCALE * TWO_THIRDS);
  }

  private static float softsign(float z) {
    float x = Math.max(Math.min(z, Float.MAX_VALUE), -Float.MAX_VALUE);
    return x / (Math.abs(x) + 1);
  }

  private static float softplus(float z, float beta) {
    float exp = exp(-(cut(z, expCut(beta)) * beta));
    return (z < 0 ? 0 : z) + log1p(exp) * (1 / beta);
  }

  /** Bits of a magnitude m with exp(-beta m) a normal float, beta &gt; 0. */
  public static int expCut(float beta) {
    return Float.floatToRawIntBits(Math.min(EXP_END / beta, Float.MAX_VALUE));
  }

  private static float sigmoid(float z) {
    float exp = exp(-cut(z, EXP_CUT));
    return Float.isNaN(z) ? z : (z < 0 ? exp : 1) / (exp + 1);
  }

  /** The magnitude, but at most that of the given bits. */
  static float cut(float z, int bits) {
    return Float.intBitsToFloat(Math.min(Float.floatToRawIntBits(z) & MAGNITUDE, bits));
  }

  static float exp(float x) {
    float shifted = x * LOG2_E + ROUND;
    float scale = scale(shifted);
    return scale * expm1Reduced(x, shifted) + scale;
  }

  /** exp(x) - 1 with no digit lost: 2^n (exp(r) - 1) + (2^n - 1), x = n log 2 + r. */
  private static float expm1(float x) {
    float shifted = x * LOG2_E + ROUND;
    float scale = scale(shifted);
    return scale * expm1Reduced(x, shifted) + (scale - 1);
  }

  /** 2^n. */
  private static float scale(float shifted) {
    return Float.intBitsToFloat((BIAS + Float.floatToRawIntBits(shifted)) << 23);
  }

  /** exp(r) - 1. */
  private static float expm1Reduced(float x, float shifted) {
    float n = shifted - ROUND;
    float r = x - n * LN2_HIGH;
    r = r - n * LN2_LOW;
    float p = P0 * r + P1;
    p = p * r + P2;
    p = p * r + P3;
    p = p * r + P4;
    p = p * r + P5;
    return p * (r * r) + r;
  }

  /** log(1 + u), 0 <= u <= 1, as 2 artanh(u / (2 + u)). */
  private static float log1p(float u) {
    float z = u / (2 + u);
    float s = z * z;
    float p = s * (1 / 15f) + 1 / 13f;
    p = p * s + 1 / 11f;
    p = p * s + 1 / 9f;
    p = p * s + 1 / 7f;
    p = p * s + 1 / 5f;
    p = p * s + 1 / 3f;
    return 2 * (z + z * s * p);
  }
}
