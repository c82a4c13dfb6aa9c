package org.iterativemaps.kernel.cuda;

import java.util.Optional;
import org.iterativemaps.kernel.fused.LaneActivations;
import org.iterativemaps.lanes.LaneActivation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * An activation as {@code activations.h} computes it: all that {@link LaneActivation} knows.
 *
 * @param code its number there
 * @param alpha as in {@link LaneActivation}
 * @param threshold as there
 * @param max as there
 * @param isFromPreActivation whether the derivative is computed from z; else from a = A(z)
 */
record CudaActivation(
    int code, double alpha, double threshold, double max, boolean isFromPreActivation) {
  /** Of an update without one. */
  static final int NO_CODE = -1;

  /** What a DL4J activation is there; empty if it is none of these. */
  static Optional<CudaActivation> of(IActivation activation, DataType type) {
    return type == DataType.DOUBLE
        ? org.iterativemaps.kernel.fused.doubles.LaneActivations.of(activation)
            .map(
                known ->
                    new CudaActivation(
                        known.kind().ordinal(),
                        known.alpha(),
                        known.threshold(),
                        known.max(),
                        known.needsPreActivation()))
        : LaneActivations.of(activation)
            .map(
                known ->
                    new CudaActivation(
                        known.kind().ordinal(),
                        known.alpha(),
                        known.threshold(),
                        known.max(),
                        known.needsPreActivation()));
  }
}
