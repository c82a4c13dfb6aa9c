package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import org.iterativemaps.kernel.HeapCopy;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An activation that ND4J computes: a tile goes to it as [lanes, units] and comes back. */
final class Nd4jActivation {
  private Nd4jActivation() {}

  /** a = A(a) on a tile. */
  static void activate(
      IActivation activation, boolean isTraining, int lanes, int length, float[] a, int at) {
    INDArray result = activation.getActivation(matrix(a, at, lanes, length), isTraining);
    store(result, a, at, length);
  }

  /** g *= A'(z) on a tile. */
  static void multiplyByDerivative(
      IActivation activation, int lanes, int length, float[] z, int zAt, float[] g, int gAt) {
    INDArray gradient = matrix(g, gAt, lanes, length);
    store(activation.backprop(matrix(z, zAt, lanes, length), gradient).getFirst(), g, gAt, length);
  }

  private static INDArray matrix(float[] from, int at, int lanes, int length) {
    return HeapCopy.matrix(Arrays.copyOfRange(from, at, at + length), lanes, length / lanes);
  }

  private static void store(INDArray matrix, float[] into, int at, int length) {
    System.arraycopy(HeapCopy.read(matrix, null), 0, into, at, length);
  }
}
