package org.iterativemaps.samediff;

import org.iterativemaps.kernel.DenseBlock;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Sparsity;
import org.iterativemaps.map.WeightMask;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compact weights to dense matrices W[to, from] and back, on the heap. */
final class Spread {
  private Spread() {}

  /** The matrix of some entries, of their data type. */
  static INDArray matrix(WeightMask mask, INDArray entries) {
    return dense(mask).matrix(new INDArray[] {entries}, entries.dataType());
  }

  static DenseBlock dense(WeightMask mask) {
    return new DenseBlock(block("from", "to", mask));
  }

  /** A trained block as the linear map knows it. */
  static RealizedBlock block(String from, String to, WeightMask mask) {
    return new RealizedBlock(
        new Block(from, to, Sparsity.explicit(mask), null), 0, 1, mask, null, 0);
  }
}
