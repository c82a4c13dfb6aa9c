package org.iterativemaps.convert;

import java.util.Objects;
import java.util.Optional;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;

/** What a layer is trained with: one map has one set of it. */
final class TrainingSettings {
  private TrainingSettings() {}

  /** Which setting keeps two layers from being one. */
  static Optional<String> difference(BaseLayer one, BaseLayer other) {
    if (!Objects.equals(one.getIUpdater(), other.getIUpdater())) {
      return Optional.of("another updater");
    }
    if (!Objects.equals(one.getBiasUpdater(), other.getBiasUpdater())) {
      return Optional.of("another bias updater");
    }
    if (!Objects.equals(one.getRegularization(), other.getRegularization())
        || !Objects.equals(one.getRegularizationBias(), other.getRegularizationBias())) {
      return Optional.of("other regularisation (l1, l2, weight decay)");
    }
    if (one.getBiasInit() != other.getBiasInit()) {
      return Optional.of("another biasInit");
    }
    GradientNormalization normalization = one.getGradientNormalization();
    if (normalization != other.getGradientNormalization()
        || one.getGradientNormalizationThreshold() != other.getGradientNormalizationThreshold()) {
      return Optional.of("another gradient normalisation");
    }
    if (normalization == GradientNormalization.RenormalizeL2PerLayer
        || normalization == GradientNormalization.ClipL2PerLayer) {
      return Optional.of("gradients normalised layer by layer");
    }
    return Optional.empty();
  }

  /** Gives a layer another one's settings, its input dropout and its name. */
  static void copy(BaseLayer from, BaseLayer to) {
    to.setLayerName(from.getLayerName());
    to.setIDropout(from.getIDropout() == null ? null : from.getIDropout().clone());
    BaseLayer copy = from.clone(); // with lists of its own
    to.setActivationFn(copy.getActivationFn());
    to.setWeightInitFn(copy.getWeightInitFn());
    to.setBiasInit(copy.getBiasInit());
    to.setGainInit(copy.getGainInit());
    to.setRegularization(copy.getRegularization());
    to.setRegularizationBias(copy.getRegularizationBias());
    to.setIUpdater(copy.getIUpdater() == null ? null : copy.getIUpdater().clone());
    to.setBiasUpdater(copy.getBiasUpdater() == null ? null : copy.getBiasUpdater().clone());
    to.setGradientNormalization(copy.getGradientNormalization());
    to.setGradientNormalizationThreshold(copy.getGradientNormalizationThreshold());
  }

  /** What a layer has that no map can: empty if nothing. */
  static Optional<String> obstacle(BaseLayer layer) {
    if (layer.getWeightNoise() != null) {
      return Optional.of(
          "has weight noise, which is drawn per layer; remove it with setWeightNoise(null)");
    }
    if (layer.getConstraints() != null && !layer.getConstraints().isEmpty()) {
      return Optional.of("has constraints on its parameters, by name; remove them");
    }
    return Optional.empty();
  }
}
