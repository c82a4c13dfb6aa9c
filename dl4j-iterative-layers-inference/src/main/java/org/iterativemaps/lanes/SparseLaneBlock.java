package org.iterativemaps.lanes;

import java.util.BitSet;

/**
 * Entry by entry. The transposed product runs on a second layout, by source unit, with the weights
 * copied into its order once a call: to gather a unit's sum in registers takes half the time of
 * adding to every unit in memory.
 */
final class SparseLaneBlock extends LaneBlock {
  // Density from which on a gradient's rows are shared by the threads: some 50 weights to a source
  // unit, for which to read a tile takes less time than to multiply with it.
  private static final double LEAST_SHARED = 0.05;

  private final BitSet leftOut;
  private final SparseTiling[] tilings; // by part
  // For the way back, not there before it is needed.
  private int[] transposedEntries;
  private SparseTiling[] transposedTilings;
  private float[] transposedWeights;

  SparseLaneBlock(LaneKernels kernels, Mask mask, int lanes, int parts) {
    this(kernels, mask, lanes, parts, new BitSet(), 0);
  }

  /**
   * A part of a block: all of it but some target units.
   *
   * @param leftOut target units whose weights are others'
   * @param packedBefore floats of a gradient that are others', and come first
   */
  SparseLaneBlock(
      LaneKernels kernels, Mask mask, int lanes, int parts, BitSet leftOut, int packedBefore) {
    super(kernels, mask, lanes, parts);
    this.leftOut = leftOut;
    boolean isPacked = kernels.wantsPacked(lanes);
    this.tilings = SparseTiling.parts(mask, lanes, isPacked, parts, leftOut, packedBefore);
  }

  @Override
  public void prepareBackward(int share, int shares) {
    int end = end(transposedEntries.length, share, shares);
    for (int i = begin(transposedEntries.length, share, shares); i < end; i++) {
      transposedWeights[i] = weights[transposedEntries[i]];
    }
  }

  @Override
  public void layOutBackward() {
    if (transposedEntries == null) {
      TransposedMask transposed = TransposedMask.of(mask, leftOut);
      boolean isPacked = kernels.wantsPacked(lanes);
      transposedTilings =
          SparseTiling.parts(transposed.mask(), lanes, isPacked, parts, new BitSet(), 0);
      transposedWeights = new float[transposed.mask().entryCount()];
      transposedEntries = transposed.entries();
    }
  }

  @Override
  public void multiplyAdd(
      int part, int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    multiplyAdd(tilings[part], weights, tiles, x, xAt, xStride, y, yAt, yStride);
  }

  @Override
  public void multiplyTransposedAdd(
      int part, int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride) {
    multiplyAdd(
        transposedTilings[part], transposedWeights, tiles, dy, dyAt, dyStride, dx, dxAt, dxStride);
  }

  private void multiplyAdd(
      SparseTiling tiling,
      float[] w,
      int tiles,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    for (int span = 0; span < tiling.spans(); span++) {
      int chunk = tiling.spanStart(span);
      int end = tiling.spanStart(span + 1);
      for (int t = 0; t < tiles; t++) {
        kernels.multiplyAdd(tiling, chunk, end, w, x, xAt + t * xStride, y, yAt + t * yStride);
      }
    }
  }

  @Override
  public void outerAdd(
      int share, int shares, OuterTerms terms, float[] gradient, float[] scratch, int scratchAt) {
    Tiling.eachChunk(
        tilings,
        share,
        shares,
        terms.count(),
        (tiling, chunk, end, term, termEnd) ->
            kernels.outerAdd(
                tiling, chunk, end, terms, term, termEnd, gradient, scratch, scratchAt));
  }

  @Override
  public boolean isSummedByWorker() {
    return isSummedByWorker(mask, parts);
  }

  static boolean isSummedByWorker(Mask mask, int parts) {
    return parts == 1 && mask.density() < LEAST_SHARED;
  }

  @Override
  public int gradientLength() {
    return Tiling.packedLength(tilings);
  }

  @Override
  public int scratchLength() {
    return Tiling.scratchLength(tilings, kernels.vectorLanes());
  }

  @Override
  public void toEntries(float[] gradient, float[] entries, int share, int shares) {
    Tiling.unpack(tilings, gradient, entries, share, shares);
  }

  @Override
  public boolean hasEntryOrder() {
    return false;
  }

  @Override
  public long bytes() {
    long bytes = bytes(tilings, mask.entryCount());
    if (transposedEntries != null) {
      int entries = transposedEntries.length;
      bytes += (long) (Integer.BYTES + Float.BYTES) * entries + bytes(transposedTilings, entries);
    }
    return bytes;
  }

  private long bytes(SparseTiling[] tilings, int entries) {
    long bytes = kernels.wantsPacked(lanes) ? 0 : 4L * entries;
    for (SparseTiling tiling : tilings) {
      bytes += tiling.bytes();
    }
    return bytes;
  }
}
