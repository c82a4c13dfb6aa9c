package org.iterativemaps.kernel.fused.doubles;

/**
 * The twin of {@link org.iterativemaps.lanes.Coefficients}, written by hand: the same formulas with
 * more terms, fitted (by interpolation at Chebyshev points, in 80 digits) to what a double can tell
 * apart. log(1 + u), whose terms are those of the series, has its additional ones in the rules of
 * the generation ({@code src/main/doubles.xml}).
 *
 * <p>Measured against StrictMath: tanh, sigmoid, expm1 and log1p(exp) to relative errors of 1.2e-15
 * at most; tanh never above 1.
 */
public final class Coefficients {
  /** A magnitude whose negative has a normal double as exponential. */
  public static final double EXP_END = 708.3;

  /** Bits of {@link #EXP_END}. */
  public static final long EXP_CUT = Double.doubleToRawLongBits(EXP_END);

  /** Magnitude from which on tanh is 1 but for 8e-16. */
  public static final double TANH_CUT = 17.75;

  /** tanh(x) / x is (1 + A1 t + … + A11 t^11) / (1 + B1 t + … + B11 t^11), t = x^2: to 7e-18. */
  public static final double A1 = 0.15461889647910262;

  /** See {@link #A1}. */
  public static final double A2 = 0.006402002470872192;

  /** See {@link #A1}. */
  public static final double A3 = 0.00011044198931617042;

  /** See {@link #A1}. */
  public static final double A4 = 9.477229358100545e-07;

  /** See {@link #A1}. */
  public static final double A5 = 4.388216916632755e-09;

  /** See {@link #A1}. */
  public static final double A6 = 1.1282812182750834e-11;

  /** See {@link #A1}. */
  public static final double A7 = 1.5915346574547972e-14;

  /** See {@link #A1}. */
  public static final double A8 = 1.163658302161538e-17;

  /** See {@link #A1}. */
  public static final double A9 = 3.890472539564826e-21;

  /** See {@link #A1}. */
  public static final double A10 = 4.516529492284339e-25;

  /** See {@link #A1}. */
  public static final double A11 = 7.673738554827376e-30;

  /** See {@link #A1}. */
  public static final double B1 = 0.4879522298124359;

  /** See {@link #A1}. */
  public static final double B2 = 0.03571941240835089;

  /** See {@link #A1}. */
  public static final double B3 = 0.0009248694520289414;

  /** See {@link #A1}. */
  public static final double B4 = 1.1090545903521091e-05;

  /** See {@link #A1}. */
  public static final double B5 = 6.946419266687914e-08;

  /** See {@link #A1}. */
  public static final double B6 = 2.394479524728422e-10;

  /** See {@link #A1}. */
  public static final double B7 = 4.57857140311767e-13;

  /** See {@link #A1}. */
  public static final double B8 = 4.698777122090995e-16;

  /** See {@link #A1}. */
  public static final double B9 = 2.3745308745268004e-19;

  /** See {@link #A1}. */
  public static final double B10 = 4.9226003838616673e-23;

  /** See {@link #A1}. */
  public static final double B11 = 2.674466401894879e-27;

  /** Of {@link #TWO_THIRDS} z, where rational tanh is 1.7159 and its derivative below 3e-90. */
  public static final double RATIONAL_CUT = 1e30;

  /** Rational tanh is {@link #RATIONAL_SCALE} r({@value} z). */
  public static final double TWO_THIRDS = 2 / 3d;

  /** See {@link #TWO_THIRDS}. */
  public static final double RATIONAL_SCALE = 1.7159;

  /** r(x) = sign(x) (1 - 1 / (1 + |x| + x^2 + {@value} x^4)). */
  public static final double R4 = 1.41645;

  /** All bits but the sign. */
  public static final long MAGNITUDE = 0x7fff_ffff_ffff_ffffL;

  /** What is added to an exponent in the bits of a number. */
  public static final long BIAS = 1023;

  /** 1 / log 2. */
  public static final double LOG2_E = 1.4426950408889634;

  /** log 2, the bits that multiply exactly. */
  public static final double LN2_HIGH = 0x1.62e42feep-1;

  /** log 2, the rest. */
  public static final double LN2_LOW = 0x1.a39ef35793c76p-33;

