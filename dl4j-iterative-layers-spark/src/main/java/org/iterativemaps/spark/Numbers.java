package org.iterativemaps.spark;

import java.io.Serializable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A vector on its way: floats, or doubles where floats would not do. No record: Kryo 4 has none.
 */
final class Numbers implements Serializable {
  private static final long serialVersionUID = 1L;

  private final float[] floats; // or null
  private final double[] doubles; // or null

  private Numbers(float[] floats, double[] doubles) {
    this.floats = floats;
    this.doubles = doubles;
  }

  /** All elements; none of null. */
  static Numbers of(INDArray vector) {
    if (vector == null || vector.length() == 0) {
      return new Numbers(new float[0], null);
    }
    INDArray row = vector.reshape(vector.length());
    return vector.dataType() == DataType.DOUBLE
        ? new Numbers(null, row.toDoubleVector())
        : new Numbers(row.castTo(DataType.FLOAT).toFloatVector(), null);
  }

  boolean areFloats() {
    return floats != null;
  }

  int length() {
    return floats == null ? doubles.length : floats.length;
  }

  long bytes() {
    return floats == null
        ? (long) doubles.length * Double.BYTES
        : (long) floats.length * Float.BYTES;
  }

  double get(int i) {
    return floats == null ? doubles[i] : floats[i];
  }

  /** Puts them into a vector of the same length. */
  void into(INDArray vector) {
    if (length() == 0) {
      return;
    }
    INDArray array = floats == null ? Nd4j.createFromArray(doubles) : Nd4j.createFromArray(floats);
    vector.assign(array.castTo(vector.dataType()).reshape(vector.shape()));
  }
}
