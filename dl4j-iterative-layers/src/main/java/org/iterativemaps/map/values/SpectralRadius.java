package org.iterativemaps.map.values;

import java.util.Arrays;
import org.apache.commons.math3.exception.MathArithmeticException;
import org.apache.commons.math3.exception.MaxCountExceededException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.iterativemaps.map.pattern.SplitMix;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * The largest modulus of the eigenvalues of a sparse square matrix, complex ones included.
 *
 * <p>The eigenvalues of a matrix are those of its strongly connected components, so that each is
 * taken alone: a matrix without cycles has none but 0. Small components are solved densely, larger
 * ones by Arnoldi's method: the eigenvalues of the matrix projected onto the Krylov space {v, Av,
 * A²v, …}, enlarged until the outermost ones have a small residual. Plain power iteration would not
 * do: it never settles when the dominant eigenvalues are a complex pair, as they mostly are.
 * Source: Saad, Numerical Methods for Large Eigenvalue Problems (2011), section 6.2, residual prop.
 * 6.8; components by Tarjan, "Depth-first search and linear graph algorithms" (1972).
 *
 * <p>The same on every JVM: no operation but +, -, *, / and sqrt is left to the platform.
 */
public final class SpectralRadius {
  private static final int DENSE = 100;
  private static final int MOST_EXPONENT = 4;
  private static final int FIRST_CHECK = 40;
  private static final int MOST_VECTORS = 1_200;
  private static final double RESIDUAL = 1e-11;
  // Of eigenvalues behind the first: one of them could still overtake it.
  private static final double FOLLOWERS_RESIDUAL = 1e-5;
  private static final int FOLLOWERS = 4;

  private static final Effort EXACT = new Effort(RESIDUAL, FOLLOWERS_RESIDUAL, MOST_VECTORS, true);

  /**
   * When Arnoldi's method ends.
   *
   * @param residual of the first two eigenvalues, of the radius
   * @param followersResidual of those behind them
   * @param mostVectors of the Krylov space
   * @param isRequired whether it is an error to end with more than these residuals
   */
  private record Effort(
      double residual, double followersResidual, int mostVectors, boolean isRequired) {}

  private SpectralRadius() {}

  /**
   * The spectral radius, to about 1e-9 of itself (for eigenvalues that are not defective).
   *
   * @param mask which weights exist, between slots of one size
   * @param values one per entry of the mask, finite
   * @throws IllegalArgumentException if the mask is not square, the values do not fit or are not
   *     finite, or the method does not converge: thousands of units whose eigenvalues all have
   *     nearly the same modulus, or cycles that are nearly none, of weights twenty orders of
   *     magnitude apart
   */
  public static double of(WeightMask mask, double[] values) {
    return of(mask, values, EXACT);
  }

  /**
   * The spectral radius about as exactly as asked, at a bounded cost: what watches a training asks
   * often, and needs no more than two or three digits.
   *
   * <p>Components of more than 100 units take at most m products with the sparse matrix, about 2 m²
   * n operations for n units to keep the vectors orthogonal, and a few eigenvalue problems of size
   * m. What is found by then is returned, whatever its residual: of random matrices of 1000 units
   * and m = 120 about 1 % from the radius.
   *
   * @param mask which weights exist, between slots of one size
   * @param values one per entry of the mask, finite
   * @param residual of the outermost eigenvalues, of the radius; above 0, such as 1e-3
   * @param mostVectors m, at least 2
   * @throws IllegalArgumentException if the mask is not square, the values do not fit or are not
   *     finite, an argument is out of its range, or eigenvalues of the projected matrix are not
   *     found
   */
  public static double estimate(
      WeightMask mask, double[] values, double residual, int mostVectors) {
    if (!(residual > 0)) {
      throw new IllegalArgumentException("residual: found " + residual + ", expected above 0");
    }
    if (mostVectors < 2) {
      throw new IllegalArgumentException(
          "mostVectors: found " + mostVectors + ", expected at least 2");
    }
    return of(mask, values, new Effort(residual, residual, mostVectors, false));
  }

  private static double of(WeightMask mask, double[] values, Effort effort) {
    WeightValues.checkSquare("a spectral radius", mask);
    if (values.length != mask.entryCount()) {
      throw new IllegalArgumentException(
          "values: found " + values.length + ", expected one for each entry of " + mask);
    }
    if (!Arrays.stream(values).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException("values: found one that is not finite");
    }
    double radius = 0;
    for (int[] units : StronglyConnected.components(mask)) {
      radius = Math.max(radius, radius(SparseSquare.of(mask, values, units), effort));
    }
    return radius;
  }

