package org.iterativemaps.export;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Parameters as floats. */
final class Floats {
  private Floats() {}

  /**
   * All elements in row-major order.
   *
   * @param key what messages call it
   * @throws IllegalArgumentException if one is not finite in FLOAT
   */
  static float[] of(String key, INDArray array) {
    float[] values = array.castTo(DataType.FLOAT).dup('c').reshape(array.length()).toFloatVector();
    for (int i = 0; i < values.length; i++) {
      if (Float.isNaN(values[i]) || Float.isInfinite(values[i])) {
        throw new IllegalArgumentException(
            key
                + ": found "
                + values[i]
                + " at element "
                + i
                + ", expected a number; a network whose training has diverged cannot be written");
      }
    }
    return values;
  }
}
