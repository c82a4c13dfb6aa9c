package org.iterativemaps.kernel.fused;

import java.util.Map;
import java.util.Optional;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Mish;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.LaneActivation.Kind;
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
 * DL4J's activations as the lane kernels compute them: all of DL4J's and of {@link
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
 * <p>At kinks the derivative is the one that ND4J takes. It is that of the function also where
 * ND4J's is not: ELU with an alpha other than 1, ReLU with a largest value of 0, with a threshold
 * above it or with a slope below 0 and a largest value, {@code ActivationGELU(true)}.
 */
public final class LaneActivations {
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
          Map.entry(TanhGelu.class, new LaneActivation(Kind.TANH_GELU, LaneActivation.GELU_CUBE)),
          Map.entry(Mish.class, new LaneActivation(Kind.MISH, 0)));

  private LaneActivations() {}

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
          ? Optional.of(new LaneActivation(Kind.TANH_GELU, LaneActivation.ND4J_GELU_CUBE))
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
}
