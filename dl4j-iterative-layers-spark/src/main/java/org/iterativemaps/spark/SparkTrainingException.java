package org.iterativemaps.spark;

/**
 * Training on Spark that cannot start or go on: the message says what was found, what was expected
 * and what to do. The network is as after its last whole round, and so is the last checkpoint.
 */
public final class SparkTrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SparkTrainingException(String message) {
    super(message);
  }

  SparkTrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
