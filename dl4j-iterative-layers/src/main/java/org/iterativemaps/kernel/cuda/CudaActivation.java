package org.iterativemaps.kernel.cuda;

import java.util.Map;
import java.util.Optional;
import org.iterativemaps.kernel.fused.LaneActivation;
import org.iterativemaps.kernel.fused.LaneActivation.Kind;
import org.nd4j.linalg.activations.IActivation;

/**
 * An activation that {@code iterative_map.cu} computes.
 *
 * @param code its number there
 * @param alpha slope below zero of leaky ReLU, scale of the exponential of ELU; else 0
 * @param isFromPreActivation whether the derivative is computed from z; else from a = A(z)
 */
record CudaActivation(int code, float alpha, boolean isFromPreActivation) {
  /** Of an update without one. */
  static final int NO_CODE = -1;

  private static final Map<Kind, Integer> CODES =
      Map.ofEntries(
          Map.entry(Kind.IDENTITY, 0),
          Map.entry(Kind.TANH, 1),
          Map.entry(Kind.SIGMOID, 2),
          Map.entry(Kind.RELU, 3),
          Map.entry(Kind.LEAKY_RELU, 4),
          Map.entry(Kind.ELU, 5),
          Map.entry(Kind.SELU, 6),
          Map.entry(Kind.HARD_TANH, 7),
          Map.entry(Kind.HARD_SIGMOID, 8),
          Map.entry(Kind.SOFTSIGN, 9),
          Map.entry(Kind.SOFTPLUS, 10));

  /** What a DL4J activation is there; empty if it is none of these. */
  static Optional<CudaActivation> of(IActivation activation) {
    return LaneActivation.of(activation)
        .filter(known -> CODES.containsKey(known.kind()))
        .filter(known -> known.kind() != Kind.SOFTPLUS || known.alpha() == 1)
        .map(
            known ->
                new CudaActivation(
                    CODES.get(known.kind()), known.alpha(), known.needsPreActivation()));
  }
}
