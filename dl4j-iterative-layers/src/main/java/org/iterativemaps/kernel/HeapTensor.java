package org.iterativemaps.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A copy on the heap of an array [batch, units, time] of ND4J's, in the order its memory has: ND4J
 * would allocate memory to change the order, which takes longer than a small layer does. The floats
 * are kept from call to call.
 */
final class HeapTensor {
  float[] values;
  int batchStride;
  int unitStride;
  int timeStride;

  /** Copies [batch, units, time]. */
  HeapTensor read(INDArray from) {
    return read(from, 1, 2);
  }

  /** Copies [batch, units]: one time step. */
  HeapTensor readState(INDArray from) {
    return read(from, 1, -1);
  }

  /** Copies [batch, time]: one unit. */
  HeapTensor readMask(INDArray from) {
    return read(from, -1, 1);
  }

  private HeapTensor read(INDArray from, int unitAxis, int timeAxis) {
    INDArray gapless = HeapCopy.hasFewGaps(from) ? from : from.castTo(DataType.FLOAT).dup('f');
    values = HeapCopy.readSpan(gapless, values);
    batchStride = gapless.stride(0);
    unitStride = unitAxis < 0 ? 0 : gapless.stride(unitAxis);
    timeStride = timeAxis < 0 ? 0 : gapless.stride(timeAxis);
    return this;
  }

  /** Floats held. */
  long length() {
    return values == null ? 0 : values.length;
  }
}
