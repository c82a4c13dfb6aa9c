package org.iterativemaps.kernel.fused;

import java.util.HashMap;
import java.util.Map;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.plan.ProgramPlan;
import org.iterativemaps.lanes.LaneActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * A program's plan with the activations in numbers. {@link RecordLayout} says where all of it lies.
 */
final class FusedPlan extends ProgramPlan {
  final LaneActivation[] activations; // by slot; null where ND4J has to compute it
  private final Map<Integer, RecordLayout> layouts = new HashMap<>(); // by lanes, < 0 if masked

  FusedPlan(MapProgram program) {
    super(program, activation -> LaneActivations.of(activation).isPresent());
    this.activations = new LaneActivation[sizes.length];
    for (int slot = 0; slot < sizes.length; slot++) {
      boolean isImage = slot >= program.slots().size();
      if (slot != program.inputSlot()) {
        activations[slot] =
            LaneActivations.of(isImage ? new ActivationIdentity() : program.activation(slot))
                .orElse(null);
      }
    }
  }

  /** Whether a slot's derivative is computed from its pre-activation, which is then kept. */
  boolean keepsPreActivation(int slot) {
    return activations[slot] == null || activations[slot].needsPreActivation();
  }

  /**
   * The layout for tiles of so many lanes; not thread-safe.
   *
   * @param isMasked whether the state handed on is the masked one
   * @throws IllegalArgumentException if a record is too long for an array
   */
  RecordLayout layout(int lanes, boolean isMasked) {
    return layouts.computeIfAbsent(
        isMasked ? -lanes : lanes, key -> new RecordLayout(this, lanes, isMasked));
  }
}
