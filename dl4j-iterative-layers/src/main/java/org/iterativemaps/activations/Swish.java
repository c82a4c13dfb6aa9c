package org.iterativemaps.activations;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Swish: z σ(β z), σ(x) = 1 / (1 + exp(-x)). With β = 1 PyTorch's {@code nn.SiLU}.
 *
 * <p>The function of ND4J's {@code Activation.SWISH} (β = 1) and {@code Activation.GELU} (β =
 * 1.702), with a derivative that is a number for every input.
 *
 * <p>Source: Ramachandran, Zoph, Le, "Searching for Activation Functions" (2017).
 */
public final class Swish extends Elementwise {
  private static final long serialVersionUID = 1L;

  private final double beta;

  /** With β = 1. */
  public Swish() {
    this(1);
  }

  /**
   * With any β.
   *
   * @param beta β, above 0 and finite
   * @throws IllegalArgumentException if it is not
   */
  @JsonCreator
  public Swish(@JsonProperty(value = "beta", required = true) double beta) {
    this.beta = Checks.positive("beta", beta);
  }

  /** β. */
  public double beta() {
    return beta;
  }

  @Override
  INDArray value(INDArray z) {
    return Transforms.sigmoid(z.mul(beta), false).muli(z);
  }

  /** σ(β z) (1 + β z σ(-β z)). */
  @Override
  INDArray slope(INDArray z) {
    INDArray x = z.mul(beta);
    INDArray below = Transforms.sigmoid(x.neg(), false);
    return below.muli(x).addi(1).muli(Transforms.sigmoid(x, false));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Swish swish && swish.beta == beta;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(beta);
  }

  @Override
  public String toString() {
    return "swish(beta=" + beta + ")";
  }
}
