package org.iterativemaps.kernel.fused;

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
   * @param dw gradient of the weights in packed order, see {@link SparseTiling#addPacked}; added to
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

  /**
   * y += W x for some target units of a dense block.
   *
   * @param w [to][from]
   * @param to first target unit
   * @param toEnd after the last target unit
   * @param tiles how many tiles of either kind, each a stride behind the one before
   * @param x source tiles, [from][lanes]
   * @param y target tiles, [to][lanes]; added to
   */
  void denseMultiplyAdd(
      float[] w,
      int from,
      int to,
      int toEnd,
      int lanes,
      int tiles,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride);

  /**
   * dx += Wᵀ dy for some source units of a dense block, with some target units.
   *
   * @param w [to][from]
   * @param source first source unit
   * @param sourceEnd after the last source unit
   * @param to first target unit
   * @param toEnd after the last target unit
   * @param tiles how many tiles of either kind, each a stride behind the one before
   * @param dy gradients by target unit, [to][lanes]
   * @param dx gradients by source unit, [from][lanes]; added to
   */
  void denseMultiplyTransposedAdd(
      float[] w,
      int from,
      int source,
      int sourceEnd,
      int to,
      int toEnd,
      int lanes,
      int tiles,
      float[] dy,
      int dyAt,
      int dyStride,
      float[] dx,
      int dxAt,
      int dxStride);

  /**
   * dW[i, j] += sum over terms and lanes of dy[i] x[j] for some target and all source units.
   *
   * @param row the first target unit
   * @param rows how many target units
   * @param dw [rows][from]; added to
   * @param scratch workspace of {@link #denseScratchLength} floats
   */
  void denseOuterAdd(
      int from,
      int row,
      int rows,
      int lanes,
      OuterTerms terms,
      float[] dw,
      float[] scratch,
      int scratchAt);

  /** Floats of workspace that {@link #denseOuterAdd} needs. */
  int denseScratchLength(int rows, int lanes);

  /**
   * y[i] += w[wAt + i] x[i] lane by lane: a square diagonal block, or with dy and dx its transpose.
   */
  void diagonalMultiplyAdd(
      float[] w, int wAt, int units, int lanes, float[] x, int xAt, float[] y, int yAt);

  /** dw[i] += sum over lanes of dy[i] x[i]. */
  void diagonalOuterAdd(int units, int lanes, float[] dy, int dyAt, float[] x, int xAt, float[] dw);

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
