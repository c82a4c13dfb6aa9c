package org.iterativemaps.activations;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSwish;

/** Stand-ins for activations of ND4J. */
public final class StableActivations {
  /** ND4J's GELU is z σ(1.702 z). */
  private static final double ND4J_GELU_BETA = 1.702;

  private StableActivations() {}

  /**
   * The same function, with values and derivatives that are finite wherever the input is.
   *
   * @param activation any
   * @return of this package for ND4J's SOFTPLUS, SWISH, GELU (not precise) and MISH; all others as
   *     they are
   */
  public static IActivation sameFunction(IActivation activation) {
    // Exact classes: a subclass may compute something else.
    Class<?> type = activation.getClass();
    if (type == ActivationSoftPlus.class) {
      return new Softplus();
    } else if (type == ActivationSwish.class) {
      return new Swish();
    } else if (type == ActivationMish.class) {
      return new Mish();
    } else if (activation instanceof ActivationGELU gelu
        && type == ActivationGELU.class
        && !gelu.isPrecise()) {
      return new Swish(ND4J_GELU_BETA);
    }
    return activation;
  }

  /**
   * The function that PyTorch has under the name: as {@link #sameFunction}, but both of ND4J's
   * GELUs become {@link Gelu}, PyTorch's {@code nn.GELU()}.
   */
  public static IActivation asInPyTorch(IActivation activation) {
    return activation.getClass() == ActivationGELU.class ? new Gelu() : sameFunction(activation);
  }
}
