package org.iterativemaps.kernel.reference;

import java.util.Arrays;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parameters of a map for one call, ready to compute with: weights as W^T[from, to], so that
 * the image of rows z is z W^T, all else as rows [1, size].
 */
final class MapValues {
  final Spreading spreading;
  final RealizedMap map;
  final DataType type;
  private final INDArray[] parameters; // those of nested maps as rows, too: theirs are in nested
  private final INDArray[] fixed;
  private final MapValues[] nested;

  /**
   * Spreads the parameters of a call.
   *
   * @param compact the parameter vectors in the map's order; not changed
   */
  MapValues(Spreading spreading, INDArray[] compact, DataType type, ArrayPool pool) {
    this.spreading = spreading;
    this.map = spreading.map;
    this.type = type;
    this.parameters = new INDArray[compact.length];
    this.fixed = new INDArray[map.blocks().size()];
    this.nested = new MapValues[fixed.length];
    for (int p = 0; p < compact.length; p++) {
      SpreadMatrix matrix = spreading.parameters[p];
      if (matrix != null) {
        parameters[p] = pool.take(type, matrix.from(), matrix.to());
        matrix.spreadTransposed(compact[p], parameters[p]);
      } else {
        parameters[p] = compact[p].castTo(type).reshape(1, compact[p].length());
      }
    }
    for (int b = 0; b < fixed.length; b++) {
      RealizedBlock block = map.blocks().get(b);
      if (block.fixedValues() != null) {
        fixed[b] = pool.take(type, spreading.fixed[b].from(), spreading.fixed[b].to());
        INDArray values = Nd4j.createFromArray(block.fixedValues());
        spreading.fixed[b].spreadTransposed(values, fixed[b]);
      }
      if (block.nested() != null) {
        nested[b] = new MapValues(spreading.nested[b], ownOf(block, compact), type, pool);
      }
    }
  }

  /** Of all parameters of a map those of one block. */
  static INDArray[] ownOf(RealizedBlock block, INDArray[] all) {
    int first = Math.max(0, block.parameter());
    return Arrays.copyOfRange(all, first, first + block.parameterCount());
  }

  /** W^T of a linear block, trained or fixed. */
  INDArray weights(int block) {
    return fixed[block] != null ? fixed[block] : weights(block, 0);
  }

  /** The transposed matrix of one of a block's parameters, counted from 0. */
  INDArray weights(int block, int which) {
    return parameters[map.blocks().get(block).parameter() + which];
  }

  /** The bias of a slot as a row, null if it has none. */
  INDArray bias(int slot) {
    return orNull(map.biasParameter(slot));
  }

  /** The gain of a slot's normalisation as a row, null if it has none. */
  INDArray gain(int slot) {
    return orNull(map.gainParameter(slot));
  }

  private INDArray orNull(int parameter) {
    return parameter < 0 ? null : parameters[parameter];
  }

  /** The parameters of the nested map that a block is. */
  MapValues nested(int block) {
    return nested[block];
  }
}
