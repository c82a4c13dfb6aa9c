package org.iterativemaps.activations;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Mish: z tanh(log(1 + exp(z))). With e = exp(z) and n = e (e + 2) it is z n / (n + 2).
 *
 * <p>PyTorch's {@code nn.Mish}; the function of ND4J's {@code Activation.MISH}, with a derivative
 * that is a number for every input.
 *
 * <p>Source: Misra, "Mish: A Self Regularized Non-Monotonic Activation Function" (2019).
 */
public final class Mish extends Elementwise {
  private static final long serialVersionUID = 1L;

  // From here on n / (n + 2) is 1 in every precision, and e² is within the range of FLOAT.
  private static final double CUT = 25;
  private static final double NONE = -Float.MAX_VALUE;

  @Override
  INDArray value(INDArray z) {
    INDArray n = n(Transforms.exp(cut(z), false));
    return n.divi(n.add(2)).muli(z);
  }

  /** n / (n + 2) + 4 z e (1 + e) / (n + 2)². */
  @Override
  INDArray slope(INDArray z) {
    INDArray near = cut(z);
    INDArray e = Transforms.exp(near, true);
    INDArray n = n(e);
    INDArray below = n.add(2);
    // Divided one after the other: the square would leave the range of FLOAT.
    INDArray second = e.add(1).muli(e).muli(4).divi(below).muli(near).divi(below);
    return n.divi(below).addi(second);
  }

  private static INDArray n(INDArray e) {
    return e.add(2).muli(e);
  }

  private static INDArray cut(INDArray z) {
    return Nd4j.math().clipByValue(z, NONE, CUT);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Mish;
  }

  @Override
  public int hashCode() {
    return Mish.class.hashCode();
  }

  @Override
  public String toString() {
    return "mish(stable)";
  }
}
