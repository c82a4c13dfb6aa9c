package org.iterativemaps.lanes;

/**
 * One block for one sample, whose units lie side by side: y += W x with vectors of units, not of
 * samples. Where a tile would hold one sample, all its lanes but one are in vain.
 *
 * <p>Immutable and safe to share. Arguments are not checked.
 */
public abstract class LoneBlock {
  /** The density from which on zeros are multiplied, too: vectors take ten times as many cells. */
  private static final double DENSE = 0.08;

  /** The same of blocks that come from farther away than the second-level cache. */
  private static final double LARGE_DENSE = 0.5;

  private static final long LARGE = 256 * 1024 / Float.BYTES;

  /** More floats are not laid out in another way than the weights come in. */
  private static final long MOST = 64L * 1024 * 1024 / Float.BYTES;

  LoneBlock() {}

  /**
   * The fastest layout of a block.
   *
   * @param values [entry], in the mask's order; copied
   */
  public static LoneBlock of(LaneKernels kernels, Mask mask, float[] values) {
    long cells = (long) mask.fromSize() * mask.toSize();
    double dense = cells <= LARGE ? DENSE : LARGE_DENSE;
    if (mask.density() >= dense && (mask.isDense() || cells <= MOST)) {
      return new LoneColumns(mask, values);
    }
    if (LoneVectors.areFull(kernels, mask, MOST)) {
      return new LoneVectors(kernels, mask, values);
    }
    return new LoneEntries(mask, values);
  }

  /** Floats of workspace that a product takes. */
  public abstract int workspace();

  /**
   * y += W x.
   *
   * @param x [from], from {@code xAt} on
   * @param y [to], filled up to whole vectors of {@link LaneKernels#tileLanes} for one sample, from
   *     {@code yAt} on; added to, and not overlapping x
   * @param workspace {@link #workspace} floats at its beginning, neither of x nor of y; may be of
   *     the same array
   */
  public abstract void multiplyAdd(float[] x, int xAt, float[] y, int yAt, float[] workspace);
}
