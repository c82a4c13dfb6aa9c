package org.iterativemaps.samediff;

import org.iterativemaps.kernel.reference.SpreadMatrix;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compact weights as dense matrices W[to, from], on the heap. */
final class Spread {
  private Spread() {}

  /** The matrix of some entries, of their data type. */
  static INDArray matrix(WeightMask mask, INDArray entries) {
    return new SpreadMatrix("from->to", mask).matrix(entries, entries.dataType());
  }
}
