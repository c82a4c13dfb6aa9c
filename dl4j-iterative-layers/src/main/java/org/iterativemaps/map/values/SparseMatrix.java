package org.iterativemaps.map.values;

import java.util.Arrays;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A sparse matrix W[to, from]: numbers on a mask. Immutable.
 *
 * <p>The same on every JVM: sums are taken row by row in the order of the mask.
 */
public final class SparseMatrix {
  private final WeightMask mask;
  private final double[] values;

  private SparseMatrix(WeightMask mask, double[] values) {
    this.mask = mask;
    this.values = values;
  }

  /**
   * A matrix of its entries.
   *
   * @param mask where they are
   * @param values one for each, finite; copied
   * @throws IllegalArgumentException if there are more or fewer, or one is not finite
   */
  public static SparseMatrix of(WeightMask mask, double[] values) {
    if (values.length != mask.entryCount()) {
      throw new IllegalArgumentException(
          "values: found " + values.length + ", expected one for each entry of " + mask);
    }
    if (!Arrays.stream(values).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException("values: found one that is not finite");
    }
    return new SparseMatrix(mask, values.clone());
  }

  /** Where the entries are. */
  public WeightMask mask() {
    return mask;
  }

  /** The entries in the order of the mask, in a new array. */
  public double[] values() {
    return values.clone();
  }

  /**
   * W v.
   *
   * @param vector one number for each source unit
   * @return one for each target unit
   */
  public double[] times(double[] vector) {
    checkLength(vector, mask.fromSize());
    double[] product = new double[mask.toSize()];
    for (int to = 0; to < product.length; to++) {
      double sum = 0;
      for (int e = mask.targetStart(to); e < mask.targetStart(to + 1); e++) {
        sum += values[e] * vector[mask.source(e)];
      }
      product[to] = sum;
    }
    return product;
  }

  /**
   * W^T v.
   *
   * @param vector one number for each target unit
   * @return one for each source unit
   */
  public double[] transposedTimes(double[] vector) {
    checkLength(vector, mask.toSize());
    double[] product = new double[mask.fromSize()];
    for (int to = 0; to < vector.length; to++) {
      for (int e = mask.targetStart(to); e < mask.targetStart(to + 1); e++) {
        product[mask.source(e)] += values[e] * vector[to];
      }
    }
    return product;
  }

  /**
   * diag(factors) W.
   *
   * @param factors one for each target unit, finite
   */
  public SparseMatrix rowsTimes(double[] factors) {
    checkLength(factors, mask.toSize());
    double[] scaled = new double[values.length];
    for (int to = 0; to < factors.length; to++) {
      for (int e = mask.targetStart(to); e < mask.targetStart(to + 1); e++) {
        scaled[e] = values[e] * factors[to];
      }
    }
    return of(mask, scaled);
  }

  /**
   * The same entries in a larger matrix that has no others.
   *
   * @param fromSize source units of that matrix
   * @param toSize its target units
   * @param from number of this matrix's first source unit in it
   * @param to number of the first target unit
   */
  public SparseMatrix placed(int fromSize, int toSize, int from, int to) {
    long[] cells = mask.copyCells();
    int width = mask.fromSize();
    Arrays.setAll(
        cells, e -> (cells[e] / width + to) * fromSize + Math.addExact(cells[e] % width, from));
    return new SparseMatrix(WeightMask.ofCells(fromSize, toSize, cells), values);
  }

  /**
   * The sum; where both have an entry there is one.
   *
   * @param other of the same sizes
   * @throws IllegalArgumentException if the sizes differ, or a sum is not finite
   */
  public SparseMatrix plus(SparseMatrix other) {
    if (other.mask.fromSize() != mask.fromSize() || other.mask.toSize() != mask.toSize()) {
      throw new IllegalArgumentException(
          "sum of matrices: found " + other.mask + ", expected the sizes of " + mask);
    }
    long[] left = mask.copyCells();
    long[] right = other.mask.copyCells();
    long[] cells = new long[left.length + right.length];
    double[] sums = new double[cells.length];
    int count = 0;
    int i = 0;
    int j = 0;
    while (i < left.length || j < right.length) {
      boolean isLeft = j == right.length || (i < left.length && left[i] <= right[j]);
      boolean isRight = i == left.length || (j < right.length && right[j] <= left[i]);
      cells[count] = isLeft ? left[i] : right[j];
      sums[count] = (isLeft ? values[i++] : 0) + (isRight ? other.values[j++] : 0);
      count++;
    }
    return of(
        WeightMask.ofCells(mask.fromSize(), mask.toSize(), Arrays.copyOf(cells, count)),
        Arrays.copyOf(sums, count));
  }

  /** All cells, in new arrays: [to][from]. */
  public double[][] toDense() {
    double[][] dense = new double[mask.toSize()][mask.fromSize()];
    for (int to = 0; to < dense.length; to++) {
      for (int e = mask.targetStart(to); e < mask.targetStart(to + 1); e++) {
        dense[to][mask.source(e)] = values[e];
      }
    }
    return dense;
  }

  private static void checkLength(double[] vector, int expected) {
    if (vector.length != expected) {
      throw new IllegalArgumentException(
          "vector: found " + vector.length + " numbers, expected " + expected);
    }
  }
}
