package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.Optional;
import org.iterativemaps.map.Parameter;

/** One worker's sums for the gradients of weights and biases. */
final class ParameterGradients {
  private final TileRecords records;
  private final FusedPlan plan;
  private final float[][][] weights; // by block and part, in its own order; null where not trained
  private final float[][] biases; // by slot; null where there is none
  private final float[][] biasLanes; // by slot, [units][lanes]

  ParameterGradients(TileRecords records) {
    this.records = records;
    this.plan = records.plan;
    this.weights = new float[plan.isTrained.length][][];
    this.biases = new float[plan.sizes.length][];
    this.biasLanes = new float[plan.sizes.length][];
  }

  /** Zeros, before a call's backward pass. */
  void clear(int part) {
    for (int b = 0; b < weights.length; b++) {
      if (weights[b] != null) {
        weights[b][part] = cleared(weights[b][part], records.blocks[b].gradientLength(part));
      }
    }
    for (int slot = 0; part == 0 && slot < biases.length; slot++) {
      if (plan.biases[slot] >= 0) {
        biases[slot] = cleared(biases[slot], plan.sizes[slot]);
        biasLanes[slot] = cleared(biasLanes[slot], records.length(slot));
      }
    }
  }

  /** Makes room for so many parts, before {@link #clear}. */
  void prepare(int parts) {
    for (int b = 0; b < weights.length; b++) {
      if (plan.isTrained[b] && (weights[b] == null || weights[b].length != parts)) {
        weights[b] = new float[parts][];
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

  /** Adds a tile's gradient of a part of a slot's sums to that of the slot's bias. */
  void addBias(int slot, int part, float[] gradient, int at) {
    if (biases[slot] != null) {
      int length = records.length(slot, part);
      records.kernels.add(length, gradient, at, biasLanes[slot], records.place(slot, part));
    }
  }

  /** Adds outer products to the gradient of a block's weights: a part of its target units. */
  void addOuter(int block, int part, OuterTerms terms) {
    records.blocks[block].outerAdd(
        part, terms, weights[block][part], records.values, records.scratch(part));
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

  /** Adds this worker's gradient of one parameter to others': one of so many shares of it. */
  void addTo(Parameter parameter, float[] into, int share, int shares) {
    if (parameter.isBias()) {
      float[] own = biases[parameter.slot()];
      int end = LaneBlock.end(own.length, share, shares);
      for (int i = LaneBlock.begin(own.length, share, shares); i < end; i++) {
        into[i] += own[i];
      }
    } else {
      float[][] parts = weights[parameter.block()];
      for (int p = 0; p < parts.length; p++) {
        records.blocks[parameter.block()].addGradient(p, parts[p], into, share, shares);
      }
    }
  }

  /** This worker's gradient of one parameter, if it is kept in the parameter's own order. */
  Optional<float[]> own(Parameter parameter) {
    if (parameter.isBias()) {
      return Optional.of(biases[parameter.slot()]);
    }
    return isInOrder(records.blocks[parameter.block()])
        ? Optional.of(weights[parameter.block()][0])
        : Optional.empty();
  }

  /** Whether a block's gradient is kept as its parameter lies. */
  static boolean isInOrder(LaneBlock block) {
    return block.parts == 1 && block.hasEntryOrder();
  }

  /** Bytes held after a backward pass. */
  static long bytes(FusedPlan plan, int lanes, LaneBlock[] blocks) {
    long floats = 0;
    for (int slot = 0; slot < plan.sizes.length; slot++) {
      floats += plan.biases[slot] >= 0 ? (1L + lanes) * plan.sizes[slot] : 0;
    }
    for (int b = 0; b < blocks.length; b++) {
      for (int part = 0; plan.isTrained[b] && part < blocks[b].parts; part++) {
        floats += blocks[b].gradientLength(part);
      }
    }
    return Float.BYTES * floats;
  }

  /** Bytes held. */
  long bytes() {
    long bytes = bytes(biases) + bytes(biasLanes);
    for (float[][] parts : weights) {
      bytes += parts == null ? 0 : bytes(parts);
    }
    return bytes;
  }

  private static long bytes(float[][] arrays) {
    long bytes = 0;
    for (float[] array : arrays) {
      bytes += array == null ? 0 : (long) Float.BYTES * array.length;
    }
    return bytes;
  }
}
