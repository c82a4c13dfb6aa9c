package org.iterativemaps.examples.golden;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Eigenvalues and singular values of small matrices. */
final class Spectra {
  private Spectra() {}

  /** The largest absolute eigenvalue of a square matrix. */
  static double radius(INDArray matrix) {
    EigenDecomposition eigen = new EigenDecomposition(rows(matrix));
    double[] real = eigen.getRealEigenvalues();
    double[] imaginary = eigen.getImagEigenvalues();
    double largest = 0;
    for (int i = 0; i < real.length; i++) {
      largest = Math.max(largest, Math.hypot(real[i], imaginary[i]));
    }
    return largest;
  }

  /** The largest singular value. */
  static double norm(INDArray matrix) {
    double[] values = new SingularValueDecomposition(rows(matrix)).getSingularValues();
    return Arrays.stream(values).max().orElseThrow();
  }

  private static Array2DRowRealMatrix rows(INDArray matrix) {
    return new Array2DRowRealMatrix(matrix.toDoubleMatrix(), false);
  }
}
