package org.iterativemaps.reservoir;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A series cut for forecasting: inputs up to a time, targets some steps ahead, the first part to
 * fit, the rest to test. All arrays are [1, features, time] of the default floating type.
 *
 * @param trainInputs inputs to fit
 * @param trainTargets their targets
 * @param testInputs inputs that follow
 * @param testTargets their targets
 */
public record ForecastTask(
    INDArray trainInputs, INDArray trainTargets, INDArray testInputs, INDArray testTargets) {

  /**
   * Of one number per time step.
   *
   * @param series in the order of time, finite
   * @param ahead how many time steps a target lies ahead, at least 1
   * @param testShare of the pairs that are for the test, rounded down: the last ones; in (0, 1)
   * @throws IllegalArgumentException if a number is not finite, or too few are there for both parts
   */
  public static ForecastTask of(double[] series, int ahead, double testShare) {
    Checks.notNull("series", series);
    double[][] rows = new double[series.length][1];
    for (int t = 0; t < series.length; t++) {
      rows[t][0] = series[t];
    }
    return of(rows, ahead, testShare);
  }

  /**
   * Of several numbers per time step.
   *
   * @param series [time][features], as above
   * @param ahead as above
   * @param testShare as above
   * @throws IllegalArgumentException as above, or if time steps differ in length
   */
  public static ForecastTask of(double[][] series, int ahead, double testShare) {
    INDArray all = Checks.finite("series", sequence(series));
    Checks.atLeast(1, "ahead", ahead);
    if (!(testShare > 0 && testShare < 1)) {
      throw new IllegalArgumentException(
          "testShare: found " + testShare + ", expected a share in (0, 1)");
    }
    int pairs = series.length - ahead;
    int tests = (int) Math.floor(pairs * testShare);
    if (tests < 1 || tests == pairs) {
      throw new IllegalArgumentException(
          "series: found "
              + series.length
              + " time steps, expected more for a forecast "
              + ahead
              + " ahead of which "
              + testShare
              + " is a test");
    }
    int train = pairs - tests;
    return new ForecastTask(
        part(all, 0, train),
        part(all, ahead, train),
        part(all, train, tests),
        part(all, train + ahead, tests));
  }

  /**
   * Numbers as a sequence of DL4J.
   *
   * @param series [time][features]
   * @return [1, features, time]
   * @throws IllegalArgumentException if there is no number, or time steps differ in length
   */
  public static INDArray sequence(double[][] series) {
    if (series == null || series.length == 0 || series[0].length == 0) {
      throw new IllegalArgumentException("series: found no number, expected [time][features]");
    }
    for (int t = 0; t < series.length; t++) {
      if (series[t].length != series[0].length) {
        throw new IllegalArgumentException(
            "series: found "
                + series[t].length
                + " features at time step "
                + t
                + ", expected "
                + series[0].length
                + " as at the first one");
      }
    }
    DataType type = Nd4j.defaultFloatingPointType();
    return Nd4j.createFromArray(series)
        .castTo(type)
        .transpose()
        .dup('f')
        .reshape('f', 1, series[0].length, series.length);
  }

  private static INDArray part(INDArray all, int begin, int length) {
    return all.get(
            NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(begin, begin + length))
        .dup('f');
  }
}
