package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import org.iterativemaps.map.Parameter;

/** One worker's sums for the gradients of slots' parameters, biases and gains, lane by lane. */
final class SlotGradients {
  private final TileRecords records;
  private final FusedPlan plan;
  private final float[][] lanes; // by parameter, [units][lanes]; null for weights

  SlotGradients(TileRecords records) {
    this.records = records;
    this.plan = records.plan;
    this.lanes = new float[plan.parameters.size()][];
  }

  /** Zeros, before a call's backward pass. */
  void clear() {
    for (int p = 0; p < lanes.length; p++) {
      Parameter parameter = plan.parameters.get(p);
      if (!parameter.isOfBlock()) {
        int length = parameter.length() * records.layout.lanes;
        if (lanes[p] == null || lanes[p].length != length) {
          lanes[p] = new float[length];
        } else {
          Arrays.fill(lanes[p], 0);
        }
      }
    }
  }

  /**
   * Adds some units of a tile.
   *
   * @param parameter index of the parameter; nothing happens for -1
   * @param place where the units begin in the slot's tile, and {@code length} floats of them
   */
  void add(int parameter, int place, int length, float[] gradient, int at) {
    if (parameter >= 0) {
      records.kernels.add(length, gradient, at, lanes[parameter], place);
    }
  }

  /** Adds the products of two tiles of a slot. */
  void addProduct(int parameter, int length, float[] u, int uAt, float[] v, int vAt) {
    records.kernels.slots().addProduct(length, u, uAt, v, vAt, lanes[parameter], 0);
  }

  /** Adds this worker's gradient of a parameter to others'. */
  void addTo(int parameter, float[] sums) {
    int units = plan.parameters.get(parameter).length();
    records.kernels.addLaneSums(units, records.layout.lanes, lanes[parameter], 0, sums);
  }

  /** Bytes held after a backward pass. */
  static long bytes(FusedPlan plan, int lanes) {
    long units =
        plan.parameters.stream().filter(p -> !p.isOfBlock()).mapToLong(Parameter::length).sum();
    return Float.BYTES * units * lanes;
  }

  /** Bytes held. */
  long bytes() {
    long floats = 0;
    for (float[] ofParameter : lanes) {
      floats += ofParameter == null ? 0 : ofParameter.length;
    }
    return Float.BYTES * floats;
  }
}
