package org.iterativemaps.kernel.settle;

/** Samples have not settled, and the layer was told that this is an error. */
public final class NotSettledException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  NotSettledException(String message) {
    super(message);
  }
}
