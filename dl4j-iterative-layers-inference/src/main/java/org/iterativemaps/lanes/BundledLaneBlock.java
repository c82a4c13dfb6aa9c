package org.iterativemaps.lanes;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Bundle by bundle ({@link BundleTiling}), wherever the mask has its bundles from; target units
 * that are in none are multiplied as a {@link SparseLaneBlock}. The transposed product adds to the
 * source units in memory: a bundle's gradients stay in registers for all its sources, and four
 * products pay for a sum's way there and back, so that no weights are copied.
 */
final class BundledLaneBlock extends LaneBlock {
  private final BundleKernels loops;
  private final int[] bundles; // first target units
  private final BundleTiling[] tilings; // by part of the target units
  private final SparseLaneBlock others; // null where there are none
  private BundleTiling[] transposedTilings; // by part of the source units; null before it is needed

  private BundledLaneBlock(LaneKernels kernels, Mask mask, int lanes, int parts, int[] bundles) {
    super(kernels, mask, lanes, parts);
    this.loops = kernels.bundles();
    this.bundles = bundles;
    this.tilings = new BundleTiling[parts];
    int packed = 0;
    for (int p = 0; p < parts; p++) {
      int begin = begin(mask.toSize(), p, parts);
      int end = end(mask.toSize(), p, parts);
      tilings[p] = BundleTiling.of(mask, lanes, bundles, begin, end, 0, mask.fromSize(), packed);
      packed = Math.addExact(packed, tilings[p].packedLength());
    }
    this.others =
        entries(mask, bundles) == mask.entryCount()
            ? null
            : new SparseLaneBlock(kernels, mask, lanes, parts, targets(bundles), packed);
  }

  /**
   * A block most of whose weights are in bundles.
   *
   * @return null if they are not, or if the kernels have no loops for bundles
   */
  static BundledLaneBlock ifMost(LaneKernels kernels, Mask mask, int lanes, int parts) {
    if (kernels.bundles() == null) {
      return null;
    }
    int[] bundles = BundleTiling.find(mask);
    return 2 * entries(mask, bundles) > mask.entryCount()
        ? new BundledLaneBlock(kernels, mask, lanes, parts, bundles)
        : null;
  }

  /** Weights that are in bundles. */
  private static long entries(Mask mask, int[] bundles) {
    long entries = 0;
    for (int first : bundles) {
      entries += mask.targetStart(first + BundleTiling.UNITS) - mask.targetStart(first);
    }
    return entries;
  }

  private static BitSet targets(int[] bundles) {
    BitSet targets = new BitSet();
    for (int first : bundles) {
      targets.set(first, first + BundleTiling.UNITS);
    }
    return targets;
  }

  @Override
  public void load(float[] entries, int share, int shares) {
    weights = entries;
    if (others != null) {
      others.load(entries, share, shares);
    }
  }

  @Override
  public void layOutBackward() {
    if (others != null) {
      others.layOutBackward();
    }
    if (parts == 1) {
      transposedTilings = tilings;
    } else if (transposedTilings == null) {
      transposedTilings = new BundleTiling[parts];
      for (int p = 0; p < parts; p++) {
        int begin = begin(mask.fromSize(), p, parts);
        int end = end(mask.fromSize(), p, parts);
        transposedTilings[p] =
            BundleTiling.of(mask, lanes, bundles, 0, mask.toSize(), begin, end, 0);
      }
    }
  }

  @Override
  public void prepareBackward(int share, int shares) {
    if (others != null) {
      others.prepareBackward(share, shares);
    }
  }

  @Override
  public void multiplyAdd(
      int part, int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    BundleTiling tiling = tilings[part];
    for (int span = 0; span < tiling.spans(); span++) {
      int chunk = tiling.spanStart(span);
      int end = tiling.spanStart(span + 1);
      for (int t = 0; t < tiles; t++) {
        loops.multiplyAdd(tiling, chunk, end, weights, x, xAt + t * xStride, y, yAt + t * yStride);
      }
    }
    if (others != null) {
      others.multiplyAdd(part, tiles, x, xAt, xStride, y, yAt, yStride);
    }
  }

  @Override
  public void multiplyTransposedAdd(
      int part, int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride) {
    BundleTiling tiling = transposedTilings[part];
    for (int span = 0; span < tiling.spans(); span++) {
      int chunk = tiling.spanStart(span);
      int end = tiling.spanStart(span + 1);
      for (int t = 0; t < tiles; t++) {
        loops.multiplyTransposedAdd(
            tiling, chunk, end, weights, dy, dyAt + t * dyStride, dx, dxAt + t * dxStride);
      }
    }
    if (others != null) {
      others.multiplyTransposedAdd(part, tiles, dy, dyAt, dyStride, dx, dxAt, dxStride);
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
            loops.outerAdd(tiling, chunk, end, terms, term, termEnd, gradient, scratch, scratchAt));
    if (others != null) {
      others.outerAdd(share, shares, terms, gradient, scratch, scratchAt);
    }
  }

  @Override
  public boolean isSummedByWorker() {
    return SparseLaneBlock.isSummedByWorker(mask, parts);
  }

  @Override
  public int gradientLength() {
    int own = Tiling.packedLength(tilings);
    return others == null ? own : Math.addExact(own, others.gradientLength());
  }

  @Override
  public int scratchLength() {
    int own = Tiling.scratchLength(tilings, kernels.vectorLanes());
    return others == null ? own : Math.max(own, others.scratchLength());
  }

  @Override
  public void toEntries(float[] gradient, float[] entries, int share, int shares) {
    Tiling.unpack(tilings, gradient, entries, share, shares);
    if (others != null) {
      others.toEntries(gradient, entries, share, shares);
    }
  }

  @Override
  public boolean hasEntryOrder() {
    return false;
  }

  @Override
  public long bytes() {
    long bytes = bytes(tilings) + 4L * bundles.length;
    if (transposedTilings != null && parts > 1) {
      bytes += bytes(transposedTilings);
    }
    return others == null ? bytes : bytes + others.bytes();
  }

  private static long bytes(BundleTiling[] tilings) {
    return Arrays.stream(tilings).mapToLong(BundleTiling::bytes).sum();
  }
}
