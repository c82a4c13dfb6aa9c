package org.iterativemaps.reservoir;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How good a forecast is, over all numbers of an array: with p the forecast, y the target, and the
 * mean over all of them,
 *
 * <pre>
 *   rmse    sqrt(mean (p - y)²)
 *   nrmse   rmse / standard deviation of y      1 for the best constant
 *   r²      1 - mean (p - y)² / variance of y
 * </pre>
 *
 * <p>Of several outputs on different scales, each is scored by itself.
 */
public final class Scores {
  private Scores() {}

  /**
   * The root of the mean squared error.
   *
   * @param predicted any shape
   * @param target the same shape
   * @throws IllegalArgumentException if shapes differ or a number is not finite
   */
  public static double rmse(INDArray predicted, INDArray target) {
    return Math.sqrt(meanSquare(predicted, target));
  }

  /**
   * {@link #rmse} over the standard deviation of the target.
   *
   * @throws IllegalArgumentException as {@link #rmse}, or if the target is constant
   */
  public static double nrmse(INDArray predicted, INDArray target) {
    return Math.sqrt(meanSquare(predicted, target) / variance(target));
  }

  /**
   * The share of the target's variance that is explained: 1 is all, 0 as good as the mean.
   *
   * @throws IllegalArgumentException as {@link #nrmse}
   */
  public static double rSquared(INDArray predicted, INDArray target) {
    return 1 - meanSquare(predicted, target) / variance(target);
  }

  private static double meanSquare(INDArray predicted, INDArray target) {
    double[] p = numbers("predicted", predicted);
    double[] y = numbers("target", target);
    if (!Arrays.equals(predicted.shape(), target.shape())) {
      throw new IllegalArgumentException(
          "predicted: found shape "
              + Arrays.toString(predicted.shape())
              + ", expected that of the target, "
              + Arrays.toString(target.shape()));
    }
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += (p[i] - y[i]) * (p[i] - y[i]);
    }
    return sum / p.length;
  }

  private static double variance(INDArray target) {
    double[] y = numbers("target", target);
    double mean = Arrays.stream(y).sum() / y.length;
    double sum = 0;
    for (double value : y) {
      sum += (value - mean) * (value - mean);
    }
    if (sum == 0) {
      throw new IllegalArgumentException(
          "target: found a constant, expected numbers that vary; use rmse for one");
    }
    return sum / y.length;
  }

  private static double[] numbers(String name, INDArray array) {
    Checks.finite(name, Checks.notNull(name, array));
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }
}
