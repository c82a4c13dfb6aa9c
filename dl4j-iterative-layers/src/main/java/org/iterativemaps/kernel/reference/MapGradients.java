package org.iterativemaps.kernel.reference;

import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Sums of the gradients of a map's parameters on one way back, as {@link MapValues} has them. */
final class MapGradients {
  private final MapValues values;
  private final RealizedMap map;
  private final ArrayPool pool;
  private final INDArray[] sums; // null where nothing was added
  private final MapGradients[] nested;
  private final boolean isWanted;

  /**
   * Sums of zeros.
   *
   * @param isWanted whether anything is to be summed
   */
  MapGradients(MapValues values, ArrayPool pool, boolean isWanted) {
    this.values = values;
    this.isWanted = isWanted;
    this.map = values.map;
    this.pool = pool;
    this.sums = new INDArray[map.parameters().size()];
    this.nested = new MapGradients[map.blocks().size()];
    for (int b = 0; b < nested.length; b++) {
      nested[b] =
          values.nested(b) == null ? null : new MapGradients(values.nested(b), pool, isWanted);
    }
  }

  /**
   * Adds from^T delta to the gradient of a block's W^T; nothing if its weights are fixed.
   *
   * @param which of the block's parameters, counted from 0
   * @param from what was multiplied with, [rows, from]
   * @param delta gradient of the image, [rows, to]
   */
  void addWeights(int block, int which, INDArray from, INDArray delta) {
    int first = map.blocks().get(block).parameter();
    if (isWanted && first >= 0) {
      INDArray sum = sum(first + which, from.size(1), delta.size(1));
      Nd4j.gemm(from, delta, sum, true, false, 1, 1);
    }
  }

  /** Adds the sum over the rows to the gradient of a slot's bias, if it has one. */
  void addBias(int slot, INDArray rows) {
    addRows(map.biasParameter(slot), rows);
  }

  /** Adds the sum over the rows to the gradient of a slot's gain, if it has one. */
  void addGain(int slot, INDArray rows) {
    addRows(map.gainParameter(slot), rows);
  }

  private void addRows(int parameter, INDArray rows) {
    if (isWanted && parameter >= 0) {
      sum(parameter, 1, rows.size(1)).addi(rows.sum(true, 0));
    }
  }

  private INDArray sum(int parameter, long rows, long columns) {
    if (sums[parameter] == null) {
      sums[parameter] = pool.zeros(values.type, rows, columns);
    }
    return sums[parameter];
  }

  /** For arrays on this way back. */
  ArrayPool pool() {
    return pool;
  }

  /** Those of the nested map that a block is. */
  MapGradients nested(int block) {
    return nested[block];
  }

  /** Writes the sums into the parameters' compact gradients, all of them. */
  void finish(INDArray[] into) {
    for (int p = 0; p < sums.length; p++) {
      SpreadMatrix matrix = values.spreading.parameters[p];
      if (sums[p] == null) {
        into[p].assign(0);
      } else if (matrix != null) {
        matrix.gatherTransposed(sums[p], into[p]);
      } else {
        into[p].assign(sums[p].reshape(into[p].shape()));
      }
    }
    for (int b = 0; b < nested.length; b++) {
      if (nested[b] != null) {
        RealizedBlock block = map.blocks().get(b);
        nested[b].finish(MapValues.ownOf(block, into));
      }
    }
  }
}
