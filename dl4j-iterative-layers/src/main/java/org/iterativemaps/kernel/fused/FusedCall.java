package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import org.iterativemaps.lanes.LaneKernels;

/**
 * The arrays of one call, and how a tile's part of them gets into the tile and out of it.
 *
 * <p>The lanes of the last tile that are behind the batch repeat its last example: an example of
 * zeros could overflow where no example does, and its infinity times a gradient of zero would be
 * not-a-number. Their gradients are zeros.
 */
final class FusedCall {
  // Row-major arrays are read some units of some examples at a time.
  private static final int GROUP = 8;
  private static final int UNITS = 64;
  // Units of a lone example that are moved at a time.
  static final int LONE = GROUP * UNITS;
  // Floats that are changed on their way: some units of a tile, of which one has 64 at most.
  private static final int CHANGED = 512;

  private final LaneKernels kernels;
  final CallShape shape;
  final int batch;
  final int time;
  final int lanes;
  final int segment;
  final boolean isTraining;
  final boolean isMasked;
  final int workers;
  final int parts;
  LaneTeam team;
  StridedFloats input;
  StridedFloats mask; // or null
  StridedFloats[] initial; // by slot, entries null for zeros
  StridedFloats output;
  StridedFloats[] lastState; // by slot
  int firstTimeStep;
  StridedFloats outputGradient;
  StridedFloats[] lastStateGradient; // by slot, entries null for zeros
  StridedFloats inputGradient;
  StridedFloats[] stateGradient; // by slot

  FusedCall(LaneKernels kernels, CallShape shape) {
    this.kernels = kernels;
    this.shape = shape;
    this.batch = shape.batch();
    this.time = shape.time();
    this.lanes = shape.lanes();
    this.segment = shape.segment();
    this.isTraining = shape.isTraining();
    this.isMasked = shape.isMasked();
    this.workers = shape.workers();
    this.parts = shape.parts();
  }

  int tiles() {
    return shape.tiles();
  }

  int segments() {
    return shape.segments();
  }

  /** The segment with the first time step that has gradients. */
  int firstSegment() {
    return firstTimeStep / segment;
  }

  int segmentLength(int index) {
    return shape.segmentLength(index);
  }

  /** Lets go of what is the caller's, but for what the way back reads. */
  void forget() {
    team = null;
    initial = null;
    output = null;
    outputGradient = null;
    lastStateGradient = null;
    inputGradient = null;
    if (!isTraining || segments() == 1) {
      forgetInput();
    }
  }

  /** When there is no way back, either. */
  void forgetInput() {
    input = null;
    mask = null;
  }

  /** Bytes of copies of the input. */
  long bytes() {
    return (input == null ? 0 : input.bytes()) + (mask == null ? 0 : mask.bytes());
  }

  /** Examples in a tile. */
  int count(int tile) {
    return Math.min(lanes, batch - tile * lanes);
  }

  /** Where some unit of a tile is at time step t of an array. */
  private int place(StridedFloats array, int t, int unit, int tile) {
    return t * array.timeStride + unit * array.unitStride + tile * lanes * array.batchStride;
  }

  /** Workspace that a thread gives to what follows. */
  static float[] workspace() {
    return new float[GROUP * UNITS + CHANGED];
  }

  /**
   * Copies units begin to end of a tile, from time step t of an array to [units][lanes].
   *
   * @param at where unit 0 would be
   */
  void readTile(
      StridedFloats from,
      int t,
      int begin,
      int end,
      int tile,
      float[] into,
      int at,
      float[] workspace) {
    int count = count(tile);
    if (from.batchStride == 1 && from.unitStride == lanes && count == lanes) {
      from.get(place(from, t, begin, tile), into, at + begin * lanes, (end - begin) * lanes);
      return;
    }
    if (count == 1 && from.unitStride == 1) {
      readLone(from, t, begin, end, tile, into, at, workspace);
      return;
    }
    if (from.batchStride == 1) {
      for (int u = begin; u < end; u++) {
        from.get(place(from, t, u, tile), into, at + u * lanes, count);
      }
    } else if (from.unitStride == 1) {
      readRowMajor(from, t, begin, end, tile, into, at, workspace);
    } else {
      for (int u = begin; u < end; u++) {
        int place = place(from, t, u, tile);
        for (int l = 0; l < count; l++) {
          into[at + u * lanes + l] = from.get(place + l * from.batchStride);
        }
      }
    }
    for (int row = at + begin * lanes; count < lanes && row < at + end * lanes; row += lanes) {
      Arrays.fill(into, row + count, row + lanes, into[row + count - 1]);
    }
  }

