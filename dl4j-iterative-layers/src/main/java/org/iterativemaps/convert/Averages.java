package org.iterativemaps.convert;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Averages of vectors, and how far these were apart, over all that were averaged. */
final class Averages {
  private double apart;
  private double all;
  private boolean isUsed;

  double[] of(List<double[]> vectors) {
    isUsed = true;
    double[] mean = vectors.get(0).clone();
    for (double[] vector : vectors.subList(1, vectors.size())) {
      // Differences to the first: equal vectors have exactly their own average.
      Arrays.setAll(mean, i -> mean[i] + (vector[i] - vectors.get(0)[i]) / vectors.size());
    }
    for (double[] vector : vectors) {
      for (int i = 0; i < mean.length; i++) {
        apart += (vector[i] - mean[i]) * (vector[i] - mean[i]);
        all += vector[i] * vector[i];
      }
    }
    return mean;
  }

  /** sum |v - mean|^2 / sum |v|^2 over all averaged vectors; 0 where all are zero. */
  double loss() {
    return all == 0 ? 0 : apart / all;
  }

  /** The loss, if anything was averaged. */
  OptionalDouble lossIfAny() {
    return isUsed ? OptionalDouble.of(loss()) : OptionalDouble.empty();
  }
}
