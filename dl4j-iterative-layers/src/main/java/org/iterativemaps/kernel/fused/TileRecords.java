package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;

/**
 * The tiles of one worker in one call, and where their records lie: in the values' memory and, at
 * the same places from its beginning, in the gradients'. See {@link RecordLayout} for what a record
 * is.
 *
 * <p>Several threads may share them: what is to be done is then cut into {@link FusedCall#parts},
 * each of which computes some units of every slot, and into phases, of which each needs those
 * before it.
 */
final class TileRecords {
  final FusedPlan plan;
  final LaneKernels kernels;
  FusedCall call;
  RecordLayout layout;
  LaneBlock[] blocks;
  float[][] parameters;

  /** First tile of the batch, and how many. */
  int tileBegin;

  int tileCount;

  /** Floats from a tile's record to the next tile's of the same time step. */
  int tileStride;

  /** Values of all cells. */
  float[] values;

  private LaneMemory memory;
  private int masks; // [tile][time step of a segment][lanes]
  private int scratch; // [part]
  private int scratchLength;
  private float[][] workspaces = {};

  TileRecords(FusedPlan plan, LaneKernels kernels) {
    this.plan = plan;
    this.kernels = kernels;
  }

  /** Makes room for some tiles of a call; its memory is kept from call to call. */
  void prepare(
      FusedCall newCall,
      RecordLayout newLayout,
      LaneBlock[] newBlocks,
      float[][] newParameters,
      int begin,
      int count) {
    this.call = newCall;
    this.layout = newLayout;
    this.blocks = newBlocks;
    this.parameters = newParameters;
    this.tileBegin = begin;
    this.tileCount = count;
    scratchLength = scratchLength(blocks);
    long stride = call.shape.tileLength(layout);
    long afterRecords = count * stride;
    long afterMasks = afterRecords + maskFloats(call.shape, count);
    long needed = floats(call.shape, layout, blocks, count);
    if (!LaneMemory.holds(memory, needed)) {
      memory = null; // the old may go before the new comes
      values = null;
      memory = LaneMemory.ofFloats(needed);
      values = memory.array;
    }
    if (workspaces.length < call.parts) {
      workspaces = new float[call.parts][];
      Arrays.setAll(workspaces, part -> FusedCall.workspace());
    }
    tileStride = (int) stride; // the memory would not have been there otherwise
    masks = (int) (memory.base + afterRecords);
    scratch = (int) (memory.base + afterMasks);
  }

  private static long maskFloats(CallShape shape, int tiles) {
    return shape.isMasked() ? (long) tiles * shape.segment() * shape.lanes() : 0;
  }

  private static int scratchLength(LaneBlock[] blocks) {
    int longest = 0;
    for (LaneBlock block : blocks) {
      longest = Math.max(longest, block.scratchLength());
    }
    return longest;
  }

  /** Floats of all records, masks and workspaces for the blocks of some tiles of a call. */
  static long floats(CallShape shape, RecordLayout layout, LaneBlock[] blocks, int tiles) {
    return tiles * shape.tileLength(layout)
        + maskFloats(shape, tiles)
        + (long) shape.parts() * scratchLength(blocks);
  }

  /** Floats of all records. */
  long recordFloats() {
    return (long) tileCount * tileStride;
  }

  /**
   * Where the values of a time step of the segment begin; -1 is the step before it, of which only
   * the state that is handed on is there.
   */
  int record(int tile, int t) {
    return memory.base + offset(tile, t);
  }

  /** As {@link #record}, from the beginning of the memory. */
  int offset(int tile, int t) {
    return tile * tileStride + layout.front + t * layout.length;
  }

  /** Where a time step's mask is in the values; -1 where there is none. */
  int mask(int tile, int t) {
    return call.isMasked ? masks + (tile * call.segment + t) * layout.lanes : -1;
  }

  /** A part's workspace for the blocks, in the values. */
  int scratch(int part) {
    return scratch + part * scratchLength;
  }

  /** A part's workspace to read and write the call's arrays. */
  float[] workspace(int part) {
    return workspaces[part];
  }

  /** The first of a slot's units that is a part's. */
  int begin(int slot, int part) {
    return LaneBlock.begin(plan.sizes[slot], part, call.parts);
  }

  /** After the last of a slot's units that is a part's. */
  int end(int slot, int part) {
    return LaneBlock.end(plan.sizes[slot], part, call.parts);
  }

  /** How many of a slot's units are a part's. */
  int units(int slot, int part) {
    return end(slot, part) - begin(slot, part);
  }

  /** Where a part's units of a slot begin in the slot's tile. */
  int place(int slot, int part) {
    return begin(slot, part) * layout.lanes;
  }

  /** Floats of a part's units of a slot in a tile. */
  int length(int slot, int part) {
    return units(slot, part) * layout.lanes;
  }

  /** Runs the parts of one phase, and returns when all are done. */
  void each(IntConsumer part) {
    if (call.parts == 1) {
      part.accept(0);
    } else {
      call.team.run(part);
    }
  }

  /** Floats of a slot's units in a tile. */
  int length(int slot) {
    return plan.sizes[slot] * layout.lanes;
  }

  /** Bytes of values and workspaces held. */
  long bytes() {
    long bytes = memory == null ? 0 : memory.bytes();
    for (float[] workspace : workspaces) {
      bytes += (long) Float.BYTES * workspace.length;
    }
    return bytes;
  }
}
