package org.iterativemaps.kernel.fused;

import java.util.Arrays;

/** One worker's sums for the gradients of biases, lane by lane. */
final class BiasGradients {
  private final TileRecords records;
  private final FusedPlan plan;
  private final float[][] lanes; // by slot, [units][lanes]; null where there is none

  BiasGradients(TileRecords records) {
    this.records = records;
    this.plan = records.plan;
    this.lanes = new float[plan.sizes.length][];
  }

  /** Zeros, before a call's backward pass. */
  void clear() {
    for (int slot = 0; slot < lanes.length; slot++) {
      if (plan.biases[slot] >= 0) {
        int length = records.length(slot);
        if (lanes[slot] == null || lanes[slot].length != length) {
          lanes[slot] = new float[length];
        } else {
          Arrays.fill(lanes[slot], 0);
        }
      }
    }
  }

  /** Adds a tile's gradient of a part of a slot's sums. */
  void add(int slot, int part, float[] gradient, int at) {
    if (lanes[slot] != null) {
      int length = records.length(slot, part);
      records.kernels.add(length, gradient, at, lanes[slot], records.place(slot, part));
    }
  }

  /** Adds this worker's gradient of a slot's bias to others'. */
  void addTo(int slot, float[] sums) {
    records.kernels.addLaneSums(plan.sizes[slot], records.layout.lanes, lanes[slot], 0, sums);
  }

  /** Bytes held after a backward pass. */
  static long bytes(FusedPlan plan, int lanes) {
    long floats = 0;
    for (int slot = 0; slot < plan.sizes.length; slot++) {
      floats += plan.biases[slot] >= 0 ? (long) lanes * plan.sizes[slot] : 0;
    }
    return Float.BYTES * floats;
  }

  /** Bytes held. */
  long bytes() {
    long floats = 0;
    for (float[] ofSlot : lanes) {
      floats += ofSlot == null ? 0 : ofSlot.length;
    }
    return Float.BYTES * floats;
  }
}
