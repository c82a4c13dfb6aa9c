package org.iterativemaps.lanes;

/**
 * What the layouts of a block's entries have in common, be the runs of single target units or of
 * bundles: runs in chunks and spans ({@link SparseTiling} says what they are), and how a gradient
 * is shared out among threads.
 *
 * <p>Immutable and safe to share.
 */
abstract class Tiling {
  // Floats of the source panels of terms that are summed together, at most: half a megabyte.
  private static final int TOGETHER = 512 * 1024 / Float.BYTES;

  final int[] runs;
  final int[] offsets;
  private final int lanes;
  private final int panelFloats;
  private final int[] chunkRun;
  private final int[] spanChunk;
  private final int longestChunk;
  private final int packedLength;

  /**
   * A layout.
   *
   * @param panelUnits source units of a panel
   * @param groups all of its runs
   */
  Tiling(int lanes, int panelUnits, int[] runs, int[] offsets, TilingGroups groups) {
    this.lanes = lanes;
    this.panelFloats = panelUnits * lanes;
    this.runs = runs;
    this.offsets = offsets;
    this.chunkRun = groups.chunkRun();
    this.spanChunk = groups.spanChunk();
    this.longestChunk = groups.longestChunk();
    this.packedLength = groups.packed();
  }

  /** Lanes of a tile. */
  public final int lanes() {
    return lanes;
  }

  /** Floats of the source units that are read again and again before the next ones. */
  final int panelFloats() {
    return panelFloats;
  }

  /** How many chunks. */
  public final int chunks() {
    return chunkRun.length - 1;
  }

  /** How many spans. */
  public final int spans() {
    return spanChunk.length - 1;
  }

  /** First chunk of a span; of {@link #spans()}, the chunk count. */
  public final int spanStart(int span) {
    return spanChunk[span];
  }

  /** First run of a chunk; of {@link #chunks()}, the run count. */
  public final int chunkStart(int chunk) {
    return chunkRun[chunk];
  }

  /** The ints of all runs, see the constants. Not to be changed. */
  public final int[] runs() {
    return runs;
  }

  /** Offsets of source units in their tile, by place. Not to be changed. */
  public final int[] offsets() {
    return offsets;
  }

  /** Floats of a gradient in packed order. */
  public final int packedLength() {
    return packedLength;
  }

  /**
   * Floats of workspace for partial sums.
   *
   * @param vectorLanes lanes of a vector
   */
  public final int scratchLength(int vectorLanes) {
    // A vector of zeros in front, and one behind: folding reads beside what it uses.
    return (longestChunk / SparseTiling.SHARED + 2) * vectorLanes;
  }

  /** Terms of which a loop takes so many at once, where there are as many. */
  abstract int joinedTerms();

  /** gradients[entry] = packed[its packed place], of a share of the entries. */
  abstract void unpack(float[] packed, float[] gradients, int share, int shares);

  /** Bytes of runs and of how they are grouped. */
  final long bytesOfRuns() {
    return 4L * (runs.length + chunkRun.length + spanChunk.length);
  }

  /** Something to be done for a range of chunks, and with some terms of a gradient. */
  interface Work<T> {
    void run(T tiling, int chunk, int chunkEnd, int term, int termEnd);
  }

  /**
   * A share of the chunks of all parts of a block, with all terms: so many at a time that the
   * panels of all of them stay in the second-level cache.
   */
  static <T extends Tiling> void eachChunk(
      T[] parts, int share, int shares, int terms, Work<T> work) {
    int chunks = 0;
    for (T tiling : parts) {
      chunks += tiling.chunks();
    }
    int begin = LaneBlock.begin(chunks, share, shares);
    int end = LaneBlock.end(chunks, share, shares);
    for (T tiling : parts) {
      int joined = tiling.joinedTerms();
      int together = Math.max(joined, TOGETHER / tiling.panelFloats() / joined * joined);
      for (int span = 0; span < tiling.spans(); span++) {
        int chunk = Math.max(begin, tiling.spanStart(span));
        int chunkEnd = Math.min(end, tiling.spanStart(span + 1));
        for (int t = 0; chunk < chunkEnd && t < terms; t += together) {
          work.run(tiling, chunk, chunkEnd, t, Math.min(t + together, terms));
        }
      }
      begin -= tiling.chunks();
      end -= tiling.chunks();
    }
  }

  /** Floats of a gradient of all parts. */
  static int packedLength(Tiling[] parts) {
    int length = 0;
    for (Tiling tiling : parts) {
      length = Math.addExact(length, tiling.packedLength());
    }
    return length;
  }

  /** Floats of workspace that do for any part. */
  static int scratchLength(Tiling[] parts, int vectorLanes) {
    int longest = 0;
    for (Tiling tiling : parts) {
      longest = Math.max(longest, tiling.scratchLength(vectorLanes));
    }
    return longest;
  }

  /** Gradients of all parts by entry: a share of them. */
  static void unpack(Tiling[] parts, float[] packed, float[] gradients, int share, int shares) {
    for (Tiling tiling : parts) {
      tiling.unpack(packed, gradients, share, shares);
    }
  }
}
