package org.iterativemaps.samediff;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** A sequence, cut into its tokens. */
final class TimeSteps {
  private TimeSteps() {}

  /** How many there are, as far as SameDiff knows. */
  static int known(String what, SDVariable sequence) {
    long[] shape = sequence.getShape();
    long time = shape == null || shape.length == 0 ? -1 : shape[shape.length - 1];
    if (time < 1) {
      throw new IllegalArgumentException(
          what
              + ": the time steps of variable '"
              + sequence.name()
              + "' are not known, and they are unrolled; give timeSteps");
    }
    return (int) time;
  }

  /**
   * The tokens, [batch, features] each.
   *
   * @param features below 0 if open
   */
  static SDVariable[] of(
      SameDiff graph, String what, SDVariable sequence, int features, int timeSteps) {
    if (timeSteps < 1) {
      throw new IllegalArgumentException(
          what + ": found timeSteps = " + timeSteps + ", expected at least 1");
    }
    Checks.shape(
        what,
        sequence,
        "[batch, " + (features < 0 ? "features" : features) + ", timeSteps = " + timeSteps + "]",
        -1,
        features,
        timeSteps);
    // A copy in 'c' order: SameDiff's memory reuse mixes up what it takes from an array in 'f'
    // order.
    return graph.unstack(graph.reshape(sequence, graph.shape(sequence)), 2, timeSteps);
  }
}
