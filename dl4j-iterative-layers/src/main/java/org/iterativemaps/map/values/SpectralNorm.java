package org.iterativemaps.map.values;

import java.util.Arrays;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.iterativemaps.map.pattern.SplitMix;

/**
 * The largest singular value of a sparse matrix, |W| = max |W v| / |v| in Euclidean lengths.
 *
 * <p>By Lanczos' method on W^T W, bidiagonalising W as Golub and Kahan do, every new vector made
 * orthogonal to all before it: the largest singular values of the small bidiagonal matrix go to
 * those of W, from below. Source: Golub, Van Loan, Matrix Computations (4th edition, 2013), section
 * 10.4.
 *
 * <p>The same on every JVM: no operation but +, -, *, / and sqrt is left to the platform.
 */
public final class SpectralNorm {
  private static final int FIRST_CHECK = 8;
  private static final int MOST_VECTORS = 1_000;
  private static final double RESIDUAL = 1e-12;
  private static final double ROUNDING = 1e-14; // the largest entry being between 1 and 2

  private SpectralNorm() {}

  /**
   * The spectral norm, to about 1e-12 of itself.
   *
   * <p>The method ends when the residual of the largest singular value, |W^T u - s v|, is below
   * 1e-12 s: some singular value is then that near. That it is the largest one is a matter of the
   * start, a random direction, the same for all matrices of one size.
   *
   * @param matrix of any shape
   * @throws IllegalArgumentException if there is no convergence with 1000 vectors
   */
  public static double of(SparseMatrix matrix) {
    double largest = Arrays.stream(matrix.values()).map(Math::abs).max().orElse(0);
    if (largest == 0) {
      return 0;
    }
    // Squares stay in range, and every digit stays.
    int exponent = Math.getExponent(largest);
    double[] scaled = matrix.values();
    Arrays.setAll(scaled, e -> Math.scalb(scaled[e], -exponent));
    return Math.scalb(lanczos(SparseMatrix.of(matrix.mask(), scaled)), exponent);
  }

  private static double lanczos(SparseMatrix matrix) {
    int fromSize = matrix.mask().fromSize();
    int whole = Math.min(fromSize, matrix.mask().toSize());
    int most = Math.min(whole, MOST_VECTORS);
    double[][] right = new double[most + 1][];
    double[][] left = new double[most][];
    double[] diagonal = new double[most]; // W v_k = beta_(k-1) u_(k-1) + alpha_k u_k
    double[] above = new double[most]; // W^T u_k = alpha_k v_k + beta_k v_(k+1)
    SplitMix random = new SplitMix(1);
    right[0] = new double[fromSize];
    Arrays.setAll(right[0], i -> random.nextGaussian());
    normalise(right[0]);
    int nextCheck = FIRST_CHECK;
    for (int k = 0; k < most; k++) {
      left[k] = matrix.times(right[k]);
      diagonal[k] = orthonormalise(left[k], left, k);
      right[k + 1] = matrix.transposedTimes(left[k]);
      above[k] = orthonormalise(right[k + 1], right, k + 1);
      // What is left of a space that W does not lead out of is rounding.
      int size = diagonal[k] <= ROUNDING && k > 0 ? k : k + 1;
      boolean isWhole = size == k || size == whole || above[k] <= ROUNDING;
      if (isWhole || size == nextCheck || size == most) {
        double[] top = largestOf(diagonal, above, size);
        if (isWhole || above[k] * top[1] <= RESIDUAL * top[0]) {
          return top[0];
        }
        nextCheck += Math.max(4, nextCheck / 2);
      }
    }
    throw new IllegalArgumentException(
        "spectral norm: no convergence with " + most + " vectors for " + matrix.mask());
  }

  /**
   * The largest singular value of the bidiagonal B, which has a column more than rows, and the last
   * component of its left vector: the eigenvalue of B B^T, which is tridiagonal.
   */
  private static double[] largestOf(double[] diagonal, double[] above, int size) {
    double[] main = new double[size];
    double[] secondary = new double[size - 1];
    for (int i = 0; i < size; i++) {
      main[i] = diagonal[i] * diagonal[i] + above[i] * above[i];
      if (i + 1 < size) {
        secondary[i] = above[i] * diagonal[i + 1];
      }
    }
    if (size == 1) {
      return new double[] {Math.sqrt(main[0]), 1};
    }
    EigenDecomposition eigen = new EigenDecomposition(main, secondary);
    int best = 0;
    for (int i = 1; i < size; i++) {
      best = eigen.getRealEigenvalue(i) > eigen.getRealEigenvalue(best) ? i : best;
    }
    double last = Math.abs(eigen.getEigenvector(best).getEntry(size - 1));
    return new double[] {Math.sqrt(Math.max(0, eigen.getRealEigenvalue(best))), last};
  }

  /** Against the first of the others, twice; gives the length that was left. */
  private static double orthonormalise(double[] vector, double[][] others, int count) {
    for (int pass = 0; pass < 2; pass++) {
      for (int j = 0; j < count; j++) {
        double along = OrthogonalValues.dot(others[j], vector);
        OrthogonalValues.addScaled(-along, others[j], vector);
      }
    }
    return normalise(vector);
  }

  private static double normalise(double[] vector) {
    double length = Math.sqrt(OrthogonalValues.dot(vector, vector));
    for (int i = 0; length > 0 && i < vector.length; i++) {
      vector[i] /= length;
    }
    return length;
  }
}
