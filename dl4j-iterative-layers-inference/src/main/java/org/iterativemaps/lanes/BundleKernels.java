package org.iterativemaps.lanes;

/**
 * The inner loops of a block's bundles, as {@link LaneKernels} has them of single target units.
 * Arguments are not checked.
 */
public interface BundleKernels {

  /**
   * y += W x for a range of chunks.
   *
   * @param block the layout of W
   * @param chunk first chunk
   * @param chunkEnd after the last chunk
   * @param w the weights, [entry]
   * @param x source tile, [from][lanes]
   * @param y target tile, [to][lanes]; added to
   */
  void multiplyAdd(
      BundleTiling block,
      int chunk,
      int chunkEnd,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt);

  /** dx += Wᵀ dy for a range of chunks; of the tiles, that of dx is added to. */
  void multiplyTransposedAdd(
      BundleTiling block,
      int chunk,
      int chunkEnd,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt);

  /**
   * dW[i, j] += sum over terms and lanes of dy[i] x[j], for a range of chunks.
   *
   * @param term first term
   * @param termEnd after the last term
   * @param dw gradient of the weights in packed order; added to
   * @param scratch workspace of {@link BundleTiling#scratchLength} floats
   */
  void outerAdd(
      BundleTiling block,
      int chunk,
      int chunkEnd,
      OuterTerms terms,
      int term,
      int termEnd,
      float[] dw,
      float[] scratch,
      int scratchAt);
}
