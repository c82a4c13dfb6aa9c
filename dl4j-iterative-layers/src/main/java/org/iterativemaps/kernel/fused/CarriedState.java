package org.iterativemaps.kernel.fused;

import java.util.Arrays;

/**
 * The state that goes from one time step to the next, where it leaves a segment: what comes from
 * the call and goes to it, and from one segment to the next.
 */
final class CarriedState {
  private final TileRecords records;
  private final FusedPlan plan;

  CarriedState(TileRecords records) {
    this.records = records;
    this.plan = records.plan;
  }

  private int before(int tile, int slot) {
    return records.record(tile, -1) + records.layout.handed[slot];
  }

  /** The call's initial state, in front of the first segment. */
  void load() {
    FusedCall call = records.call;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = before(tile, slot);
        if (call.initial[slot] == null) {
          Arrays.fill(records.values, at, at + records.length(slot), 0);
        } else {
          call.readTile(
              call.initial[slot],
              0,
              0,
              plan.sizes[slot],
              records.tileBegin + tile,
              records.values,
              at,
              records.workspace(0));
        }
      }
    }
  }

  /** The state after a whole segment becomes that before the next. */
  void handOn() {
    for (int tile = 0; tile < records.tileCount; tile++) {
      int last = records.record(tile, records.call.segment - 1);
      for (int slot : plan.carried) {
        System.arraycopy(
            records.values,
            last + records.layout.handed[slot],
            records.values,
            before(tile, slot),
            records.length(slot));
      }
    }
  }

  /** The state after the last time step, to the call. */
  void store() {
    FusedCall call = records.call;
    int last = call.segmentLength(call.segments() - 1) - 1;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = records.record(tile, last) + records.layout.handed[slot];
        store(records.values, at, call.lastState[slot], slot, tile);
      }
    }
  }

  /** The gradient of the state before a time step of the first segment run, to the call. */
  void storeGradients(GradientRecords gradients, int first) {
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = gradients.record(tile, first - 1) + records.layout.handed[slot];
        store(gradients.floats, at, records.call.stateGradient[slot], slot, tile);
      }
    }
  }

  private void store(float[] from, int at, StridedFloats to, int slot, int tile) {
    int size = plan.sizes[slot];
    int tileOfBatch = records.tileBegin + tile;
    records.call.writeTile(from, at, -1, to, 0, 0, size, tileOfBatch, records.workspace(0));
  }

  /** A copy of the state in front of the records. */
  float[] save() {
    int length = 0;
    for (int slot : plan.carried) {
      length += records.length(slot);
    }
    float[] saved = new float[length * records.tileCount];
    move(saved, true);
    return saved;
  }

  /** Puts such a copy back. */
  void restore(float[] saved) {
    move(saved, false);
  }

  private void move(float[] saved, boolean isSaving) {
    int at = 0;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int length = records.length(slot);
        if (isSaving) {
          System.arraycopy(records.values, before(tile, slot), saved, at, length);
        } else {
          System.arraycopy(saved, at, records.values, before(tile, slot), length);
        }
        at += length;
      }
    }
  }
}
