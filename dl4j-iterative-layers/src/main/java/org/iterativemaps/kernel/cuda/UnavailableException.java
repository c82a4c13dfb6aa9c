package org.iterativemaps.kernel.cuda;

/** There is no GPU here that can be used; the message says what was found and what to do. */
final class UnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  UnavailableException(String message) {
    super(message);
  }
}
