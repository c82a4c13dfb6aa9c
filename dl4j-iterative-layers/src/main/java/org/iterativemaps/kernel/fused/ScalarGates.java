package org.iterativemaps.kernel.fused;

import static org.iterativemaps.kernel.fused.ScalarActivations.EXP_CUT;
import static org.iterativemaps.kernel.fused.ScalarActivations.cut;
import static org.iterativemaps.kernel.fused.ScalarActivations.exp;
import static org.iterativemaps.kernel.fused.ScalarActivations.expCut;

/**
 * The activations that are max(z, 0) - m T(m), m = |z|, on single floats: GELU, Swish, Mish. By the
 * formulas that the vector kernels use, too, as in {@link ScalarActivations}.
 */
public final class ScalarGates {
  /** Bits of a magnitude m with exp(-m^2 / 2) a normal float: GELU's tail is nothing beyond. */
  public static final int GELU_CUT = Float.floatToRawIntBits(13.2f);

  /** Bits of a magnitude beyond which the tail of GELU by tanh is nothing. */
  public static final int TANH_GELU_CUT = Float.floatToRawIntBits(9.99f);

  /** The same with {@link LaneActivation#ND4J_GELU_CUBE}. */
  public static final int ND4J_GELU_CUT = Float.floatToRawIntBits(46f);

  /**
   * The normal tail Q(m), m >= 0, is exp(-m^2 / 2) (N0 t^9 + … + N9), t = 1 / (1 + {@value} m):
   * fitted with level relative error (2.4e-8 up to the cut).
   */
  public static final float TAIL = 0.45f;

  /** See {@link #TAIL}. */
  public static final float N0 = 0.03964651f;

  /** See {@link #TAIL}. */
  public static final float N1 = -0.23231283f;

  /** See {@link #TAIL}. */
  public static final float N2 = 0.551537f;

  /** See {@link #TAIL}. */
  public static final float N3 = -0.6279181f;

  /** See {@link #TAIL}. */
  public static final float N4 = 0.27551916f;

  /** See {@link #TAIL}. */
  public static final float N5 = -0.027032463f;

  /** See {@link #TAIL}. */
  public static final float N6 = 0.1641066f;

  /** See {@link #TAIL}. */
  public static final float N7 = 0.17672573f;

  /** See {@link #TAIL}. */
  public static final float N8 = 0.17973527f;

  /** See {@link #TAIL}. */
  public static final float N9 = -6.858897e-06f;

  /** 1 / sqrt(2 pi). */
  public static final float DENSITY = 0.3989422804014327f;

  /** 2 sqrt(2 / pi), of GELU by tanh. */
  public static final float U1 = 1.5957691216057308f;

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
    int mask = Float.floatToRawIntBits(z + 0f) >> 31; // -0 + 0 is 0
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(one) & mask | Float.floatToRawIntBits(other) & ~mask);
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
