package org.iterativemaps.examples.golden;

/** A golden file or folder that cannot be read; the message says which and why. */
final class GoldenFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GoldenFormatException(String message) {
    super(message);
  }
}
