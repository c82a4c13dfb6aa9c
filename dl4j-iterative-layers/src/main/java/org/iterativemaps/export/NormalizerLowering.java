package org.iterativemaps.export;

import java.util.Arrays;
import java.util.Optional;
import org.iterativemaps.inference.ProgramBuilder;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** What DL4J's normalizers do to tokens, as instructions; labels are left as they come. */
final class NormalizerLowering {
  private NormalizerLowering() {}

  /** Why a normalizer cannot be written; empty if it can, or there is none. */
  static Optional<String> obstacle(DataNormalization normalizer, int inputSize) {
    if (normalizer == null) {
      return Optional.empty();
    }
    INDArray statistics;
    if (normalizer instanceof NormalizerStandardize standardize) {
      statistics = standardize.getMean();
    } else if (normalizer instanceof NormalizerMinMaxScaler scaler) {
      statistics = scaler.getMin();
    } else {
      return Optional.of(
          "normalizer: found a "
              + normalizer.getClass().getSimpleName()
              + ", expected a NormalizerStandardize or NormalizerMinMaxScaler; or normalise the"
              + " tokens before they are given to the network");
    }
    return statistics.length() == inputSize
        ? Optional.empty()
        : Optional.of(
            "normalizer: found one of "
                + statistics.length()
                + " columns, expected "
                + inputSize
                + ", as many as a token has");
  }

  /** Writes (x - offset) / range, scaled where the normalizer does; in DL4J's order. */
  static int lower(DataNormalization normalizer, ProgramBuilder into, int input) {
    if (normalizer instanceof NormalizerStandardize standardize) {
      return divided(into, input, standardize.getMean(), standardize.getStd());
    }
    if (normalizer instanceof NormalizerMinMaxScaler scaler) {
      INDArray range = scaler.getMax().sub(scaler.getMin());
      int unit = divided(into, input, scaler.getMin(), range);
      float width = (float) (scaler.getTargetMax() - scaler.getTargetMin());
      return scaled(into, unit, constant(into, unit, width), (float) scaler.getTargetMin());
    }
    return input;
  }

  private static int divided(ProgramBuilder into, int input, INDArray offset, INDArray range) {
    float[] shift = Floats.of("mean", offset.neg());
    int moved = into.register(into.size(input));
    into.scaleUnits(moved, constant(into, input, 1), into.vector(shift), input);
    float[] factors = Floats.of("range", range);
    for (int i = 0; i < factors.length; i++) {
      factors[i] = 1 / (factors[i] == 0 ? 1 : factors[i]); // as DL4J has it
    }
    int result = into.register(into.size(input));
    into.scaleUnits(result, into.vector(factors), -1, moved);
    return result;
  }

  private static int scaled(ProgramBuilder into, int input, int factors, float shift) {
    int result = into.register(into.size(input));
    into.scaleUnits(result, factors, constant(into, input, shift), input);
    return result;
  }

  private static int constant(ProgramBuilder into, int like, float value) {
    float[] values = new float[into.size(like)];
    Arrays.fill(values, value);
    return into.vector(values);
  }
}
