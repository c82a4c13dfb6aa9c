package org.iterativemaps.kernel;

import java.util.Arrays;
import java.util.Optional;
import org.iterativemaps.map.RealizedMap.Parameter;

/** One worker's sums for the gradients of weights and biases. */
final class ParameterGradients {
  private final TileRecords records;
  private final FusedPlan plan;
  private final float[][] weights; // by block, in its own order; null where it is not trained
  private final float[][] biases; // by slot; null where there is none
  private final float[][] biasLanes; // by slot, [units][lanes]

  ParameterGradients(TileRecords records) {
    this.records = records;
    this.plan = records.plan;
    this.weights = new float[plan.isTrained.length][];
    this.biases = new float[plan.sizes.length][];
    this.biasLanes = new float[plan.sizes.length][];
  }

  /** Zeros, before a call's backward pass. */
  void clear() {
    for (int b = 0; b < weights.length; b++) {
      if (plan.isTrained[b]) {
        weights[b] = cleared(weights[b], records.blocks[b].gradientLength());
      }
    }
    for (int slot = 0; slot < biases.length; slot++) {
      if (plan.biases[slot] >= 0) {
        biases[slot] = cleared(biases[slot], plan.sizes[slot]);
        biasLanes[slot] = cleared(biasLanes[slot], records.length(slot));
      }
    }
  }

  private static float[] cleared(float[] reuse, int length) {
    if (reuse == null || reuse.length != length) {
      return new float[length];
    }
    Arrays.fill(reuse, 0);
    return reuse;
  }

  /** Adds a tile's gradient of a slot's sums to that of the slot's bias. */
  void addBias(int slot, float[] gradient, int at) {
    if (biases[slot] != null) {
      records.kernels.add(records.length(slot), gradient, at, biasLanes[slot], 0);
    }
  }

  /** Adds the outer products of some time steps of a tile: a record apart, both of them. */
  void addOuter(int block, int timeSteps, float[] gradient, int gradientAt, int valuesAt) {
    if (weights[block] != null) {
      int stride = records.layout.length;
      records.blocks[block].outerAdd(
          timeSteps,
          gradient,
          gradientAt,
          stride,
          records.values,
          valuesAt,
          stride,
          weights[block],
          records.values,
          records.scratch());
    }
  }

  /** After a call's backward pass. */
  void finish() {
    for (int slot = 0; slot < biases.length; slot++) {
      if (biases[slot] != null) {
        records.kernels.addLaneSums(
            plan.sizes[slot], records.layout.lanes, biasLanes[slot], 0, biases[slot]);
      }
    }
  }

  /** Adds this worker's gradient of one parameter to others'. */
  void addTo(Parameter parameter, float[] into) {
    if (parameter.isBias()) {
      float[] own = biases[parameter.slot()];
      for (int i = 0; i < own.length; i++) {
        into[i] += own[i];
      }
    } else {
      records.blocks[parameter.block()].addGradient(weights[parameter.block()], into);
    }
  }

  /** This worker's gradient of one parameter, if it is kept in the parameter's own order. */
  Optional<float[]> own(Parameter parameter) {
    if (parameter.isBias()) {
      return Optional.of(biases[parameter.slot()]);
    }
    return records.blocks[parameter.block()].hasEntryOrder()
        ? Optional.of(weights[parameter.block()])
        : Optional.empty();
  }

  /** Bytes held. */
  long bytes() {
    return bytes(weights) + bytes(biases) + bytes(biasLanes);
  }

  private static long bytes(float[][] arrays) {
    long bytes = 0;
    for (float[] array : arrays) {
      bytes += array == null ? 0 : (long) Float.BYTES * array.length;
    }
    return bytes;
  }
}
