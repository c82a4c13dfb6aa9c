package org.iterativemaps.lanes;

import static org.iterativemaps.lanes.Coefficients.DENSITY;
import static org.iterativemaps.lanes.Coefficients.EXP_CUT;
import static org.iterativemaps.lanes.Coefficients.GELU_CUT;
import static org.iterativemaps.lanes.Coefficients.N0;
import static org.iterativemaps.lanes.Coefficients.N1;
import static org.iterativemaps.lanes.Coefficients.N2;
import static org.iterativemaps.lanes.Coefficients.N3;
import static org.iterativemaps.lanes.Coefficients.N4;
import static org.iterativemaps.lanes.Coefficients.N5;
import static org.iterativemaps.lanes.Coefficients.N6;
import static org.iterativemaps.lanes.Coefficients.N7;
import static org.iterativemaps.lanes.Coefficients.N8;
import static org.iterativemaps.lanes.Coefficients.N9;
import static org.iterativemaps.lanes.Coefficients.ND4J_GELU_CUT;
import static org.iterativemaps.lanes.Coefficients.TAIL;
import static org.iterativemaps.lanes.Coefficients.TANH_GELU_CUT;
import static org.iterativemaps.lanes.Coefficients.U1;
import static org.iterativemaps.lanes.ScalarActivations.cut;
import static org.iterativemaps.lanes.ScalarActivations.exp;
import static org.iterativemaps.lanes.ScalarActivations.expCut;

/**
 * The activations that are max(z, 0) - m T(m), m = |z|, on single floats: GELU, Swish, Mish. By the
 * formulas that the vector kernels use, too, as in {@link ScalarActivations}.
 */
public final class ScalarGates {
  private ScalarGates() {}

  /** T is the normal tail. */
  static float gelu(float z) {
    float m = cut(z, GELU_CUT);
    return Math.max(z, 0) - m * (tailFactor(m) * exp(m * m * -0.5f));
  }

  static float geluSlope(float z) {
    float m = cut(z, GELU_CUT);
    float exp = exp(m * m * -0.5f);
    return slope(z, tailFactor(m) * exp - m * (exp * DENSITY));
  }

  /** T(m) = sigmoid(-2u(m)). */
  static float tanhGelu(float z, float cube) {
    float m = cut(z, tanhGeluCut(cube));
    float exp = exp(-twiceU(m, cube));
    return Math.max(z, 0) - m * (exp * (1 / (exp + 1)));
  }

  static float tanhGeluSlope(float z, float cube) {
    float m = cut(z, tanhGeluCut(cube));
    float exp = exp(-twiceU(m, cube));
    float above = 1 / (exp + 1);
    float tail = exp * above;
    return slope(z, tail - m * (tail * above * ((m * m * (3 * cube) + 1) * U1)));
  }

  /** Bits of the magnitude that z is cut to in GELU by tanh. */
  public static int tanhGeluCut(float cube) {
    return cube == LaneActivation.ND4J_GELU_CUBE ? ND4J_GELU_CUT : TANH_GELU_CUT;
  }

  /** T(m) = sigmoid(-beta m). */
  static float swish(float z, float beta) {
    float m = cut(z, expCut(beta));
    float exp = exp(-(m * beta));
    return Math.max(z, 0) - m * (exp * (1 / (exp + 1)));
  }

  static float swishSlope(float z, float beta) {
    float m = cut(z, expCut(beta)) * beta;
    float exp = exp(-m);
    float above = 1 / (exp + 1);
    float tail = exp * above;
    return slope(z, tail - m * (tail * above));
  }

  /** T is 1 - tanh(log(1 + exp(m))) above zero, tanh(log(1 + exp(-m))) below. */
  static float mish(float z) {
    float m = cut(z, EXP_CUT);
    float w = exp(-m);
    float n = below(z, w * (w + 2), w * w * 2);
    return Math.max(z, 0) - m * (n / (n + below(z, 2, w * 2 + 1)));
  }

  static float mishSlope(float z) {
    float m = cut(z, EXP_CUT);
    float w = exp(-m);
    float n = below(z, w * (w + 2), w * w * 2);
    float d = n + below(z, 2, w * 2 + 1);
    return slope(z, n / d - m * (below(z, w, w * w) * 4 * (w + 1) / (d * d)));
  }

  /**
   * The derivative of max(z, 0) - m T(m), m = |z|.
   *
   * @param d d(m T(m)) / dm
   * @return d below zero, 1 - d above; z where z is no number
   */
  private static float slope(float z, float d) {
    float slope = below(z, d, 1 - d);
    return Float.isNaN(z) ? z : slope;
  }

  /** One where z < 0, else the other: in a branch, every second element would be mispredicted. */
  private static float below(float z, float one, float other) {
    int bits = Float.floatToRawIntBits(z + 0f) >> 31; // -0 + 0 is 0
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(one) & bits | Float.floatToRawIntBits(other) & ~bits);
  }

  /** The normal tail over exp(-m^2 / 2). */
  private static float tailFactor(float m) {
    float t = 1 / (m * TAIL + 1);
    float p = N0 * t + N1;
    p = p * t + N2;
    p = p * t + N3;
    p = p * t + N4;
    p = p * t + N5;
    p = p * t + N6;
    p = p * t + N7;
    p = p * t + N8;
    return p * t + N9;
  }

  private static float twiceU(float m, float cube) {
    return (m * m * cube + 1) * m * U1;
  }
}