  /** 1.5 * 2^52: adding it rounds to an integer, which then stands in the lowest bits. */
  public static final double ROUND = 0x1.8p52;

  /**
   * Coefficients of (exp(r) - 1 - r) / r^2, highest power first: Q0 to Q3, P0 to P5; exp to 2e-17.
   */
  public static final double Q0 = 2.510038549551032e-08;

  /** See {@link #Q0}. */
  public static final double Q1 = 2.7620088445409746e-07;

  /** See {@link #Q0}. */
  public static final double Q2 = 2.7557268459997064e-06;

  /** See {@link #Q0}. */
  public static final double Q3 = 2.4801521295954376e-05;

  /** See {@link #Q0}. */
  public static final double P0 = 0.00019841269863053618;

  /** See {@link #Q0}. */
  public static final double P1 = 0.0013888888917213717;

  /** See {@link #Q0}. */
  public static final double P2 = 0.008333333333330062;

  /** See {@link #Q0}. */
  public static final double P3 = 0.04166666666662413;

  /** See {@link #Q0}. */
  public static final double P4 = 0.16666666666666669;

  /** See {@link #Q0}. */
  public static final double P5 = 0.5000000000000001;

  /** Bits of a magnitude m with exp(-m^2 / 2) a normal double: GELU's tail is nothing beyond. */
  public static final long GELU_CUT = Double.doubleToRawLongBits(37.6);

  /** Bits of a magnitude beyond which the tail of GELU by tanh is nothing. */
  public static final long TANH_GELU_CUT = Double.doubleToRawLongBits(21.14);

  /** The same with {@link LaneActivation#ND4J_GELU_CUBE}. */
  public static final long ND4J_GELU_CUT = Double.doubleToRawLongBits(148.8);

  /**
   * The normal tail Q(m), m >= 0, is exp(-m^2 / 2) (M0 t^22 + … + M12 t^10 + N0 t^9 + … + N9), t =
   * 1 / (1 + {@value} m): to 6e-18 up to the cut.
   */
  public static final double TAIL = 0.2;

  /** See {@link #TAIL}. */
  public static final double M0 = -0.0009719860045568565;

  /** See {@link #TAIL}. */
  public static final double M1 = 0.011885003557898491;

  /** See {@link #TAIL}. */
  public static final double M2 = -0.06674578193608187;

  /** See {@link #TAIL}. */
  public static final double M3 = 0.22762139269922907;

  /** See {@link #TAIL}. */
  public static final double M4 = -0.5263631755498231;

  /** See {@link #TAIL}. */
  public static final double M5 = 0.8770105910894705;

  /** See {@link #TAIL}. */
  public static final double M6 = -1.0999086256171122;

  /** See {@link #TAIL}. */
  public static final double M7 = 1.077080451450562;

  /** See {@link #TAIL}. */
  public static final double M8 = -0.8425311287215793;

  /** See {@link #TAIL}. */
  public static final double M9 = 0.5295712521887458;

  /** See {@link #TAIL}. */
  public static final double M10 = -0.27559677150534556;

  /** See {@link #TAIL}. */
  public static final double M11 = 0.11768857806504646;

  /** See {@link #TAIL}. */
  public static final double M12 = -0.03359006202130632;

  /** See {@link #TAIL}. */
  public static final double N0 = 0.026701984170299838;

  /** See {@link #TAIL}. */
  public static final double N1 = 0.022921357853145693;

  /** See {@link #TAIL}. */
  public static final double N2 = 0.03809896238173882;

  /** See {@link #TAIL}. */
  public static final double N3 = 0.04970945127542945;

  /** See {@link #TAIL}. */
  public static final double N4 = 0.06103165086660535;

  /** See {@link #TAIL}. */
  public static final double N5 = 0.07021296880116944;

  /** See {@link #TAIL}. */
  public static final double N6 = 0.07659697755789834;

  /** See {@link #TAIL}. */
  public static final double N7 = 0.07978845323539177;

  /** See {@link #TAIL}. */
  public static final double N8 = 0.07978845616433179;

  /** See {@link #TAIL}. */
  public static final double N9 = -1.157504055057298e-12;

  /** 1 / sqrt(2 pi). */
  public static final double DENSITY = 0.3989422804014327;

  /** 2 sqrt(2 / pi), of GELU by tanh. */
  public static final double U1 = 1.5957691216057308;

  private Coefficients() {}
}
