package org.iterativemaps.activations;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * GELU, exactly: z Φ(z) = z erfc(-z / √2) / 2, Φ being the distribution function of the standard
 * normal distribution.
 *
 * <p>PyTorch's {@code nn.GELU()}; its {@code nn.GELU(approximate="tanh")} is {@link TanhGelu}.
 * ND4J's {@code Activation.GELU} is neither, but {@code new Swish(1.702)}.
 *
 * <p>Source: Hendrycks, Gimpel, "Gaussian Error Linear Units" (2016).
 */
public final class Gelu extends Elementwise {
  private static final long serialVersionUID = 1L;

  @Override
  INDArray value(INDArray z) {
    return phi(z).muli(z);
  }

  /** Φ(z) + z exp(-z² / 2) / √(2π). */
  @Override
  INDArray slope(INDArray z) {
    INDArray density = Transforms.exp(z.mul(z).muli(-0.5), false).divi(Math.sqrt(2 * Math.PI));
    return phi(z).addi(density.muli(z));
  }

  private static INDArray phi(INDArray z) {
    return Nd4j.math().erfc(z.mul(-Math.sqrt(0.5))).muli(0.5); // overwrites its argument
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Gelu;
  }

  @Override
  public int hashCode() {
    return Gelu.class.hashCode();
  }

  @Override
  public String toString() {
    return "gelu(exact)";
  }
}
