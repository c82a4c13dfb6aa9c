package org.iterativemaps.kernel.fused;

import java.util.Optional;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Mish;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * An elementwise activation that the lane kernels compute themselves.
 *
 * @param kind the function
 * @param alpha slope below zero (leaky ReLU), scale of the exponential (ELU) or beta (Swish); else
 *     0
 */
public record LaneActivation(Kind kind, float alpha) {

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
    /** z or alpha z. */
    LEAKY_RELU,
    /** z or alpha (exp(z) - 1). */
    ELU,
    /** {@link #SELU_SCALE} times z or {@link #SELU_ALPHA} (exp(z) - 1). */
    SELU,
    /** z cut to [-1, 1]. */
    HARD_TANH,
    /** 0.2 z + 0.5 cut to [0, 1]. */
    HARD_SIGMOID,
    /** z / (1 + |z|). */
    SOFTSIGN,
    /** log(1 + exp(z)). */
    SOFTPLUS,
    /** z Phi(z), Phi the normal distribution. */
    GELU,
    /** z sigmoid(2u), u = sqrt(2 / pi) (z + 0.044715 z^3). */
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

  /** What a DL4J activation is here; empty if it is none of these. */
  public static Optional<LaneActivation> of(IActivation any) {
    IActivation activation = StableActivations.sameFunction(any);
    // Exact classes: a subclass may compute something else.
    Class<?> type = activation.getClass();
    if (type == ActivationIdentity.class) {
      return of(Kind.IDENTITY);
    } else if (type == ActivationTanH.class) {
      return of(Kind.TANH);
    } else if (type == ActivationSigmoid.class) {
      return of(Kind.SIGMOID);
    } else if (type == ActivationHardTanH.class) {
      return of(Kind.HARD_TANH);
    } else if (type == ActivationHardSigmoid.class) {
      return of(Kind.HARD_SIGMOID);
    } else if (type == ActivationSoftSign.class) {
      return of(Kind.SOFTSIGN);
    } else if (type == Gelu.class) {
      return of(Kind.GELU);
    } else if (type == TanhGelu.class) {
      return of(Kind.TANH_GELU);
    } else if (type == Mish.class) {
      return of(Kind.MISH);
    } else if (activation instanceof Swish swish) {
      return isModerate(swish.beta()) ? withAlpha(Kind.SWISH, swish.beta()) : Optional.empty();
    } else if (activation instanceof Softplus softplus) {
      return softplus.beta() == 1 ? of(Kind.SOFTPLUS) : Optional.empty();
    } else if (type == ActivationSELU.class) {
      return of(Kind.SELU);
    } else if (activation instanceof ActivationReLU relu && type == ActivationReLU.class) {
      return isPlain(relu) ? of(Kind.RELU) : Optional.empty();
    } else if (activation instanceof ActivationLReLU leaky && type == ActivationLReLU.class) {
      return withAlpha(Kind.LEAKY_RELU, leaky.getAlpha());
    } else if (activation instanceof ActivationELU elu && type == ActivationELU.class) {
      return withAlpha(Kind.ELU, elu.getAlpha());
    }
    return Optional.empty();
  }

  private static Optional<LaneActivation> of(Kind kind) {
    return Optional.of(new LaneActivation(kind, 0));
  }

  /** The derivative is recovered from the output, whose sign must be that of z. */
  private static Optional<LaneActivation> withAlpha(Kind kind, double alpha) {
    return alpha > 0 ? Optional.of(new LaneActivation(kind, (float) alpha)) : Optional.empty();
  }

  /** Whether products with it, and its inverse, are within the range of floats. */
  private static boolean isModerate(double beta) {
    return beta > 1e-6 && beta < 1e6;
  }

  private static boolean isPlain(ActivationReLU relu) {
    return isNullOrZero(relu.getMax())
        && isNullOrZero(relu.getThreshold())
        && isNullOrZero(relu.getNegativeSlope());
  }

  private static boolean isNullOrZero(Double value) {
    return value == null || value == 0;
  }

  /** Whether the derivative is computed from z; else from a = A(z). */
  public boolean needsPreActivation() {
    return switch (kind) {
      // At the corners of these two the output does not say on which side z was.
      case HARD_TANH, HARD_SIGMOID -> true;
      // These fall and rise: two z have one output.
      case GELU, TANH_GELU, SWISH, MISH -> true;
      default -> false;
    };
  }
}
