package org.iterativemaps.dynamics;

import java.util.List;
import org.iterativemaps.map.values.Eigenvalue;
import org.iterativemaps.map.values.SparseMatrix;
import org.iterativemaps.map.values.SpectralNorm;
import org.iterativemaps.map.values.SpectralRadius;

/**
 * The Jacobian J = dF/dz of a map's step at a state, see {@link MapStep#jacobian}: how a small
 * difference of two states is changed by the step.
 *
 * <p>Of a map of linear blocks and elementwise activations it is diag(A'(u)) W with the sparse W of
 * the map, u being what arrives; of others a dense matrix, by the kernel's way back.
 */
public final class Jacobian {
  private final SparseMatrix matrix;

  Jacobian(SparseMatrix matrix) {
    this.matrix = matrix;
  }

  /** Units of the state. */
  public int size() {
    return matrix.mask().toSize();
  }

  /** J v. */
  public double[] times(double... vector) {
    return matrix.times(vector);
  }

  /** J^T v. */
  public double[] transposedTimes(double... vector) {
    return matrix.transposedTimes(vector);
  }

  /** All of it in new arrays, [to][from]. */
  public double[][] matrix() {
    return matrix.toDense();
  }

  /** The entries that may not be zero. */
  public SparseMatrix entries() {
    return matrix;
  }

  /**
   * All eigenvalues, the largest modulus first, see {@link Eigenvalue#of}.
   *
   * @throws IllegalArgumentException if they are not found
   */
  public List<Eigenvalue> eigenvalues() {
    return Eigenvalue.of(matrix);
  }

  /**
   * Largest modulus of the eigenvalues: below 1 a fixed point attracts what is near it.
   *
   * @throws IllegalArgumentException if it is not found, see {@link SpectralRadius#of}
   */
  public double spectralRadius() {
    return SpectralRadius.of(matrix.mask(), matrix.values());
  }

  /**
   * Largest singular value: the most that a small difference grows by in this step.
   *
   * @throws IllegalArgumentException if it is not found, see {@link SpectralNorm#of}
   */
  public double norm() {
    return SpectralNorm.of(matrix);
  }
}
