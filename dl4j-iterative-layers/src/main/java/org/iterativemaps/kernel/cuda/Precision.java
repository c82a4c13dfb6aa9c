package org.iterativemaps.kernel.cuda;

import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** What numbers the kernels compute with: {@code iterative_map.cu} is compiled for each. */
enum Precision {
  /** 32 bits. */
  FLOAT(DataType.FLOAT, Float.BYTES, "iterative_map_float.ptx"),
  /** 64 bits. */
  DOUBLE(DataType.DOUBLE, Double.BYTES, "iterative_map_double.ptx");

  /** What ND4J calls it. */
  final DataType type;

  /** Of a number. */
  final int bytes;

  /** The kernels, a resource of this package. */
  final String resource;

  Precision(DataType type, int bytes, String resource) {
    this.type = type;
    this.bytes = bytes;
    this.resource = resource;
  }

  /** That of a type of arrays; empty if there are no kernels for it. */
  static Optional<Precision> of(DataType type) {
    for (Precision precision : values()) {
      if (precision.type == type) {
        return Optional.of(precision);
      }
    }
    return Optional.empty();
  }
}
