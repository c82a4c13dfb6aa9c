package org.iterativemaps.lanes;

/** Each unit to itself alone. */
final class DiagonalLaneBlock extends LaneBlock {
  private final int size;

  DiagonalLaneBlock(LaneKernels kernels, Mask mask, int lanes, int parts) {
    super(kernels, mask, lanes, parts);
    this.size = mask.toSize();
  }

  @Override
  public void multiplyAdd(
      int part, int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    int unit = begin(size, part, parts);
    int units = end(size, part, parts) - unit;
    int place = unit * lanes;
    for (int t = 0; t < tiles; t++) {
      int xTile = xAt + t * xStride + place;
      int yTile = yAt + t * yStride + place;
      kernels.diagonalMultiplyAdd(weights, unit, units, lanes, x, xTile, y, yTile);
    }
  }

  @Override
  public void multiplyTransposedAdd(
      int part, int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride) {
    multiplyAdd(part, tiles, dy, dyAt, dyStride, dx, dxAt, dxStride);
  }

  @Override
  public void outerAdd(
      int share, int shares, OuterTerms terms, float[] gradient, float[] scratch, int scratchAt) {
    int unit = begin(size, share, shares);
    int units = end(size, share, shares) - unit;
    int place = unit * lanes;
    for (int t = 0; t < terms.count(); t++) {
      int dyTile = terms.dyAt()[t] + place;
      int xTile = terms.xAt()[t] + place;
      kernels.diagonalOuterAdd(units, lanes, terms.dy(), dyTile, terms.x(), xTile, gradient, unit);
    }
  }

  @Override
  public int gradientLength() {
    return size;
  }

  @Override
  public int scratchLength() {
    return 0;
  }

  @Override
  public void toEntries(float[] gradient, float[] entries, int share, int shares) {
    int begin = begin(size, share, shares);
    System.arraycopy(gradient, begin, entries, begin, end(size, share, shares) - begin);
  }

  @Override
  public boolean hasEntryOrder() {
    return true;
  }

  @Override
  public long bytes() {
    return 0;
  }
}
