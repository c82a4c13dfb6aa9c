package org.iterativemaps.activations;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** a = A(z), each number for itself, by ND4J operations. */
abstract class Elementwise extends BaseActivationFunction {
  private static final long serialVersionUID = 1L;

  /** A(z) in a new array. */
  abstract INDArray value(INDArray z);

  /** A'(z) in a new array. */
  abstract INDArray slope(INDArray z);

  @Override
  public final INDArray getActivation(INDArray in, boolean training) {
    return in.assign(value(in));
  }

  @Override
  public final Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    assertShape(in, epsilon);
    return new Pair<>(slope(in).muli(epsilon), null);
  }
}
