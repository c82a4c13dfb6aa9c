package org.iterativemaps.activations;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The approximation of {@link Gelu} by tanh: z (1 + tanh(u)) / 2 = z σ(2u), u = √(2/π) (z +
 * 0.044715 z³).
 *
 * <p>PyTorch's {@code nn.GELU(approximate="tanh")}. ND4J's {@code ActivationGELU(true)} is meant to
 * be it, but is off by 0.01 at 1.
 *
 * <p>Source: Hendrycks, Gimpel, "Gaussian Error Linear Units" (2016).
 */
public final class TanhGelu extends Elementwise {
  private static final long serialVersionUID = 1L;

  private static final double SCALE = 2 * Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;
  // Beyond, σ(2u) is 0 or 1 in every precision; and z³ would leave the range of FLOAT.
  private static final double CUT = 20;

  @Override
  INDArray value(INDArray z) {
    return Transforms.sigmoid(twiceU(cut(z)), false).muli(z);
  }

  /** σ(2u) + z σ(2u) σ(-2u) 2u'. */
  @Override
  INDArray slope(INDArray z) {
    INDArray near = cut(z);
    INDArray u = twiceU(near);
    INDArray above = Transforms.sigmoid(u, true);
    INDArray below = Transforms.sigmoid(u.negi(), false);
    INDArray uSlope = near.mul(near).muli(3 * CUBIC).addi(1).muli(SCALE);
    return uSlope.muli(near).muli(below).addi(1).muli(above);
  }

  private static INDArray twiceU(INDArray z) {
    return z.mul(z).muli(CUBIC).addi(1).muli(z).muli(SCALE);
  }

  private static INDArray cut(INDArray z) {
    return Nd4j.math().clipByValue(z, -CUT, CUT);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TanhGelu;
  }

  @Override
  public int hashCode() {
    return TanhGelu.class.hashCode();
  }

  @Override
  public String toString() {
    return "gelu(tanh)";
  }
}