  /** The lanes repeat the tile's only example. */
  private void readLone(
      StridedFloats from,
      int t,
      int begin,
      int end,
      int tile,
      float[] into,
      int at,
      float[] workspace) {
    for (int unit = begin; unit < end; unit += LONE) {
      int units = Math.min(LONE, end - unit);
      from.get(place(from, t, unit, tile), workspace, 0, units);
      kernels.fill(workspace, 0, units, lanes, into, at + unit * lanes);
    }
  }

  private void readRowMajor(
      StridedFloats from,
      int t,
      int begin,
      int end,
      int tile,
      float[] into,
      int at,
      float[] workspace) {
    int count = count(tile);
    for (int lane = 0; lane < count; lane += GROUP) {
      int group = Math.min(GROUP, count - lane);
      for (int unit = begin; unit < end; unit += UNITS) {
        int units = Math.min(UNITS, end - unit);
        int place = place(from, t, unit, tile) + lane * from.batchStride;
        for (int l = 0; l < group; l++) {
          from.get(place + l * from.batchStride, workspace, l * UNITS, units);
        }
        for (int u = 0; u < units; u++) {
          int target = at + (unit + u) * lanes + lane;
          for (int l = 0; l < group; l++) {
            into[target + l] = workspace[l * UNITS + u];
          }
        }
      }
    }
  }

  /**
   * Copies units begin to end of a tile, from [units][lanes] to time step t of an array.
   *
   * @param at where unit 0 would be
   * @param maskAt place in {@code from} of the lanes' factors; -1 for none
   */
  void writeTile(
      float[] from,
      int at,
      int maskAt,
      StridedFloats into,
      int t,
      int begin,
      int end,
      int tile,
      float[] workspace) {
    if (maskAt < 0) {
      write(from, at + begin * lanes, into, t, begin, end, tile, workspace);
      return;
    }
    int step = CHANGED / lanes;
    int changed = GROUP * UNITS;
    for (int unit = begin; unit < end; unit += step) {
      int last = Math.min(unit + step, end);
      int source = at + unit * lanes;
      kernels.multiplyLanes(last - unit, lanes, from, maskAt, from, source, workspace, changed);
      write(workspace, changed, into, t, unit, last, tile, workspace);
    }
  }

  /** As {@link #writeTile}, from where unit begin is. */
  private void write(
      float[] from,
      int at,
      StridedFloats into,
      int t,
      int begin,
      int end,
      int tile,
      float[] workspace) {
    int count = count(tile);
    if (into.batchStride == 1 && into.unitStride == lanes && count == lanes) {
      into.put(place(into, t, begin, tile), from, at, (end - begin) * lanes);
      return;
    }
    if (count == 1 && into.unitStride == 1) {
      for (int unit = begin; unit < end; unit += LONE) {
        int units = Math.min(LONE, end - unit);
        packLone(units, from, at + (unit - begin) * lanes, workspace);
        into.put(place(into, t, unit, tile), workspace, 0, units);
      }
      return;
    }
    for (int u = begin; u < end; u++) {
      int place = place(into, t, u, tile);
      int source = at + (u - begin) * lanes;
      if (into.batchStride == 1) {
        into.put(place, from, source, count);
      } else {
        for (int l = 0; l < count; l++) {
          into.put(place + l * into.batchStride, from[source + l]);
        }
      }
    }
  }

  /** A lone example's values of some units, which are in the first lane, side by side. */
  void packLone(int units, float[] from, int at, float[] into) {
    for (int u = 0; u < units; u++) {
      into[u] = from[at + u * lanes];
    }
  }

  /**
   * Adds units begin to end of a tile, from time step t of an array to [units][lanes].
   *
   * @param masks where the lanes' factors are
   * @param maskAt their place; -1 for none
   * @param at where unit 0 would be
   */
  void addTile(
      StridedFloats from,
      int t,
      int begin,
      int end,
      int tile,
      float[] masks,
      int maskAt,
      float[] into,
      int at,
      float[] workspace) {
    int count = count(tile);
    int step = CHANGED / lanes;
    int changed = GROUP * UNITS;
    for (int unit = begin; unit < end; unit += step) {
      int units = Math.min(step, end - unit);
      int length = units * lanes;
      int first = changed - unit * lanes;
      readTile(from, t, unit, unit + units, tile, workspace, first, workspace);
      for (int row = changed; count < lanes && row < changed + length; row += lanes) {
        Arrays.fill(workspace, row + count, row + lanes, 0);
      }
      if (maskAt >= 0) {
        kernels.multiplyLanes(units, lanes, masks, maskAt, workspace, changed, workspace, changed);
      }
      kernels.add(length, workspace, changed, into, at + unit * lanes);
    }
  }
}
