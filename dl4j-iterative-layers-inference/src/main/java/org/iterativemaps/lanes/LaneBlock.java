package org.iterativemaps.lanes;

/**
 * One block on the heap, laid out for one lane count: its weights W[to, from], and which loops
 * multiply with them.
 *
 * <p>Products run over several tiles, each a stride behind the one before; weights are visited in
 * portions that stay in the cache until all tiles have had them. After {@link #load} and {@link
 * #prepareBackward} the weights are only read, so threads may share a block.
 *
 * <p>A block may be cut into parts, for threads that share a tile: part p computes the units from
 * {@link #begin} to {@link #end} of what a product writes (target units forward, source units
 * backward).
 */
public abstract class LaneBlock {
  // Dense loops need some units to block registers by.
  private static final int LEAST_TARGETS = 8;
  private static final int LEAST_SOURCES = 16;

  final LaneKernels kernels;
  final Mask mask;
  final int lanes;
  final int parts;
  float[] weights; // where they can be used as they come, the array given to load

  LaneBlock(LaneKernels kernels, Mask mask, int lanes, int parts) {
    this.kernels = kernels;
    this.mask = mask;
    this.lanes = lanes;
    this.parts = parts;
  }

  /**
   * The fastest layout of a block.
   *
   * @param leastDenseDensity see {@link #isDense}
   * @param parts how many parts products are cut into
   */
  public static LaneBlock of(
      LaneKernels kernels, Mask mask, double leastDenseDensity, int lanes, int parts) {
    if (mask.isDiagonal()) {
      return new DiagonalLaneBlock(kernels, mask, lanes, parts);
    }
    if (isDense(mask, leastDenseDensity)) {
      return new DenseLaneBlock(kernels, mask, lanes, parts);
    }
    LaneBlock bundled = BundledLaneBlock.ifMost(kernels, mask, lanes, parts);
    return bundled != null ? bundled : new SparseLaneBlock(kernels, mask, lanes, parts);
  }

  /** Whether a block is multiplied as a dense one, with zeros where no weight exists. */
  public static boolean isDense(Mask mask, double leastDensity) {
    long cells = (long) mask.toSize() * mask.fromSize();
    return mask.toSize() >= LEAST_TARGETS
        && mask.fromSize() >= LEAST_SOURCES
        && cells <= Mask.MOST_ENTRIES
        && mask.density() >= leastDensity;
  }

  /** The first of a slot's units that is a part's. */
  public static int begin(int units, int part, int parts) {
    return (int) ((long) units * part / parts);
  }

  /** After the last of a slot's units that is a part's. */
  public static int end(int units, int part, int parts) {
    return begin(units, part + 1, parts);
  }

  /** The first entry of a share: whole target units. */
  public final int firstEntry(int share, int shares) {
    return mask.targetStart(firstTarget(share, shares));
  }

  /** The first target unit of a share that {@link #load} takes. */
  int firstTarget(int share, int shares) {
    return begin(mask.toSize(), share, shares);
  }

  /** Before the first {@link #load}; not thread-safe. */
  public void layOut() {
    // Nothing where weights are used as they come.
  }

  /**
   * Takes a share of new weights: the same array for all shares.
   *
   * @param entries in the mask's order, from {@link #firstEntry} to the next share's; kept, and not
   *     to be changed while the block is used
   */
  public void load(float[] entries, int share, int shares) {
    weights = entries;
  }

  /** Before the first backward pass; not thread-safe. */
  public void layOutBackward() {
    // Nothing where the way back needs no layout of its own.
  }

  /** Before the first {@link #multiplyTransposedAdd} with new weights, all shares. */
  public void prepareBackward(int share, int shares) {
    // Nothing where weights are multiplied as they lie.
  }

  /** y += W x on each of the tiles, a part's target units. */
  public abstract void multiplyAdd(
      int part, int tiles, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride);

  /** dx += Wᵀ dy on each of the tiles, a part's source units. */
  public abstract void multiplyTransposedAdd(
      int part, int tiles, float[] dy, int dyAt, int dyStride, float[] dx, int dxAt, int dxStride);

  /**
   * gradient += sum over terms and lanes of dy xᵀ where weights exist: a share of them, which may
   * be done beside the others.
   *
   * @param gradient of {@link #gradientLength}, in the block's own order
   * @param scratch workspace of {@link #scratchLength} floats
   */
  public abstract void outerAdd(
      int share, int shares, OuterTerms terms, float[] gradient, float[] scratch, int scratchAt);

  /**
   * Whether few weights make it better for each worker to sum the gradient of its own tiles, and to
   * add the workers' up, than to have all tiles read by every thread.
   */
  public boolean isSummedByWorker() {
    return false;
  }

  /** Floats of a gradient in the block's own order. */
  public abstract int gradientLength();

  /** Floats of workspace of one share. */
  public abstract int scratchLength();

  /** entries = gradient, from the block's own order to the mask's: a share of all entries. */
  public abstract void toEntries(float[] gradient, float[] entries, int share, int shares);

  /** Whether {@link #toEntries} would copy element to element. */
  public abstract boolean hasEntryOrder();

  /** Bytes held beside the weights that were loaded. */
  public abstract long bytes();
}
