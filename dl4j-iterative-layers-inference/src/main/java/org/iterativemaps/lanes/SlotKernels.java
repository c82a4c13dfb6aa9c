package org.iterativemaps.lanes;

/**
 * The loops of what a slot does beside the sum of its linear blocks: products of slots, updates
 * with gates, normalisations. Tiles are those of {@link LaneKernels}, and so are the rules:
 * arguments are not checked, and implementations agree to rounding.
 */
public interface SlotKernels {
  /** What a normalisation adds to the mean square before it takes the root. */
  double EPSILON = 1e-5;

  /**
   * y = s x.
   *
   * @param length a multiple of {@link LaneKernels#vectorLanes()}, as in all methods here
   * @param y overwritten
   */
  void scale(int length, float s, float[] x, int xAt, float[] y, int yAt);

  /**
   * y = u v, element by element.
   *
   * @param y overwritten
   */
  void multiply(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt);

  /** y += u v, element by element; y may be u or v. */
  void addProduct(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt);

  /** y -= u v, element by element; y may be u or v. */
  void subtractProduct(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt);

  /**
   * z[i] = gain[i] x[i] + bias[i] in every lane.
   *
   * @param bias of the units, or null for zeros
   * @param z [units][lanes]; overwritten, may be x
   */
  void scaleUnits(
      float[] gain, float[] bias, int units, int lanes, float[] x, int xAt, float[] z, int zAt);

  /**
   * Lane by lane, n = (u - mean) / root with root = sqrt(mean((u - mean)^2) + {@link #EPSILON}),
   * means being over the units.
   *
   * @param isCentred whether the mean is subtracted; if not, it counts as 0
   * @param u [units][lanes]
   * @param n [units][lanes]; overwritten
   * @param root [lanes]; overwritten
   */
  void normalise(
      boolean isCentred,
      int units,
      int lanes,
      float[] u,
      int uAt,
      float[] n,
      int nAt,
      float[] root,
      int rootAt);

  /**
   * The way back of {@link #normalise}: g = (g - n mean(g n) - mean(g)) / root, the last mean only
   * where it is centred.
   *
   * @param n normalised values, root by what they were divided
   * @param g gradient by n, overwritten with that by u
   */
  void normaliseBack(
      boolean isCentred,
      int units,
      int lanes,
      float[] n,
      int nAt,
      float[] root,
      int rootAt,
      float[] g,
      int gAt);
}
