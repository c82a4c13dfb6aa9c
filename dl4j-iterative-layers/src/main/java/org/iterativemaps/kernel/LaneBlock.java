package org.iterativemaps.kernel;

import org.iterativemaps.map.WeightMask;

/**
 * One block on the heap, laid out for one lane count: its weights W[to, from], and which loops
 * multiply with them.
 *
 * <p>Products run over several tiles, each a stride behind the one before; weights are visited in
 * portions that stay in the cache until all tiles have had them. After {@link #load} the weights
 * are only read, so threads may share a block.
 */
abstract sealed class LaneBlock {
  // Above this density a block is multiplied as a dense one with zeros: three times the rate.
  private static final double DENSE_FROM = 0.4;
  // Dense loops need some units to block registers by.
  private static final int LEAST_TARGETS = 8;
  private static final int LEAST_SOURCES = 16;

  final LaneKernels kernels;
  final WeightMask mask;
  final int lanes;
  float[] weights; // where they can be used as they come, the array given to load

  private LaneBlock(LaneKernels kernels, WeightMask mask, int lanes) {
    this.kernels = kernels;
    this.mask = mask;
    this.lanes = lanes;
  }

  /** The fastest layout of a block. */
  static LaneBlock of(LaneKernels kernels, WeightMask mask, int lanes) {
    if (isDiagonal(mask)) {
      return new Diagonal(kernels, mask, lanes);
    }
    long cells = (long) mask.toSize() * mask.fromSize();
    return mask.toSize() >= LEAST_TARGETS
            && mask.fromSize() >= LEAST_SOURCES
            && cells <= WeightMask.MAX_ENTRIES
            && mask.density() >= DENSE_FROM
        ? new Dense(kernels, mask, lanes)
        : new Sparse(kernels, mask, lanes);
  }

