package org.iterativemaps.convert;

import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's GravesBidirectionalLSTM, of which trained ones exist: two GravesLSTMs whose outputs are
 * added, which DL4J came to write as a Bidirectional.
 */
@SuppressWarnings("deprecation") // by DL4J
final class BothWays {
  static final String MASK_NOTE =
      "under a time mask: outputs are the same, and under padding gradients, too. At a masked step"
          + " between others DL4J's layer differentiates a state that it set to zero; the map does"
          + " not";

  private BothWays() {}

  static boolean isOne(Layer layer) {
    return layer.getClass() == GravesBidirectionalLSTM.class;
  }

  /** What each direction is, and what both are trained with. */
  static GravesLSTM direction(GravesBidirectionalLSTM both) {
    GravesLSTM.Builder builder = new GravesLSTM.Builder();
    builder.nIn(both.getNIn());
    builder.nOut(both.getNOut());
    builder.forgetGateBiasInit(both.getForgetGateBiasInit());
    builder.gateActivationFunction(both.getGateActivationFn());
    GravesLSTM lstm = builder.build();
    TrainingSettings.copy(both, lstm);
    lstm.setIDropout(null); // DL4J's layer never drops anything, whatever it is told
    lstm.setRnnDataFormat(both.getRnnDataFormat());
    lstm.setWeightNoise(both.getWeightNoise());
    lstm.setConstraints(both.getConstraints());
    return lstm; // without its weightInitFnRecurrent, which DL4J's layer does not look at
  }

  static Layer layer(IterativeMapRecurrentLayer direction) {
    Bidirectional both = new Bidirectional(Bidirectional.Mode.ADD, direction);
    both.setLayerName(direction.getLayerName());
    return both;
  }

  /**
   * Both directions' parameters.
   *
   * @param lstm of each
   * @param from parameters of the GravesBidirectionalLSTM by key
   * @param to parameters of the Bidirectional by key
   */
  static void copyWeights(
      LstmToMap lstm, Function<String, INDArray> from, Function<String, INDArray> to) {
    for (String side : List.of("F", "B")) {
      String prefix = side.equals("F") ? "f" : "b";
      lstm.copyWeights(key -> from.apply(key + side), key -> to.apply(prefix + key));
    }
  }
}
