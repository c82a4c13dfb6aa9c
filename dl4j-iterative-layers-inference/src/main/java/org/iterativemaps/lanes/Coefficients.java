package org.iterativemaps.lanes;

/**
 * The numbers in the formulas of {@link ScalarActivations} and {@link ScalarGates}, fitted to what
 * a float can tell apart. The twin of this class, for doubles, is written by hand.
 */
public final class Coefficients {
  /** A magnitude whose negative has a normal float as exponential. */
  public static final float EXP_END = 87.3f;

  /** Bits of {@link #EXP_END}. */
  public static final int EXP_CUT = Float.floatToRawIntBits(EXP_END);

  /** Magnitude from which on tanh is 1 but for 2e-7. */
  public static final float TANH_CUT = 8.05f;

  /** tanh(x) / x is (1 + A1 t + … + A4 t^4) / (1 + B1 t + … + B4 t^4), t = x^2. */
  public static final float A1 = 0.1344142109155655f;

  /** See {@link #A1}. */
  public static final float A2 = 0.0035678865388035774f;

  /** See {@link #A1}. */
  public static final float A3 = 2.183035758207552e-05f;

  /** See {@link #A1}. */
  public static final float A4 = 1.513232028571565e-08f;

  /** See {@link #A1}. */
  public static final float B1 = 0.4677474796772003f;

  /** See {@link #A1}. */
  public static final float B2 = 0.026150479912757874f;

  /** See {@link #A1}. */
  public static final float B3 = 0.00034050975227728486f;

  /** See {@link #A1}. */
  public static final float B4 = 8.484391287311155e-07f;

  /** Of {@link #TWO_THIRDS} z, where rational tanh is 1.7159 and its derivative below 3e-20. */
  public static final float RATIONAL_CUT = 1e4f;

  /** Rational tanh is {@link #RATIONAL_SCALE} r({@value} z). */
  public static final float TWO_THIRDS = 2 / 3f;

  /** See {@link #TWO_THIRDS}. */
  public static final float RATIONAL_SCALE = 1.7159f;

  /** r(x) = sign(x) (1 - 1 / (1 + |x| + x^2 + {@value} x^4)). */
  public static final float R4 = 1.41645f;

  /** All bits but the sign. */
  public static final int MAGNITUDE = 0x7fffffff;

  /** What is added to an exponent in the bits of a number. */
  public static final int BIAS = 127;

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

  private Coefficients() {}
}
