package org.iterativemaps.kernel;

import java.util.Arrays;

/**
 * The arrays of one call on the heap, and where a tile's part of them is.
 *
 * <p>What is written is [time][units][batch] (ND4J's column-major [batch, units, time]); what is
 * read lies as it came. The lanes of the last tile that are behind the batch repeat its last
 * example: an example of zeros could overflow where no example does, and its infinity times a
 * gradient of zero would be not-a-number.
 */
final class FusedCall {
  // Examples whose units are read side by side: one cache line of each at a time, whatever the
  // strides, stays in the first-level cache.
  private static final int GROUP = 8;

  private final LaneKernels kernels;
  final int batch;
  final int time;
  final int lanes;
  final int segment;
  final boolean isTraining;
  int workers;
  HeapTensor input;
  HeapTensor mask; // or null
  HeapTensor[] initial; // by slot, entries null for zeros; or null
  float[] output;
  float[][] lastState; // by slot
  int firstTimeStep;
  HeapTensor outputGradient;
  float[] inputGradient;
  float[][] stateGradient; // by slot

  FusedCall(LaneKernels kernels, int batch, int time, int lanes, int segment, boolean isTraining) {
    this.kernels = kernels;
    this.batch = batch;
    this.time = time;
    this.lanes = lanes;
    this.segment = segment;
    this.isTraining = isTraining;
  }

  int tiles() {
    return (batch + lanes - 1) / lanes;
  }

  int segments() {
    return (time + segment - 1) / segment;
  }

  int segmentLength(int index) {
    return Math.min(segment, time - index * segment);
  }

  /** Where a tile's part of time step t of an array begins. */
  private int place(int t, int units, int tile) {
    return t * units * batch + tile * lanes;
  }

  private int place(HeapTensor from, int t, int tile) {
    return t * from.timeStride + tile * lanes * from.batchStride;
  }

  /** Examples in a tile. */
  private int count(int tile) {
    return Math.min(lanes, batch - tile * lanes);
  }

  /** Copies a tile's part of time step t of an array to [units][lanes]. */
  void readTile(HeapTensor from, int t, int units, int tile, float[] into, int at) {
    int source = place(from, t, tile);
    int count = count(tile);
    if (from.batchStride == 1 && count == lanes) {
      kernels.copyRows(units, lanes, from.values, source, from.unitStride, into, at, lanes);
      return;
    }
    for (int lane = 0; lane < count; lane += GROUP) {
      int end = Math.min(lane + GROUP, count);
      for (int u = 0; u < units; u++) {
        int unit = source + u * from.unitStride;
        for (int l = lane; l < end; l++) {
          into[at + u * lanes + l] = from.values[unit + l * from.batchStride];
        }
      }
    }
    for (int row = at; row < at + units * lanes; row += lanes) {
      Arrays.fill(into, row + count, row + lanes, into[row + count - 1]);
    }
  }

  /**
   * Copies [units][lanes] to a tile's part of time step t of an array.
   *
   * @param maskAt place in {@code from} of the lanes' factors; -1 for none
   */
  void writeTile(float[] from, int at, int maskAt, float[] into, int t, int units, int tile) {
    int target = place(t, units, tile);
    int count = count(tile);
    if (maskAt < 0 && count == lanes) {
      kernels.copyRows(units, lanes, from, at, lanes, into, target, batch);
      return;
    }
    for (int source = at; source < at + units * lanes; source += lanes) {
      for (int lane = 0; lane < count; lane++) {
        float factor = maskAt < 0 ? 1 : from[maskAt + lane];
        into[target + lane] = from[source + lane] * factor;
      }
      target += batch;
    }
  }

  /**
   * Adds a tile's part of time step t of an array to [units][lanes].
   *
   * @param masks where the lanes' factors are
   * @param maskAt their place; -1 for none
   */
  void addTile(
      HeapTensor from,
      int t,
      int units,
      int tile,
      float[] masks,
      int maskAt,
      float[] into,
      int at) {
    int source = place(from, t, tile);
    int count = count(tile);
    if (maskAt < 0 && from.batchStride == 1 && count == lanes) {
      kernels.addRows(units, lanes, from.values, source, from.unitStride, into, at, lanes);
      return;
    }
    for (int lane = 0; lane < count; lane += GROUP) {
      int end = Math.min(lane + GROUP, count);
      for (int u = 0; u < units; u++) {
        int unit = source + u * from.unitStride;
        for (int l = lane; l < end; l++) {
          float factor = maskAt < 0 ? 1 : masks[maskAt + l];
          into[at + u * lanes + l] += from.values[unit + l * from.batchStride] * factor;
        }
      }
    }
  }
}
