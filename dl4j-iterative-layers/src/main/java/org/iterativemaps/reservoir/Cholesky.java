package org.iterativemaps.reservoir;

/**
 * Cholesky's decomposition A = Uᵀ U of a symmetric positive definite matrix, in blocks of rows that
 * stay in the processor's cache. Source: Golub, Van Loan, "Matrix Computations" (4th edition),
 * section 4.2.
 */
final class Cholesky {
  private static final int BLOCK = 32;

  /** Of the largest diagonal: rounding of a sum over as many terms leaves no pivot below it. */
  private static final double SINGULAR = 1e-15;

  private final double[][] u; // the upper triangle

  private Cholesky(double[][] u) {
    this.u = u;
  }

  /**
   * Decomposes.
   *
   * @param matrix rows; overwritten
   * @param lambda what was added to the diagonal, for the message
   * @throws IllegalArgumentException if the matrix is not positive definite in double precision
   */
  static Cholesky of(double[][] matrix, double lambda) {
    int n = matrix.length;
    double largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, matrix[i][i]);
    }
    double least = largest * n * SINGULAR;
    for (int begin = 0; begin < n; begin += BLOCK) {
      int end = Math.min(begin + BLOCK, n);
      for (int k = begin; k < end; k++) {
        double[] row = matrix[k];
        for (int p = begin; p < k; p++) {
          subtract(matrix[p][k], matrix[p], row, k);
        }
        if (!(row[k] > least)) {
          throw singular(k, row[k], least, lambda);
        }
        double root = Math.sqrt(row[k]);
        for (int j = k; j < n; j++) {
          row[j] /= root;
        }
      }
      for (int i = end; i < n; i++) {
        update(matrix, begin, end, i);
      }
    }
    return new Cholesky(matrix);
  }

  private static IllegalArgumentException singular(
      int k, double pivot, double least, double lambda) {
    return new IllegalArgumentException(
        "ridge: found "
            + lambda
            + ", which is too little for these states: number "
            + k
            + " is, to rounding, a linear combination of those before it (pivot "
            + pivot
            + ", expected above "
            + least
            + "); use a larger ridge, fewer states or more time steps");
  }

  /** Row i less all that rows begin … end-1 have in it, four at a time. */
  private static void update(double[][] u, int begin, int end, int i) {
    double[] row = u[i];
    int p = begin;
    for (; p + 4 <= end; p += 4) {
      double[] r0 = u[p];
      double[] r1 = u[p + 1];
      double[] r2 = u[p + 2];
      double[] r3 = u[p + 3];
      double f0 = r0[i];
      double f1 = r1[i];
      double f2 = r2[i];
      double f3 = r3[i];
      for (int j = i; j < row.length; j++) {
        row[j] -= f0 * r0[j] + f1 * r1[j] + (f2 * r2[j] + f3 * r3[j]);
      }
    }
    for (; p < end; p++) {
      subtract(u[p][i], u[p], row, i);
    }
  }

  private static void subtract(double factor, double[] from, double[] row, int begin) {
    for (int j = begin; j < row.length; j++) {
      row[j] -= factor * from[j];
    }
  }

  /**
   * x with A x = b.
   *
   * @param b not modified
   */
  double[] solve(double[] b) {
    int n = u.length;
    double[] x = b.clone();
    for (int k = 0; k < n; k++) {
      x[k] /= u[k][k];
      double[] row = u[k];
      for (int j = k + 1; j < n; j++) {
        x[j] -= row[j] * x[k];
      }
    }
    for (int k = n - 1; k >= 0; k--) {
      double sum = x[k];
      double[] row = u[k];
      for (int j = k + 1; j < n; j++) {
        sum -= row[j] * x[j];
      }
      x[k] = sum / row[k];
    }
    return x;
  }
}
