package org.iterativemaps.kernel.fused;

import java.util.Map;
import java.util.Optional;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Mish;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;

/**
 * An elementwise activation that the lane kernels compute themselves: all of DL4J's and of {@link
 * org.iterativemaps.activations}, but for
 *
 * <ul>
 *   <li>softmax, which is no function of one number,
 *   <li>RReLU, which in training draws a slope for every number from ND4J's generator,
 *   <li>PReLU, whose slopes are parameters of its own,
 *   <li>Swish and Softplus of a beta that, or whose inverse, no FLOAT holds,
 *   <li>subclasses, which may compute something else.
 * </ul>
 *
 * <p>Values are off by at most 4e-7 of the larger of the value and 0.1, derivatives by 5e-7 of the
 * larger of the derivative and 1; ELU with an alpha above 1 by alpha times, values of Swish and
 * Softplus with a beta below 1 by 1 / beta times as much. Not-a-number gives none; infinity what
 * the largest number gives, or infinity. Where alpha z is nothing in FLOAT, leaky ReLU and ELU have
 * the derivative of z = 0.
 *
 * <p>At kinks the derivative is the one that ND4J takes. It is that of the function also where
 * ND4J's is not: ELU with an alpha other than 1, ReLU with a largest value of 0, with a threshold
 * above it or with a slope below 0 and a largest value, {@code ActivationGELU(true)}.
 *
 * @param kind the function
 * @param alpha slope below the threshold (leaky and bent ReLU), scale of the exponential (ELU),
 *     beta (Swish, Softplus) or the factor of the cube (GELU by tanh); else 0
 * @param threshold where a bent ReLU bends; else 0
 * @param max what a bent ReLU is cut to; else infinity
 */
public record LaneActivation(Kind kind, float alpha, float threshold, float max) {

  /** The functions. */
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

  private static final float NO_MAX = Float.POSITIVE_INFINITY;
  private static final float ABOVE_ZERO = Float.MIN_VALUE;
  private static final float LEAST_BETA = 8 * Float.MIN_NORMAL; // its inverse is a float, too

  /** Those without numbers of their own. */
  private static final Map<Class<?>, LaneActivation> FIXED =
      Map.ofEntries(
          Map.entry(ActivationIdentity.class, new LaneActivation(Kind.IDENTITY, 0)),
          Map.entry(ActivationTanH.class, new LaneActivation(Kind.TANH, 0)),
          Map.entry(ActivationSigmoid.class, new LaneActivation(Kind.SIGMOID, 0)),
          Map.entry(ActivationHardTanH.class, new LaneActivation(Kind.HARD_TANH, 0)),
          Map.entry(ActivationHardSigmoid.class, new LaneActivation(Kind.HARD_SIGMOID, 0)),
          Map.entry(ActivationRectifiedTanh.class, new LaneActivation(Kind.RECTIFIED_TANH, 0)),
          Map.entry(ActivationRationalTanh.class, new LaneActivation(Kind.RATIONAL_TANH, 0)),
          Map.entry(ActivationSoftSign.class, new LaneActivation(Kind.SOFTSIGN, 0)),
          Map.entry(ActivationCube.class, new LaneActivation(Kind.CUBE, 0)),
          Map.entry(ActivationSELU.class, new LaneActivation(Kind.SELU, 0)),
          Map.entry(ActivationReLU6.class, bent(0, ABOVE_ZERO, 6)),
          Map.entry(Gelu.class, new LaneActivation(Kind.GELU, 0)),
          Map.entry(TanhGelu.class, new LaneActivation(Kind.TANH_GELU, GELU_CUBE)),
          Map.entry(Mish.class, new LaneActivation(Kind.MISH, 0)));

  /** Of a kind that does not bend. */
  public LaneActivation(Kind kind, float alpha) {
    this(kind, alpha, 0, NO_MAX);
  }

  /** What a DL4J activation is here; empty if it is none of these. */
  public static Optional<LaneActivation> of(IActivation any) {
    IActivation activation = StableActivations.sameFunction(any);
    // Exact classes: a subclass may compute something else.
    Class<?> type = activation.getClass();
    if (activation instanceof Swish swish) {
      return withBeta(Kind.SWISH, swish.beta());
    } else if (activation instanceof Softplus softplus) {
      return withBeta(Kind.SOFTPLUS, softplus.beta());
    } else if (activation instanceof ActivationGELU gelu && type == ActivationGELU.class) {
      // The other one is Swish.
      return gelu.isPrecise()
          ? Optional.of(new LaneActivation(Kind.TANH_GELU, ND4J_GELU_CUBE))
          : Optional.empty();
    } else if (activation instanceof ActivationReLU relu && type == ActivationReLU.class) {
      return Optional.of(relu(relu));
    } else if (activation instanceof ActivationThresholdedReLU thresholded
        && type == ActivationThresholdedReLU.class) {
      return Optional.of(bent(0, Math.nextUp((float) thresholded.getTheta()), NO_MAX));
    } else if (activation instanceof ActivationLReLU leaky && type == ActivationLReLU.class) {
      return Optional.of(leakyRelu((float) leaky.getAlpha()));
    } else if (activation instanceof ActivationELU elu && type == ActivationELU.class) {
      float alpha = (float) elu.getAlpha();
      Kind kind = isFromOutput(alpha) ? Kind.ELU : Kind.ANY_ELU;
      return Optional.of(new LaneActivation(kind, alpha));
    }
    return Optional.ofNullable(FIXED.get(type));
  }

  private static Optional<LaneActivation> withBeta(Kind kind, double beta) {
    return beta > LEAST_BETA && beta < 1 / LEAST_BETA
        ? Optional.of(new LaneActivation(kind, (float) beta))
        : Optional.empty();
  }

  private static LaneActivation relu(ActivationReLU relu) {
    float max = relu.getMax() == null ? NO_MAX : relu.getMax().floatValue();
    if (relu.getThreshold() == null && relu.getNegativeSlope() == null) {
      return max == NO_MAX ? new LaneActivation(Kind.RELU, 0) : bent(0, ABOVE_ZERO, max);
    }
    float slope = relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope().floatValue();
    float threshold = relu.getThreshold() == null ? 0 : relu.getThreshold().floatValue();
    return threshold == 0 && max == NO_MAX ? leakyRelu(slope) : bent(slope, threshold, max);
  }

  private static LaneActivation leakyRelu(float alpha) {
    return isFromOutput(alpha)
        ? new LaneActivation(Kind.LEAKY_RELU, alpha)
        : bent(alpha, 0, NO_MAX);
  }

  private static LaneActivation bent(float alpha, float threshold, float max) {
    return new LaneActivation(Kind.BENT_RELU, alpha, threshold, max);
  }

  /** Whether the output has the sign of z, and enough digits, to say the derivative. */
  private static boolean isFromOutput(float alpha) {
    return alpha > 1e-6 && alpha < 1e6;
  }

  /** Whether the derivative is computed from z; else from a = A(z). */
  public boolean needsPreActivation() {
    return switch (kind) {
      // At corners, and with these slopes, the output does not say on which side z was.
      case HARD_TANH, HARD_SIGMOID, BENT_RELU, ANY_ELU -> true;
      // These fall and rise: two z have one output.
      case GELU, TANH_GELU, SWISH, MISH -> true;
      // Their inverses are long.
      case CUBE, RATIONAL_TANH -> true;
      default -> false;
    };
  }
}
