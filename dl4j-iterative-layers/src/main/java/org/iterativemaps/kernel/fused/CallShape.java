package org.iterativemaps.kernel.fused;

import org.iterativemaps.lanes.LaneBlock;

/**
 * How one call of the fused kernel is cut up: the batch into tiles, time into segments, the tiles
 * among workers, and a lone tile's units into parts. What memory the call takes follows from it.
 *
 * @param lanes samples of a tile
 * @param segment time steps whose records are in memory together
 * @param parts threads that share the tile, if there is but one
 */
record CallShape(
    int batch,
    int time,
    int lanes,
    int segment,
    boolean isTraining,
    boolean isMasked,
    int workers,
    int parts) {

  // Floats of records that an inference pass holds at a time, and the tiles it takes at a time.
  private static final int INFERENCE_FLOATS = 2 * 1024 * 1024 / Float.BYTES;
  private static final int INFERENCE_TILES = 4;

  /**
   * As a division of work has it.
   *
   * @param threads the most to take
   * @param segment time steps between kept states in training; 0 keeps all
   */
  static CallShape of(
      FusedPlan plan,
      WorkDivision division,
      int threads,
      int segment,
      int batch,
      int time,
      boolean isMasked,
      boolean isTraining) {
    int lanes = division.lanes(batch, threads);
    int tiles = (batch + lanes - 1) / lanes;
    int kept = segment == 0 ? time : Math.min(segment, time);
    return new CallShape(
        batch,
        time,
        lanes,
        isTraining ? kept : inferenceSegment(time, plan.layout(lanes, isMasked)),
        isTraining,
        isMasked,
        Math.min(threads, tiles),
        tiles == 1 ? division.parts(lanes, threads) : 1);
  }

  private static int inferenceSegment(int time, RecordLayout layout) {
    return Math.min(time, Math.max(8, INFERENCE_FLOATS / Math.max(1, layout.length)));
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

  /** A worker's first tile. */
  int tileBegin(int worker) {
    return LaneBlock.begin(tiles(), worker, workers);
  }

  /** After a worker's last tile. */
  int tileEnd(int worker) {
    return LaneBlock.end(tiles(), worker, workers);
  }

  /** How many of its tiles a worker takes, and has in memory, together. */
  int tilesAtATime(int worker) {
    int all = tileEnd(worker) - tileBegin(worker);
    return isTraining ? all : Math.min(all, INFERENCE_TILES);
  }

  /** Floats of a tile's records: a segment's and the state in front of it. */
  long tileLength(RecordLayout layout) {
    return layout.front + (long) segment * layout.length;
  }
}
