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
  int parts = 1;
  LaneTeam team;
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

  /**
   * Copies some units of a tile, from time step t of an array to [units][lanes].
   *
   * @param at where unit 0 would be
   */
  void readTile(HeapTensor from, int t, int begin, int end, int tile, float[] into, int at) {
    int source = place(from, t, tile) + begin * from.unitStride;
    int target = at + begin * lanes;
    int units = end - begin;
    int count = count(tile);
    if (from.batchStride == 1 && count == lanes) {
      kernels.copyRows(units, lanes, from.values, source, from.unitStride, into, target, lanes);
      return;
    }
    for (int lane = 0; lane < count; lane += GROUP) {
      int laneEnd = Math.min(lane + GROUP, count);
      for (int u = 0; u < units; u++) {
        int unit = source + u * from.unitStride;
        for (int l = lane; l < laneEnd; l++) {
          into[target + u * lanes + l] = from.values[unit + l * from.batchStride];
        }
      }
    }
    for (int row = target; row < target + units * lanes; row += lanes) {
      Arrays.fill(into, row + count, row + lanes, into[row + count - 1]);
    }
  }

  /**
   * Copies some units of a tile, from [units][lanes] to time step t of an array.
   *
   * @param at where unit 0 would be
   * @param maskAt place in {@code from} of the lanes' factors; -1 for none
   * @param units of the whole array
   */
  void writeTile(
      float[] from,
      int at,
      int maskAt,
      float[] into,
      int t,
      int units,
      int begin,
      int end,
      int tile) {
    int target = place(t, units, tile) + begin * batch;
    int count = count(tile);
    if (maskAt < 0 && count == lanes) {
      int first = at + begin * lanes;
      kernels.copyRows(end - begin, lanes, from, first, lanes, into, target, batch);
      return;
    }
    for (int source = at + begin * lanes; source < at + end * lanes; source += lanes) {
      for (int lane = 0; lane < count; lane++) {
        float factor = maskAt < 0 ? 1 : from[maskAt + lane];
        into[target + lane] = from[source + lane] * factor;
      }
      target += batch;
    }
  }

  /**
   * Adds some units of a tile, from time step t of an array to [units][lanes].
   *
   * @param masks where the lanes' factors are
   * @param maskAt their place; -1 for none
   * @param at where unit 0 would be
   */
  void addTile(
      HeapTensor from,
      int t,
      int begin,
      int end,
      int tile,
      float[] masks,
      int maskAt,
      float[] into,
      int at) {
    int source = place(from, t, tile) + begin * from.unitStride;
    int target = at + begin * lanes;
    int units = end - begin;
    int count = count(tile);
    if (maskAt < 0 && from.batchStride == 1 && count == lanes) {
      kernels.addRows(units, lanes, from.values, source, from.unitStride, into, target, lanes);
      return;
    }
    for (int lane = 0; lane < count; lane += GROUP) {
      int laneEnd = Math.min(lane + GROUP, count);
      for (int u = 0; u < units; u++) {
        int unit = source + u * from.unitStride;
        for (int l = lane; l < laneEnd; l++) {
          float factor = maskAt < 0 ? 1 : masks[maskAt + l];
          into[target + u * lanes + l] += from.values[unit + l * from.batchStride] * factor;
        }
      }
    }
  }
}
