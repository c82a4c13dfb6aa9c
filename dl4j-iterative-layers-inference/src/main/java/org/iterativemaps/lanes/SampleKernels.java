package org.iterativemaps.lanes;

/**
 * The loops over states of any number of samples, [units][samples] with the samples side by side,
 * that a solver of fixed points is made of. Arguments are not checked; implementations agree to
 * rounding.
 */
public interface SampleKernels {

  /** Those of this JVM, on vectors where maps run on vectors. */
  static SampleKernels here() {
    return LaneKernelSelection.selected().samples();
  }

  /**
   * By sample, sums += sum over the units of a b.
   *
   * @param at where the units begin in both
   * @param sums [samples]
   */
  void addDots(int units, int samples, float[] a, float[] b, int at, float[] sums);

  /**
   * y += f x, with a factor for each sample.
   *
   * @param factors [samples]
   */
  void addScaled(int units, int samples, float[] factors, float[] x, float[] y);

  /**
   * r = g - z, and by sample the largest absolute value of r and of g over the units, NaN if one
   * is.
   *
   * @param largest [2][samples], those of r and those of g; the larger of what is there
   */
  void residual(int units, int samples, float[] g, float[] z, float[] r, float[] largest);
}
