package org.iterativemaps.kernel.settle;

import java.util.function.DoubleSupplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Arithmetic on states of many samples: [units][samples], the samples side by side, so that what is
 * done for every sample alike is done along vectors. One implementation for each floating type.
 *
 * @param <A> float[] or double[]
 */
abstract class Columns<A> {

  /** Another one, for another thread. */
  abstract Columns<A> another();

  /** The most threads of a kernel's call. */
  abstract int threads();

  /** Runs something in which a kernel's calls take this thread alone. */
  abstract void alone(Runnable work);

  /** Where arrays come from. */
  abstract Arena<A> arena();

  /** Zeros. */
  final A make(int length) {
    return arena().make(length);
  }

  /** So many nulls. */
  abstract A[] array(int count);

  /** About the relative error of sums of products. */
  abstract double rounding();

  /** A matrix [samples, units] of any strides into its place. */
  abstract void read(INDArray matrix, A into, int at);

  /** Overwrites a matrix [samples, units] in column-major order. */
  abstract void write(A from, int at, INDArray matrix);

  /** Zeros in some places. */
  abstract void clear(A into, int begin, int end);

  /** Numbers from a source, the first elements. */
  abstract void fill(A into, int length, DoubleSupplier source);

  /** into = from, the first elements. */
  abstract void copy(A from, A into, int length);

  /** Adds some elements from one place at another. */
  abstract void add(A from, int at, A into, int to, int length);

  /** into += factor from, the first elements. */
  abstract void addScaled(double factor, A from, A into, int length);

  /**
   * r = g - z, and by sample the largest absolute value of r and of g; NaN if one is.
   *
   * @param moves [samples], overwritten
   * @param sizes [samples], overwritten
   */
  abstract void residual(A g, A z, A r, int units, int samples, double[] moves, double[] sizes);

  /**
   * By array and sample, the sum over the units of a b.
   *
   * @param b the first {@code count} of them
   * @param sums [count][samples], overwritten
   */
  abstract void dots(A a, A[] b, int count, int units, int samples, double[][] sums);

  /**
   * into = sum_j factors_j a_j, with a factor for each sample.
   *
   * @param factors [count][samples]
   * @param a the first {@code count} of them
   * @param into none of them
   */
  abstract void combine(double[][] factors, A[] a, int count, int units, int samples, A into);

  /**
   * Some samples, side by side.
   *
   * @param kept which, in ascending order
   * @param into with kept.length samples; may be the array itself
   */
  abstract void keep(A from, int units, int samples, int[] kept, A into);

  /**
   * Copies some samples to places in another batch.
   *
   * @param which samples of {@code from}
   * @param count how many
   * @param places where each goes, by sample of {@code from}; null where it has the same place
   * @param intoSamples of the other batch
   */
  abstract void scatter(
      A from,
      int units,
      int samples,
      int[] which,
      int count,
      int[] places,
      A into,
      int intoSamples);
}
