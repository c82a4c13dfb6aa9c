package org.iterativemaps.kernel;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The largest absolute value of arrays, for comparisons that not-a-number and infinity cannot pass.
 *
 * <p>ND4J's own reductions ({@code amaxNumber}, {@code maxNumber}, {@code minNumber}, {@code
 * normmaxNumber}, 1.0.0-M2.1) pass over a NaN: of [1, NaN, 3] the largest is 3.
 */
public final class Magnitude {
  private Magnitude() {}

  /** Whether every number is finite. */
  public static boolean isFinite(INDArray array) {
    return firstNotFinite(numbers(array)) < 0;
  }

  /**
   * max |a_i|, 0 of an empty array.
   *
   * @throws ArithmeticException if a number is not finite
   */
  public static double largest(INDArray array) {
    double[] numbers = numbers(array);
    requireFinite("array", numbers);
    return Arrays.stream(numbers).map(Math::abs).max().orElse(0);
  }

  /**
   * max |a_i - b_i|, computed in double precision; 0 of empty arrays.
   *
   * @param expected of any floating type
   * @param actual of the same shape
   * @throws ArithmeticException if a number of either is not finite
   * @throws IllegalArgumentException if the shapes differ
   */
  public static double largestDifference(INDArray expected, INDArray actual) {
    if (!Arrays.equals(expected.shape(), actual.shape())) {
      throw new IllegalArgumentException(
          "shapes: found "
              + Arrays.toString(actual.shape())
              + ", expected "
              + Arrays.toString(expected.shape()));
    }
    double[] e = numbers(expected);
    double[] a = numbers(actual);
    requireFinite("expected", e);
    requireFinite("actual", a);
    double largest = 0;
    for (int i = 0; i < e.length; i++) {
      largest = Math.max(largest, Math.abs(e[i] - a[i]));
    }
    return largest;
  }

  /**
   * min a_i.
   *
   * @param array not empty
   * @throws ArithmeticException if a number is not finite
   */
  public static double minimum(INDArray array) {
    double[] numbers = numbers(array);
    requireFinite("array", numbers);
    return Arrays.stream(numbers).min().orElseThrow();
  }

  /**
   * max a_i.
   *
   * @param array not empty
   * @throws ArithmeticException if a number is not finite
   */
  public static double maximum(INDArray array) {
    double[] numbers = numbers(array);
    requireFinite("array", numbers);
    return Arrays.stream(numbers).max().orElseThrow();
  }

  private static void requireFinite(String name, double[] numbers) {
    int bad = firstNotFinite(numbers);
    if (bad >= 0) {
      throw new ArithmeticException(
          name
              + ": found "
              + numbers[bad]
              + " at place "
              + bad
              + " of "
              + numbers.length
              + " (row-major), expected finite numbers");
    }
  }

  private static int firstNotFinite(double[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      if (!Double.isFinite(numbers[i])) {
        return i;
      }
    }
    return -1;
  }

  private static double[] numbers(INDArray array) {
    return array.isEmpty()
        ? new double[0]
        : array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }
}
