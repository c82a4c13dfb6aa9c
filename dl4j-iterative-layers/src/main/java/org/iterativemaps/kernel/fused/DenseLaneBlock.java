package org.iterativemaps.kernel.fused;

import org.iterativemaps.map.pattern.WeightMask;

/** All cells, with zeros where no weight exists. */
final class DenseLaneBlock extends LaneBlock {
  // Cells of a portion of target units: half of a second-level cache of 1 MB.
  private static final int PORTION = 128 * 1024;

  private final int to;
  private final int from;
  private final int rows;

  DenseLaneBlock(LaneKernels kernels, WeightMask mask, int lanes, int parts) {
    super(kernels, mask, lanes, parts);
    this.to = mask.toSize();
    this.from = mask.fromSize();
    this.rows = Math.max(16, PORTION / from / 16 * 16);
  }

  @Override
  void layOut() {
    if (!mask.isDense()) {
      weights = new float[to * from]; // zeros stay where no weight exists
    }
  }

  @Override
  void load(float[] entries, int share, int shares) {
    if (mask.isDense()) {
      super.load(entries, share, shares);
      return;
    }
    for (int i = begin(to, share, shares); i < end(to, share, shares); i++) {
      for (int entry = mask.targetStart(i); entry < mask.targetStart(i + 1); entry++) {
        weights[i * from + mask.source(entry)] = entries[entry];
      }
    }
  }

  @Override
  void multiplyAdd(
      int part, int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    int partEnd = end(to, part, parts);
    for (int i = begin(to, part, parts); i < partEnd; i += rows) {
      int end = Math.min(i + rows, partEnd);
      kernels.denseMultiplyAdd(
          weights, from, i, end, lanes, tiles, x, xAt, xStride, y, yAt, yStride);
    }
  }

  @Override
  void multiplyTransposedAdd(
      int part, int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride) {
    int source = begin(from, part, parts);
    int sourceEnd = end(from, part, parts);
    for (int i = 0; i < to; i += rows) {
      int end = Math.min(i + rows, to);
      kernels.denseMultiplyTransposedAdd(
          weights, from, source, sourceEnd, i, end, lanes, tiles, dy, dyAt, dyStride, dx, dxAt,
          dxStride);
    }
  }

  @Override
  void outerAdd(int part, OuterTerms terms, float[] gradient, float[] scratch, int scratchAt) {
    int row = begin(to, part, parts);
    int count = end(to, part, parts) - row;
    kernels.denseOuterAdd(from, row, count, lanes, terms, gradient, scratch, scratchAt);
  }

  @Override
  int gradientLength(int part) {
    return (end(to, part, parts) - begin(to, part, parts)) * from;
  }

  @Override
  int scratchLength() {
    return kernels.denseScratchLength(to, lanes);
  }

  @Override
  void addGradient(int part, float[] gradient, float[] entries, int share, int shares) {
    int row = begin(to, part, parts);
    int count = end(to, part, parts) - row;
    int end = row + end(count, share, shares);
    if (mask.isDense()) {
      int first = row * from;
      for (int i = begin(count, share, shares) * from; i < (end - row) * from; i++) {
        entries[first + i] += gradient[i];
      }
      return;
    }
    for (int i = row + begin(count, share, shares); i < end; i++) {
      int place = (i - row) * from;
      for (int entry = mask.targetStart(i); entry < mask.targetStart(i + 1); entry++) {
        entries[entry] += gradient[place + mask.source(entry)];
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
