package org.iterativemaps.watch;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.iterativemaps.dynamics.MapStep;
import org.nd4j.linalg.activations.IActivation;

/**
 * The spectral radius of dF/dz where the map has come to on one token.
 *
 * @param token what the input holds; empty for zeros
 * @param mostSteps from zeros
 */
record RadiusWhenSettled(double[] token, int mostSteps) implements MapMeasure {

  @Override
  public String name() {
    return "radius when settled";
  }

  @Override
  public Map<String, Double> of(WatchedMap map) {
    IActivation ofTheLayer =
        map.place().map() instanceof BaseLayer layer ? layer.getActivationFn() : null;
    double[] held = token.length == 0 ? new double[map.settings().map().input().size()] : token;
    try {
      MapStep step = MapStep.of(map.weights(), ofTheLayer, held);
      double[] state = new double[step.size()];
      for (int k = 0; k < mostSteps; k++) {
        state = step.apply(state);
      }
      boolean isFinite = Arrays.stream(state).allMatch(Double::isFinite);
      return Map.of("", isFinite ? step.jacobian(state).spectralRadius() : Double.NaN);
    } catch (IllegalArgumentException notFound) { // a diverged weight, or no state to settle
      return Map.of("", Double.NaN);
    }
  }
}
