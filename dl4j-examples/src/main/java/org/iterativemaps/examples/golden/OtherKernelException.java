package org.iterativemaps.examples.golden;

/** A map would run on another kernel than the one that its way demands; the message says why. */
final class OtherKernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OtherKernelException(String message) {
    super(message);
  }
}
