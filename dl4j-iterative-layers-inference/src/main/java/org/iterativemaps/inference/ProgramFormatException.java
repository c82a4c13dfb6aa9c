package org.iterativemaps.inference;

import java.io.IOException;

/** A file that is refused: the message says what in it, what was found and what to do. */
public final class ProgramFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  ProgramFormatException(String message) {
    super(message);
  }

  ProgramFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
