package org.iterativemaps.saving;

import java.io.IOException;

/** A model file that is refused: the message says what in it, what was found and expected. */
public final class ModelFileException extends IOException {
  private static final long serialVersionUID = 1L;

  ModelFileException(String message) {
    super(message);
  }

  ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
