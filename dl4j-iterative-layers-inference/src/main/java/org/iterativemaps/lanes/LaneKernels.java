package org.iterativemaps.lanes;

/**
 * The inner loops: products of one block with one tile of states, with the batch along the lanes.
 *
 * <p>A <b>tile</b> holds {@code lanes} samples of a slot as [units][lanes] in row-major order: unit
 * u of sample l is at {@code at + u * lanes + l}. Weights W are [to, from]; a sparse block's are
 * its entries by target unit and then source unit (compressed sparse rows), a dense one's all its
 * cells in the same order. Every array but the output is left as it is; an output never overlaps
 * the inputs of the same call. Arguments are not checked.
 *
 * <p>Sums are of floats in the order that suits the hardware, so two implementations agree to
 * rounding (bit for bit where every partial sum is exact, as with small integers). Activations and
 * their derivatives agree bit for bit: {@link ScalarActivations}, {@link ScalarGates}.
 */
public interface LaneKernels {

  /** What this is, for the log. */
  String description();

  /** Of this the lane count of every tile is a multiple, see {@link #tileLanes}. */
  int vectorLanes();

  /**
   * Whether a sparse block is to be laid out with its offsets packed.
   *
   * @param lanes lanes of a tile
   */
  boolean wantsPacked(int lanes);

  /**
   * The best lane count of a tile.
   *
   * @param batch samples, at least 1
   */
  int tileLanes(int batch);

  /**
   * y += W x for a range of a sparse block's chunks.
   *
   * @param block the layout of W
   * @param chunk first chunk
   * @param chunkEnd after the last chunk
   * @param w the weights, [entry]
   * @param x source tile, [from][lanes]
   * @param y target tile, [to][lanes]; added to
   */
  void multiplyAdd(
      SparseTiling block,
      int chunk,
      int chunkEnd,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt);

  /**
   * dW[i, j] += sum over terms and lanes of dy[i] x[j], for a range of a sparse block's chunks.
   *
   * @param term first term
   * @param termEnd after the last term
   * @param dw gradient of the weights in packed order, see {@link SparseTiling#unpack}; added to
   * @param scratch workspace of {@link SparseTiling#scratchLength} floats
   */
  void outerAdd(
      SparseTiling block,
      int chunk,
      int chunkEnd,
      OuterTerms terms,
      int term,
      int termEnd,
      float[] dw,
      float[] scratch,
      int scratchAt);

  /** Loops for bundles of target units; null where they would take no less time than one by one. */
  default BundleKernels bundles() {
    return null;
  }

  /** Loops for products of slots, gates and normalisations. */
  SlotKernels slots();

  /** Loops over states of any number of samples. */
  SampleKernels samples();

  /**
   * The density from which on a sparse block takes less time as a dense one: the rate of sparse
   * products in parts of that of dense ones.
   *
   * @param isTraining whether gradients of weights count, too, for which dense loops gain more
   */
  double leastDenseDensity(boolean isTraining);

  /**
   * How many units a panel of a dense block's weights is to have.
   *
   * @param lanes lanes of a tile
   */
  int panelUnits(int lanes);

  /**
   * y[r] += sum over d of w[d, r] x[d] for the units of a panel, see {@link Panels}.
   *
   * @param w [depth][height]
   * @param height units of a panel in memory: {@link #panelUnits} of some number of lanes
   * @param units how many of them there are; the others are the last one again
   * @param depth units of the other slot
   * @param lanes to compute, a multiple of {@link #vectorLanes}
   * @param x [depth], of which each is {@code xStride} behind the one before
   * @param y [units], of which each is {@code yStride} behind the one before; added to
   */
  void panelMultiplyAdd(
      float[] w,
      int wAt,
      int height,
      int units,
      int depth,
      int lanes,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride);

  /**
   * y[i] += w[wAt + i] x[i] lane by lane: a square diagonal block, or with dy and dx its transpose.
   */
  void diagonalMultiplyAdd(
      float[] w, int wAt, int units, int lanes, float[] x, int xAt, float[] y, int yAt);

  /** dw[dwAt + i] += sum over lanes of dy[i] x[i]. */
  void diagonalOuterAdd(
      int units, int lanes, float[] dy, int dyAt, float[] x, int xAt, float[] dw, int dwAt);

  /**
   * sums[i] += sum over lanes of z[i], as for the gradient of a bias.
   *
   * @param z [units][lanes]
   */
  void addLaneSums(int units, int lanes, float[] z, int zAt, float[] sums);

  /**
   * z[i] = bias[biasAt + i] in every lane.
   *
   * @param bias of the units, or null for zeros
   * @param z [units][lanes]; overwritten
   */
  void fill(float[] bias, int biasAt, int units, int lanes, float[] z, int zAt);

  /**
   * y += x, element by element.
   *
   * @param length a multiple of {@link #vectorLanes()}
   */
  void add(int length, float[] x, int xAt, float[] y, int yAt);

  /**
   * y = m x, each lane with its own factor.
   *
   * @param m [lanes]
   * @param y overwritten; may be x itself at the same place
   */
  void multiplyLanes(
      int units, int lanes, float[] m, int mAt, float[] x, int xAt, float[] y, int yAt);

  /** y += m x, each lane with its own factor. */
  void multiplyLanesAdd(
      int units, int lanes, float[] m, int mAt, float[] x, int xAt, float[] y, int yAt);

  /**
   * a = A(z), element by element.
   *
   * @param length a multiple of {@link #vectorLanes()}
   * @param a overwritten; may be z itself at the same place
   */
  void activate(LaneActivation activation, int length, float[] z, int zAt, float[] a, int aAt);

  /**
   * g *= A'(z), element by element.
   *
   * @param length a multiple of {@link #vectorLanes()}
   * @param value z where {@link LaneActivation#needsPreActivation()}, else a = A(z)
   * @param g gradient by a, overwritten with that by z
   */
  void multiplyByDerivative(
      LaneActivation activation, int length, float[] value, int valueAt, float[] g, int gAt);
}
