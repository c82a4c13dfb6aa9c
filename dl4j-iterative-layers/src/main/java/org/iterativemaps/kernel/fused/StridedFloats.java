package org.iterativemaps.kernel.fused;

import java.nio.FloatBuffer;
import java.util.Locale;
import org.bytedeco.javacpp.FloatPointer;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.OpenArrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Floats [batch, units, time] in ND4J's memory, in whatever order, or on the heap: read and written
 * where they lie. To have ND4J turn them into another order, in fresh memory, takes longer than a
 * small layer does.
 */
final class StridedFloats {
  // A direct buffer counts its bytes in an int.
  private static final int LONGEST = Integer.MAX_VALUE / Float.BYTES;

  private final FloatBuffer floats;
  // ND4J may free what nobody refers to.
  private final INDArray owner;
  final int batchStride;
  final int unitStride;
  final int timeStride;

  private StridedFloats(
      FloatBuffer floats, INDArray owner, int batchStride, int unitStride, int timeStride) {
    this.floats = floats;
    this.owner = owner;
    this.batchStride = batchStride;
    this.unitStride = unitStride;
    this.timeStride = timeStride;
  }

  /** An array [batch, units, time] or [batch, units]; a copy of it if it is not of floats. */
  static StridedFloats of(INDArray array) {
    return of(array, 1, array.rank() == 2 ? -1 : 2);
  }

  /** An array [batch, units] as one time step. */
  static StridedFloats ofState(INDArray array) {
    return of(array, 1, -1);
  }

  /** An array [batch, time] as one unit. */
  static StridedFloats ofMask(INDArray array) {
    return of(array, -1, 1);
  }

  /** A copy on the heap of an array [batch, units, time]: it stays when the array goes. */
  static StridedFloats copyOf(INDArray array) {
    int batch = (int) array.size(0);
    return onHeap(HeapCopy.read(array, null), batch, (int) array.size(1));
  }

  /** As {@link #copyOf}, of an array [batch, time]. */
  static StridedFloats copyOfMask(INDArray array) {
    return onHeap(HeapCopy.read(array, null), (int) array.size(0), 1);
  }

  /** The beginning of an array on the heap, in ND4J's column-major order: [time][units][batch]. */
  static StridedFloats onHeap(float[] values, int batch, int units) {
    return new StridedFloats(FloatBuffer.wrap(values), null, 1, batch, batch * units);
  }

  private static StridedFloats of(INDArray array, int unitAxis, int timeAxis) {
    OpenArrays.require("array", array, "");
    INDArray own = isInPlace(array) ? array : array.castTo(DataType.FLOAT).dup('f');
    long span = span(own);
    if (span > LONGEST) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "an array of %,d floats is too long for the fused kernel; use a smaller batch, shorter"
                  + " sequences or -D%s=reference",
              span,
              KernelSelection.PROPERTY));
    }
    FloatPointer pointer = (FloatPointer) own.data().addressPointer();
    return new StridedFloats(
        new FloatPointer(pointer).capacity(span).asBuffer(),
        own,
        own.stride(0),
        unitAxis < 0 ? 0 : own.stride(unitAxis),
        timeAxis < 0 ? 0 : own.stride(timeAxis));
  }

  /** Whether {@link #of} an array is the array itself and not a copy. */
  static boolean isInPlace(INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      return false;
    }
    for (int axis = 0; axis < array.rank(); axis++) {
      if (array.stride(axis) < 0) {
        return false;
      }
    }
    return span(array) <= LONGEST || array.length() > LONGEST;
  }

  /** Floats from the first to the last element. */
  private static long span(INDArray array) {
    long span = 1;
    for (int axis = 0; axis < array.rank(); axis++) {
      span += (array.size(axis) - 1) * array.stride(axis);
    }
    return span;
  }

  /** Bytes on the heap; 0 for one of ND4J's arrays. */
  long bytes() {
    return owner == null ? (long) Float.BYTES * floats.capacity() : 0;
  }

  /** Copies contiguous floats from a place of this. */
  void get(int place, float[] into, int at, int count) {
    floats.get(place, into, at, count);
  }

  float get(int place) {
    return floats.get(place);
  }

  /** Copies contiguous floats to a place of this. */
  void put(int place, float[] from, int at, int count) {
    floats.put(place, from, at, count);
  }

  void put(int place, float value) {
    floats.put(place, value);
  }
}
