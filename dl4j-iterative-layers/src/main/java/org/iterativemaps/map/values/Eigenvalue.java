package org.iterativemaps.map.values;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * An eigenvalue of a real matrix.
 *
 * @param real part
 * @param imaginary part; those of a pair differ in its sign
 */
public record Eigenvalue(double real, double imaginary) {
  private static final Comparator<Eigenvalue> LARGEST_FIRST =
      Comparator.comparingDouble(Eigenvalue::modulus)
          .thenComparingDouble(Eigenvalue::real)
          .thenComparingDouble(Eigenvalue::imaginary)
          .reversed();

  /** |real + i imaginary|. */
  public double modulus() {
    return Math.sqrt(real * real + imaginary * imaginary);
  }

  /**
   * All eigenvalues, the largest modulus first: of each strongly connected component of the mask
   * alone, so that those of units without a cycle are exactly 0.
   *
   * <p>Solved densely, in a time that grows with the third power of the largest component: for some
   * hundreds of units. {@link SpectralRadius} is for more.
   *
   * @param matrix square
   * @throws IllegalArgumentException if it is not square, or eigenvalues are not found
   */
  public static List<Eigenvalue> of(SparseMatrix matrix) {
    WeightValues.checkSquare("eigenvalues", matrix.mask());
    List<Eigenvalue> found = new ArrayList<>();
    for (int[] units : StronglyConnected.components(matrix.mask())) {
      SparseSquare component = SparseSquare.of(matrix.mask(), matrix.values(), units);
      if (component.largestEntry() == 0) {
        for (int unit : units) {
          found.add(new Eigenvalue(0, 0));
        }
        continue;
      }
      int exponent = Math.getExponent(component.largestEntry());
      EigenDecomposition eigen =
          SpectralRadius.eigen(component.timesPowerOfTwo(-exponent).toDense());
      for (int i = 0; i < units.length; i++) {
        found.add(
            new Eigenvalue(
                Math.scalb(eigen.getRealEigenvalue(i), exponent),
                Math.scalb(eigen.getImagEigenvalue(i), exponent)));
      }
    }
    found.sort(LARGEST_FIRST);
    return List.copyOf(found);
  }
}