  private static double radius(SparseSquare matrix, Effort effort) {
    double largest = matrix.largestEntry();
    if (matrix.size() == 1 || largest == 0) {
      return largest;
    }
    // The decomposition takes what is below 1e-12 for zero. A power of two leaves every digit as it
    // is; and entries about 1 are left alone, so that what saved models draw stays what it was.
    int exponent = Math.getExponent(largest);
    if (Math.abs(exponent) <= MOST_EXPONENT) {
      return scaledRadius(matrix, effort);
    }
    return Math.scalb(scaledRadius(matrix.timesPowerOfTwo(-exponent), effort), exponent);
  }

  private static double scaledRadius(SparseSquare matrix, Effort effort) {
    return matrix.size() <= DENSE
        ? largestModulus(eigen(matrix.toDense()))
        : arnoldi(matrix, effort);
  }

  private static double arnoldi(SparseSquare matrix, Effort effort) {
    int most = Math.min(matrix.size(), effort.mostVectors);
    double[][] basis = new double[most + 1][];
    double[][] projected = new double[most + 1][most];
    basis[0] = new double[matrix.size()];
    SplitMix random = new SplitMix(1);
    Arrays.setAll(basis[0], i -> random.nextGaussian());
    normalise(basis[0]);
    int nextCheck = FIRST_CHECK;
    for (int m = 1; m <= most; m++) {
      double[] next = matrix.times(basis[m - 1]);
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < m; j++) {
          double along = OrthogonalValues.dot(basis[j], next);
          projected[j][m - 1] += along;
          OrthogonalValues.addScaled(-along, basis[j], next);
        }
      }
      double rest = normalise(next);
      projected[m][m - 1] = rest;
      basis[m] = next;
      boolean isWhole = m == matrix.size() || rest <= 1e-14 * matrix.largestEntry();
      if (isWhole || m == nextCheck || m == most) {
        EigenDecomposition ritz = eigen(Arrays.copyOf(projected, m));
        boolean isEnough = isWhole || (m == most && !effort.isRequired);
        if (isEnough || isConverged(ritz, rest, effort)) {
          return largestModulus(ritz);
        }
        nextCheck += nextCheck / 2;
      }
    }
    throw new IllegalArgumentException(
        "spectral radius: no convergence with "
            + most
            + " vectors for "
            + matrix.size()
            + " units");
  }

  /** Of the leading rows, of which the columns behind the last row are not filled yet. */
  static EigenDecomposition eigen(double[][] rows) {
    double[][] square = new double[rows.length][];
    Arrays.setAll(square, i -> Arrays.copyOf(rows[i], rows.length));
    try {
      return new EigenDecomposition(new Array2DRowRealMatrix(square, false));
    } catch (MaxCountExceededException | MathArithmeticException e) {
      throw new IllegalArgumentException(
          "the eigenvalues of "
              + rows.length
              + " units were not found ("
              + e.getMessage()
              + "); use other values: another seed, if they are drawn",
          e);
    }
  }

  private static double normalise(double[] vector) {
    double length = Math.sqrt(OrthogonalValues.dot(vector, vector));
    for (int i = 0; length > 0 && i < vector.length; i++) {
      vector[i] /= length;
    }
    return length;
  }

  private static double largestModulus(EigenDecomposition eigen) {
    double largest = 0;
    for (int i = 0; i < eigen.getRealEigenvalues().length; i++) {
      largest = Math.max(largest, modulus(eigen, i));
    }
    return largest;
  }

  private static double modulus(EigenDecomposition eigen, int i) {
    double real = eigen.getRealEigenvalue(i);
    double imaginary = eigen.getImagEigenvalue(i);
    return Math.sqrt(real * real + imaginary * imaginary);
  }

  /** Residual of a projected eigenvector: what leads out of the space, times its last component. */
  private static boolean isConverged(EigenDecomposition ritz, double rest, Effort effort) {
    int size = ritz.getRealEigenvalues().length;
    Integer[] byModulus = new Integer[size];
    Arrays.setAll(byModulus, i -> i);
    Arrays.sort(byModulus, (i, j) -> Double.compare(modulus(ritz, j), modulus(ritz, i)));
    double radius = modulus(ritz, byModulus[0]);
    for (int k = 0; k < Math.min(FOLLOWERS, size); k++) {
      int i = byModulus[k];
      double last = vectorPart(ritz, i, size - 1);
      double length = 0;
      for (int row = 0; row < size; row++) {
        length += vectorPart(ritz, i, row);
      }
      double allowed = radius * (k < 2 ? effort.residual : effort.followersResidual);
      if (!(rest * Math.sqrt(last / length) <= allowed)) {
        return false;
      }
    }
    return true;
  }

  /** Squared modulus of a component; a complex pair keeps real and imaginary parts side by side. */
  private static double vectorPart(EigenDecomposition ritz, int i, int row) {
    double imaginary = ritz.getImagEigenvalue(i);
    int real = imaginary < 0 ? i - 1 : i;
    double a = ritz.getV().getEntry(row, real);
    double b = imaginary == 0 ? 0 : ritz.getV().getEntry(row, real + 1);
    return a * a + b * b;
  }
}
