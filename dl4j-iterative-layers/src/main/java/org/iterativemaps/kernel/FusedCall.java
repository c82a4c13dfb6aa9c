package org.iterativemaps.kernel;

import java.util.Arrays;

/**
 * The arrays of one call on the heap, and where a tile's part of them is.
 *
 * <p>Arrays are [time][units][batch] (ND4J's column-major [batch, units, time]). The lanes of the
 * last tile that are behind the batch repeat its last example: an example of zeros could overflow
 * where no example does, and its infinity times a gradient of zero would be not-a-number.
 */
final class FusedCall {
  private final LaneKernels kernels;
  final int batch;
  final int time;
  final int lanes;
  final int segment;
  final boolean isTraining;
  int workers;
  float[] input;
  float[] mask; // [time][batch], or null
  float[][] initial; // by slot, entries null for zeros; or null
  float[] output;
  float[][] lastState; // by slot
  int firstTimeStep;
  float[] outputGradient;
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

  /** Examples in a tile. */
  private int count(int tile) {
    return Math.min(lanes, batch - tile * lanes);
  }

  /** Copies a tile's part of time step t of an array to [units][lanes]. */
  void readTile(float[] from, int t, int units, int tile, float[] into, int at) {
    int source = place(t, units, tile);
    int count = count(tile);
    if (count == lanes) {
      kernels.copyRows(units, lanes, from, source, batch, into, at, lanes);
      return;
    }
    for (int u = 0; u < units; u++) {
      int target = at + u * lanes;
      System.arraycopy(from, source, into, target, count);
      Arrays.fill(into, target + count, target + lanes, from[source + count - 1]);
      source += batch;
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
      float[] from, int t, int units, int tile, float[] masks, int maskAt, float[] into, int at) {
    int source = place(t, units, tile);
    int count = count(tile);
    if (maskAt < 0 && count == lanes) {
      kernels.addRows(units, lanes, from, source, batch, into, at, lanes);
      return;
    }
    for (int target = at; target < at + units * lanes; target += lanes) {
      for (int lane = 0; lane < count; lane++) {
        float factor = maskAt < 0 ? 1 : masks[maskAt + lane];
        into[target + lane] += from[source + lane] * factor;
      }
      source += batch;
    }
  }
}
