package org.iterativemaps.kernel;

/**
 * The arrays of one call on the heap, and where a tile's part of them is.
 *
 * <p>Arrays are [time][units][batch] (ND4J's column-major [batch, units, time]). The lanes of the
 * last tile that are behind the batch repeat its last example: an example of zeros could overflow
 * where no example does, and its infinity times a gradient of zero would be not-a-number.
 */
final class FusedCall {
  final int batch;
  final int time;
  final int lanes;
  final int segment;
  final boolean isTraining;
  float[] input;
  float[] mask; // [time][batch], or null
  float[][] initial; // by slot, entries null for zeros; or null
  float[] output;
  float[][] lastState; // by slot
  int firstTimeStep;
  float[] outputGradient;
  float[] inputGradient;
  float[][] stateGradient; // by slot

  FusedCall(int batch, int time, int lanes, int segment, boolean isTraining) {
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

  /** Copies a tile's part of time step t of an array to [units][lanes]. */
  void readTile(float[] from, int t, int units, int tile, float[] into, int at) {
    int count = Math.min(lanes, batch - tile * lanes);
    for (int u = 0; u < units; u++) {
      int source = (t * units + u) * batch + tile * lanes;
      int target = at + u * lanes;
      System.arraycopy(from, source, into, target, count);
      for (int lane = count; lane < lanes; lane++) {
        into[target + lane] = from[source + count - 1];
      }
    }
  }

  /**
   * Copies [units][lanes] to a tile's part of time step t of an array.
   *
   * @param maskAt place in {@code from} of the lanes' factors; -1 for none
   */
  void writeTile(float[] from, int at, int maskAt, float[] into, int t, int units, int tile) {
    int count = Math.min(lanes, batch - tile * lanes);
    for (int u = 0; u < units; u++) {
      int source = at + u * lanes;
      int target = (t * units + u) * batch + tile * lanes;
      if (maskAt < 0) {
        System.arraycopy(from, source, into, target, count);
      } else {
        for (int lane = 0; lane < count; lane++) {
          into[target + lane] = from[source + lane] * from[maskAt + lane];
        }
      }
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
    int count = Math.min(lanes, batch - tile * lanes);
    for (int u = 0; u < units; u++) {
      int source = (t * units + u) * batch + tile * lanes;
      int target = at + u * lanes;
      if (maskAt < 0) {
        for (int lane = 0; lane < count; lane++) {
          into[target + lane] += from[source + lane];
        }
      } else {
        for (int lane = 0; lane < count; lane++) {
          into[target + lane] += from[source + lane] * masks[maskAt + lane];
        }
      }
    }
  }
}
