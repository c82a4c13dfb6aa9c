package org.iterativemaps.convert.numpy;

import java.io.IOException;

/** A file that is not in NumPy's format, or uses a part of it that is not known here. */
public class NumpyFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  NumpyFormatException(String message) {
    super(message);
  }
}
