package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.OuterTerms;

/**
 * Some tiles of a call through all time steps, forward and backward: one thread's part of it, or
 * the call's one tile, whose units the threads share.
 *
 * <p>Time is run in segments. A segment's records are all in memory; from one segment to the next
 * only the carried state is. In training the state before every segment is kept, and backward runs
 * the segments a second time, from there, but for the last whose records are still there. Not
 * thread-safe; its arrays are kept from call to call.
 */
final class FusedWorker {
  private final TileRecords records;
  private final GradientRecords gradients;
  private final CarriedState state;
  private final ForwardPass forward;
  private final BackwardPass backward;
  private float[][] checkpoints; // by segment: carried states at its beginning
  private int present; // the segment whose values the records hold

  FusedWorker(FusedPlan plan, LaneKernels kernels) {
    this.records = new TileRecords(plan, kernels);
    this.gradients = new GradientRecords(records);
    this.state = new CarriedState(records);
    List<FusedPhase> phases =
        plan.phases.stream().map(cells -> new FusedPhase(cells, records, gradients)).toList();
    this.forward = new ForwardPass(records, phases);
    this.backward = new BackwardPass(records, gradients, phases);
  }

  /**
   * Before a call's forward pass.
   *
   * @param begin first tile
   * @param count how many tiles
   */
  void prepare(
      FusedCall call,
      RecordLayout layout,
      LaneBlock[] blocks,
      float[][] parameters,
      int begin,
      int count) {
    records.prepare(call, layout, blocks, parameters, begin, count);
  }

  /** All time steps of all tiles; output and last state go to the call's arrays. */
  void forward() {
    int segments = records.call.segments();
    checkpoints = records.call.isTraining && segments > 1 ? new float[segments][] : null;
    state.load();
    for (int s = 0; s < segments; s++) {
      if (s > 0) {
        state.handOn();
      }
      if (checkpoints != null) {
        checkpoints[s] = state.save();
      }
      forward.run(s, true);
    }
    present = segments - 1;
    state.store();
  }

  /**
   * Back through a segment, down to the call's first time step; the call's last segment comes
   * first. Gradients of inputs and of the state go to the call's arrays, those of biases and gains
   * stay here, and what those of weights are made of: {@link #terms}.
   */
  void backward(int segment) {
    FusedCall call = records.call;
    boolean isLast = segment == call.segments() - 1;
    if (isLast) {
      gradients.prepare();
    }
    if (segment != present) {
      state.restore(checkpoints[segment]);
      forward.run(segment, false);
      present = segment;
    }
    int first = Math.max(0, call.firstTimeStep - segment * call.segment);
    backward.run(segment, first, isLast);
    if (segment == call.firstSegment()) {
      state.storeGradients(gradients, first);
    }
  }

  /** By matrix, the terms of the segment that {@link #backward} ran; null where not trained. */
  OuterTerms[] terms() {
    return gradients.terms();
  }

  /** When they have been used. */
  void forgetTerms() {
    gradients.endTerms();
  }

  /** This worker's sums of the last backward pass. */
  SlotGradients slots() {
    return gradients.slots;
  }

  /** Workspace for a part of the blocks' work: an array, and the place in it. */
  float[] scratch() {
    return records.values;
  }

  /** See {@link #scratch}. */
  int scratchAt(int part) {
    return records.scratch(part);
  }

  /**
   * Bytes of arrays held after a call and, in training, the way back.
   *
   * @param tiles the worker's that it has in memory together
   * @param rounding how long a memory for so many floats is
   */
  static long bytes(
      FusedPlan plan,
      RecordLayout layout,
      CallShape shape,
      LaneBlock[] blocks,
      int tiles,
      LongUnaryOperator rounding) {
    long floats = rounding.applyAsLong(TileRecords.floats(shape, layout, blocks, tiles));
    floats += (long) shape.parts() * FusedCall.workspace().length;
    if (!shape.isTraining()) {
      return Float.BYTES * floats + GradientRecords.bytesOfTerms(plan, shape, 0);
    }
    floats += rounding.applyAsLong(tiles * shape.tileLength(layout));
    if (shape.segments() > 1) {
      long carried = Arrays.stream(plan.carried).mapToLong(slot -> plan.sizes[slot]).sum();
      floats += shape.segments() * carried * shape.lanes() * tiles;
    }
    return Float.BYTES * floats
        + GradientRecords.bytesOfTerms(plan, shape, tiles)
        + SlotGradients.bytes(plan, shape.lanes());
  }

  /** Bytes of arrays held. */
  long bytes() {
    long bytes = records.bytes() + gradients.bytes();
    for (int s = 0; checkpoints != null && s < checkpoints.length; s++) {
      bytes += (long) Float.BYTES * checkpoints[s].length;
    }
    return bytes;
  }
}
