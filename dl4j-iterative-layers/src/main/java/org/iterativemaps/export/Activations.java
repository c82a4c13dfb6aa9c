package org.iterativemaps.export;

import java.util.Optional;
import org.iterativemaps.inference.ProgramBuilder;
import org.iterativemaps.kernel.fused.LaneActivations;
import org.iterativemaps.lanes.LaneActivation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/** DL4J's activations as instructions. */
final class Activations {
  private Activations() {}

  /** Why an activation cannot be written; empty if it can. */
  static Optional<String> obstacle(IActivation activation) {
    boolean isKnown =
        activation.getClass() == ActivationSoftmax.class
            || LaneActivations.of(activation).isPresent();
    return isKnown
        ? Optional.empty()
        : Optional.of(
            "activation "
                + activation.getClass().getSimpleName()
                + " cannot be written; use softmax or one that is a function of one number without"
                + " parameters of its own");
  }

  /** Writes an activation of a register, in place. */
  static void lower(IActivation activation, ProgramBuilder into, int register) {
    if (activation.getClass() == ActivationSoftmax.class) {
      into.softmax(register, register);
      return;
    }
    LaneActivation known = LaneActivations.of(activation).orElseThrow();
    if (known.kind() != LaneActivation.Kind.IDENTITY) {
      into.activate(register, known, register);
    }
  }
}
