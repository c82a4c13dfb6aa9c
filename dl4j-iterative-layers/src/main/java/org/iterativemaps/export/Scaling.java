package org.iterativemaps.export;

import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.iterativemaps.inference.ProgramBuilder;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * What moves and stretches units one by one: normalizers of the tokens, batch normalisation. What
 * is subtracted is subtracted first, as DL4J does: a mean that is much larger than the deviation
 * would take the digits.
 */
final class Scaling {
  private Scaling() {}

  /** Why a normalizer cannot be written; empty if it can, or there is none. */
  static Optional<String> obstacle(DataNormalization normalizer, int inputSize) {
    if (normalizer == null) {
      return Optional.empty();
    }
    boolean isStandard = normalizer instanceof NormalizerStandardize;
    if (!isStandard && !(normalizer instanceof NormalizerMinMaxScaler)) {
      return Optional.of(
          "normalizer: found a "
              + normalizer.getClass().getSimpleName()
              + ", expected a NormalizerStandardize or NormalizerMinMaxScaler; or normalise the"
              + " tokens before they are given to the network");
    }
    INDArray statistics;
    try {
      statistics =
          isStandard
              ? ((NormalizerStandardize) normalizer).getMean()
              : ((NormalizerMinMaxScaler) normalizer).getMin();
    } catch (NullPointerException notFitted) { // all that ND4J says
      return Optional.of("normalizer: it has no statistics; fit it to the data first");
    }
    return inputSize < 1 || statistics.length() == inputSize
        ? Optional.empty()
        : Optional.of(
            "normalizer: found one of "
                + statistics.length()
                + " columns, expected "
                + inputSize
                + ", as many as a token has");
  }

  /** (x - offset) / range, and from there to the target range of a scaler. */
  static int lower(DataNormalization normalizer, ProgramBuilder into, int input) {
    if (normalizer instanceof NormalizerStandardize standardize) {
      INDArray deviation = standardize.getStd();
      return moved(into, input, standardize.getMean(), inverse(deviation), null);
    }
    if (normalizer instanceof NormalizerMinMaxScaler scaler) {
      INDArray range = scaler.getMax().sub(scaler.getMin());
      double width = scaler.getTargetMax() - scaler.getTargetMin();
      INDArray shift = range.like().addi(scaler.getTargetMin());
      return moved(into, input, scaler.getMin(), inverse(range).muli(width), shift);
    }
    return input;
  }

  /** gamma (x - mean) / sqrt(var + eps) + beta. */
  static int lower(BatchNormalization conf, Layer layer, ProgramBuilder into, int input) {
    INDArray variance;
    if (conf.isUseLogStd()) {
      INDArray log = parameter(layer, BatchNormalizationParamInitializer.GLOBAL_LOG_STD);
      variance = Transforms.exp(log.mul(2 * Math.log(10)));
    } else {
      variance = parameter(layer, BatchNormalizationParamInitializer.GLOBAL_VAR);
    }
    INDArray factor = Transforms.sqrt(variance.add(conf.getEps())).rdivi(1);
    INDArray beta = null;
    if (!conf.isLockGammaBeta()) {
      factor.muli(parameter(layer, BatchNormalizationParamInitializer.GAMMA));
      beta = parameter(layer, BatchNormalizationParamInitializer.BETA);
    } else if (conf.getGamma() != 1 && conf.getBeta() != 0) { // as DL4J has it
      factor.muli(conf.getGamma());
      beta = factor.like().addi(conf.getBeta());
    }
    INDArray mean = parameter(layer, BatchNormalizationParamInitializer.GLOBAL_MEAN);
    return moved(into, input, mean, factor, beta);
  }

  private static INDArray parameter(Layer layer, String key) {
    return layer.getParam(key).castTo(DataType.DOUBLE);
  }

  /** 1 / range, or 1 where it is 0, as DL4J has it. */
  private static INDArray inverse(INDArray range) {
    INDArray inverse = range.castTo(DataType.DOUBLE).dup();
    for (long i = 0; i < inverse.length(); i++) {
      double value = inverse.getDouble(i);
      inverse.putScalar(i, 1 / (value == 0 ? 1 : value));
    }
    return inverse;
  }

  /** (x - offset) factor + shift. */
  private static int moved(
      ProgramBuilder into, int input, INDArray offset, INDArray factor, INDArray shift) {
    float[] ones = new float[into.size(input)];
    Arrays.fill(ones, 1);
    int moved = into.register(into.size(input));
    int result = into.register(into.size(input));
    into.scaleUnits(moved, into.vector(ones), into.vector(Floats.of("mean", offset.neg())), input);
    int added = shift == null ? -1 : into.vector(Floats.of("shift", shift));
    into.scaleUnits(result, into.vector(Floats.of("factor", factor)), added, moved);
    return result;
  }
}
