package org.iterativemaps.watch;

import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.iterativemaps.dynamics.ImpulseResponse;
import org.iterativemaps.dynamics.ImpulseResponse.Measurement;
import org.iterativemaps.map.MapWeights;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * After how many steps on a token of zeros all starts have come to one output.
 *
 * @param measurement tolerance, starts and most steps
 */
record StepsToSettle(Measurement measurement) implements MapMeasure {

  @Override
  public String name() {
    return "steps to settle";
  }

  @Override
  public Map<String, Double> of(WatchedMap map) {
    MapWeights weights = map.weights();
    INDArray[] parameters =
        weights.realized().parameters().stream()
            .map(parameter -> Nd4j.createFromArray(weights.values(parameter.key())))
            .toArray(INDArray[]::new);
    for (INDArray parameter : parameters) {
      if (!Double.isFinite(parameter.sumNumber().doubleValue())) {
        return Map.of("", Double.NaN);
      }
    }
    INDArray token = Nd4j.zeros(DataType.DOUBLE, weights.map().input().size());
    IActivation ofTheLayer =
        map.place().map() instanceof BaseLayer layer ? layer.getActivationFn() : null;
    var steps =
        ImpulseResponse.measured(weights.realized(), ofTheLayer, parameters, token, measurement);
    return Map.of("", steps.isPresent() ? steps.getAsInt() : Double.POSITIVE_INFINITY);
  }
}