  private static boolean isDiagonal(WeightMask mask) {
    int size = mask.toSize();
    if (mask.fromSize() != size || mask.entryCount() != size) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      if (mask.targetStart(i) != i || mask.source(i) != i) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes new weights.
   *
   * @param entries in the mask's order; kept, and not to be changed while the block is used
   */
  abstract void load(float[] entries);

  /** y += W x on each of the tiles. */
  abstract void multiplyAdd(
      int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride);

  /** dx += Wᵀ dy on each of the tiles. */
  abstract void multiplyTransposedAdd(
      int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride);

  /**
   * gradient += sum over tiles and lanes of dy xᵀ where weights exist.
   *
   * @param gradient of {@link #gradientLength()}, in the block's own order
   * @param scratch workspace of {@link #scratchLength()} floats
   */
  abstract void outerAdd(
      int tiles,
      float[] dy,
      int dyAt,
      int dyStride,
      float[] x,
      int xAt,
      int xStride,
      float[] gradient,
      float[] scratch,
      int scratchAt);

  /** Floats of a gradient in the block's own order. */
  abstract int gradientLength();

  /** Floats of workspace. */
  abstract int scratchLength();

  /** entries += gradient, from the block's own order to the mask's. */
  void addGradient(float[] gradient, float[] entries) {
    for (int i = 0; i < mask.entryCount(); i++) {
      entries[i] += gradient[i];
    }
  }

  /** Whether {@link #addGradient} would add element to element. */
  boolean hasEntryOrder() {
    return true;
  }

  /** Bytes beside the weights and gradients themselves. */
  abstract long bytes();

  /** Each unit to itself alone. */
  private static final class Diagonal extends LaneBlock {
    Diagonal(LaneKernels kernels, WeightMask mask, int lanes) {
      super(kernels, mask, lanes);
    }

    @Override
    void load(float[] entries) {
      weights = entries;
    }

    @Override
    void multiplyAdd(int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
      for (int t = 0; t < tiles; t++) {
        kernels.diagonalMultiplyAdd(
            weights, mask.entryCount(), lanes, x, xAt + t * xStride, y, yAt + t * yStride);
      }
    }

    @Override
    void multiplyTransposedAdd(
        int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride) {
      multiplyAdd(tiles, dy, dyAt, dyStride, dx, dxAt, dxStride);
    }

    @Override
    void outerAdd(
        int tiles,
        float[] dy,
        int dyAt,
        int dyStride,
        float[] x,
        int xAt,
        int xStride,
        float[] gradient,
        float[] scratch,
        int scratchAt) {
      for (int t = 0; t < tiles; t++) {
        kernels.diagonalOuterAdd(
            mask.entryCount(), lanes, dy, dyAt + t * dyStride, x, xAt + t * xStride, gradient);
      }
    }

    @Override
    int gradientLength() {
      return mask.entryCount();
    }

    @Override
    int scratchLength() {
      return 0;
    }

    @Override
    long bytes() {
      return 0;
    }
  }

  /** Entry by entry. */
  private static final class Sparse extends LaneBlock {
    private final SparseTiling tiling;

    Sparse(LaneKernels kernels, WeightMask mask, int lanes) {
      super(kernels, mask, lanes);
      this.tiling = SparseTiling.of(mask, lanes, kernels.wantsPacked(lanes));
    }

    @Override
    void load(float[] entries) {
      weights = entries;
    }

    @Override
    void multiplyAdd(int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
      for (int span = 0; span < tiling.spans(); span++) {
        int chunk = tiling.spanStart(span);
        int end = tiling.spanStart(span + 1);
        for (int t = 0; t < tiles; t++) {
          kernels.multiplyAdd(
              tiling, chunk, end, weights, x, xAt + t * xStride, y, yAt + t * yStride);
        }
      }
    }

    @Override
    void multiplyTransposedAdd(
        int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride) {
      for (int span = 0; span < tiling.spans(); span++) {
        int chunk = tiling.spanStart(span);
        int end = tiling.spanStart(span + 1);
        for (int t = 0; t < tiles; t++) {
          kernels.multiplyTransposedAdd(
              tiling, chunk, end, weights, dy, dyAt + t * dyStride, dx, dxAt + t * dxStride);
        }
      }
    }

    @Override
    void outerAdd(
        int tiles,
        float[] dy,
        int dyAt,
        int dyStride,
        float[] x,
        int xAt,
        int xStride,
        float[] gradient,
        float[] scratch,
        int scratchAt) {
      // The kernel takes all tiles it is given chunk by chunk. Whole tiles of four vectors keep
      // their panel in the cache one by one; of smaller ones it joins four.
      int group = lanes % (4 * kernels.vectorLanes()) == 0 ? 1 : 4;
      for (int span = 0; span < tiling.spans(); span++) {
        for (int t = 0; t < tiles; t += group) {
          kernels.outerAdd(
              tiling,
              tiling.spanStart(span),
              tiling.spanStart(span + 1),
              Math.min(group, tiles - t),
              dy,
              dyAt + t * dyStride,
              dyStride,
              x,
              xAt + t * xStride,
              xStride,
              gradient,
              scratch,
              scratchAt);
        }
      }
    }

    @Override
    int gradientLength() {
      return tiling.packedLength();
    }

    @Override
    int scratchLength() {
      return tiling.scratchLength(kernels.vectorLanes());
    }

    @Override
    void addGradient(float[] gradient, float[] entries) {
      tiling.addPacked(gradient, entries);
    }

    @Override
    boolean hasEntryOrder() {
      return false;
    }

    @Override
    long bytes() {
      return tiling.bytes();
    }
  }

  /** All cells, with zeros where no weight exists. */
  private static final class Dense extends LaneBlock {
    // Cells of a portion of target units: half of a second-level cache of 1 MB.
    private static final int PORTION = 128 * 1024;

    private final int to;
    private final int from;
    private final int rows;

    Dense(LaneKernels kernels, WeightMask mask, int lanes) {
      super(kernels, mask, lanes);
      this.to = mask.toSize();
      this.from = mask.fromSize();
      this.rows = Math.max(16, PORTION / from / 16 * 16);
    }

    @Override
    void load(float[] entries) {
      if (mask.isDense()) {
        weights = entries;
        return;
      }
      if (weights == null) {
        weights = new float[to * from]; // zeros stay where no weight exists
      }
      for (int i = 0; i < to; i++) {
        for (int entry = mask.targetStart(i); entry < mask.targetStart(i + 1); entry++) {
          weights[i * from + mask.source(entry)] = entries[entry];
        }
      }
    }

    @Override
    void multiplyAdd(int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
      for (int i = 0; i < to; i += rows) {
        int end = Math.min(i + rows, to);
        kernels.denseMultiplyAdd(
            weights, from, i, end, lanes, tiles, x, xAt, xStride, y, yAt, yStride);
      }
    }

    @Override
    void multiplyTransposedAdd(
        int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride) {
      for (int i = 0; i < to; i += rows) {
        int end = Math.min(i + rows, to);
        kernels.denseMultiplyTransposedAdd(
            weights, from, i, end, lanes, tiles, dy, dyAt, dyStride, dx, dxAt, dxStride);
      }
    }

    @Override
    void outerAdd(
        int tiles,
        float[] dy,
        int dyAt,
        int dyStride,
        float[] x,
        int xAt,
        int xStride,
        float[] gradient,
        float[] scratch,
        int scratchAt) {
      kernels.denseOuterAdd(
          from, to, lanes, tiles, dy, dyAt, dyStride, x, xAt, xStride, gradient, scratch,
          scratchAt);
    }

    @Override
    int gradientLength() {
      return to * from;
    }

    @Override
    int scratchLength() {
      return kernels.denseScratchLength(to, lanes);
    }

    @Override
    void addGradient(float[] gradient, float[] entries) {
      if (mask.isDense()) {
        super.addGradient(gradient, entries);
        return;
      }
      for (int i = 0; i < to; i++) {
        for (int entry = mask.targetStart(i); entry < mask.targetStart(i + 1); entry++) {
          entries[entry] += gradient[i * from + mask.source(entry)];
        }
      }
    }

    @Override
    boolean hasEntryOrder() {
      return mask.isDense();
    }

    @Override
    long bytes() {
      return mask.isDense() ? 0 : 4L * to * from;
    }
  }
}
