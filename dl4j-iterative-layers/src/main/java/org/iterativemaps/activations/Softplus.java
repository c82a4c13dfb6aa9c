package org.iterativemaps.activations;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Softplus: log(1 + exp(β z)) / β, computed as max(z, 0) + log(1 + exp(-β |z|)) / β, which is
 * finite wherever z is.
 *
 * <p>With β = 1 the function of ND4J's {@code Activation.SOFTPLUS}. PyTorch's {@code nn.Softplus}
 * returns z itself where β z is above its threshold of 20: at most 2.1e-9 / β less than this.
 *
 * <p>Source: Dugas and others, "Incorporating Second-Order Functional Knowledge for Better Option
 * Pricing" (2001).
 */
public final class Softplus extends Elementwise {
  private static final long serialVersionUID = 1L;

  private final double beta;

  /** With β = 1. */
  public Softplus() {
    this(1);
  }

  /**
   * With any β.
   *
   * @param beta β, above 0 and finite
   * @throws IllegalArgumentException if it is not
   */
  @JsonCreator
  public Softplus(@JsonProperty(value = "beta", required = true) double beta) {
    this.beta = Checks.positive("beta", beta);
  }

  /** β. */
  public double beta() {
    return beta;
  }

  @Override
  INDArray value(INDArray z) {
    INDArray size = Transforms.abs(z, true);
    INDArray positivePart = size.mul(0.5).addi(z.mul(0.5)); // ND4J's maximum would lose a NaN
    INDArray rest = Transforms.log1p(Transforms.exp(size.muli(-beta), false), false).divi(beta);
    return rest.addi(positivePart);
  }

  /** σ(β z). */
  @Override
  INDArray slope(INDArray z) {
    return Transforms.sigmoid(z.mul(beta), false);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Softplus softplus && softplus.beta == beta;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(beta);
  }

  @Override
  public String toString() {
    return "softplus(beta=" + beta + ")";
  }
}
