package org.iterativemaps.convert;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.LSTMParamInitializer;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An LSTM as a map of {@link GatedMaps}, and the way of its weights. A is the layer's activation, S
 * that of its gates. Source of the order of weights: DL4J's {@code LSTMHelpers}.
 */
final class LstmToMap {
  static final String MEMORY = "c";
  static final String MASK_NOTE =
      "under a time mask: the map sets output and state of masked steps to zero; DL4J's layer"
          + " computes them like others, except in LastTimeStep. Padding at the end is the same to"
          + " both unless the layer is Bidirectional";

  private static final String WRITTEN = "m"; // the memory after this token
  private static final List<String> GATES = List.of("g", "f", "o", "i"); // DL4J's order of columns
  private static final List<String> PEEPHOLES = List.of("f", "o", "i"); // the same

  private final AbstractLSTM lstm;
  private final RnnOptions options;
  private final int units;

  LstmToMap(AbstractLSTM lstm, RnnOptions options) {
    this.lstm = lstm;
    this.options = options;
    this.units = Math.toIntExact(lstm.getNOut());
  }

  static boolean isLstm(Layer layer) {
    return layer.getClass() == LSTM.class || hasPeepholes(layer);
  }

  @SuppressWarnings("deprecation") // by DL4J, in favour of LSTM; trained ones exist
  private static boolean hasPeepholes(Layer layer) {
    return layer.getClass() == GravesLSTM.class;
  }

  /** What keeps an LSTM from being a map: empty if nothing. */
  static Optional<String> obstacle(AbstractLSTM lstm) {
    for (IActivation activation : List.of(lstm.getActivationFn(), lstm.getGateActivationFn())) {
      Optional<String> obstacle = MapProgram.obstacle(activation);
      if (obstacle.isPresent()) {
        return Optional.of("has the activation " + activation + ": " + obstacle.get());
      }
    }
    GradientNormalization normalization = lstm.getGradientNormalization();
    if (normalization == GradientNormalization.ClipL2PerParamType
        || normalization == GradientNormalization.RenormalizeL2PerParamType) {
      return Optional.of(
          "has "
              + normalization
              + ", and the map keeps the weights of every gate apart; normalise gradients per layer"
              + " or clip their elements");
    }
    return TrainingSettings.obstacle(lstm);
  }

  /** With the LSTM's training settings; its forget gate begins where the LSTM's does. */
  IterativeMapRecurrentLayer layer() {
    IterativeMapRecurrentLayer layer =
        new IterativeMapRecurrentLayer.Builder()
            .map(map())
            .steps(options.steps())
            .biasInit("f", lstm.getForgetGateBiasInit())
            .build();
    TrainingSettings.copy(lstm, layer);
    layer.setBiasInit(0); // DL4J's LSTM has no other
    layer.setRnnDataFormat(lstm.getRnnDataFormat());
    layer.setWeightInitFnRecurrent(lstm.getWeightInitFnRecurrent());
    return layer;
  }

  private BlockMap map() {
    GatedMapBuilder cell = hasPeepholes(lstm) ? GatedMaps.gravesLstm(units) : GatedMaps.lstm(units);
    return cell.nIn(Math.toIntExact(lstm.getNIn()))
        .activation(lstm.getActivationFn())
        .gateActivation(lstm.getGateActivationFn())
        .injection(options.injection())
        .build();
  }

  /** Whether a map has the slots of one that was made here. */
  static boolean isOne(BlockMap map) {
    return map.slots().stream()
        .map(Slot::name)
        .toList()
        .equals(
            List.of(RnnToMap.INPUT, "g", "f", "i", WRITTEN, "o", "shown", MEMORY, RnnToMap.HIDDEN));
  }

  private static String seenBy(String gate) {
    return gate.equals("o") ? WRITTEN : MEMORY;
  }

  /**
   * DL4J's W[nIn, 4 units], RW[units, 4 units] (and three columns of peepholes) and b, into the
   * blocks.
   *
   * @param from parameters of the LSTM by key
   * @param to parameters of the map by key
   */
  void copyWeights(Function<String, INDArray> from, Function<String, INDArray> to) {
    // f order runs through all sources of a column first, as a block's weights do.
    double[] input = DenseBlock.entries(from.apply(LSTMParamInitializer.INPUT_WEIGHT_KEY));
    double[] hidden = DenseBlock.entries(from.apply(LSTMParamInitializer.RECURRENT_WEIGHT_KEY));
    double[] bias = DenseBlock.entries(from.apply(LSTMParamInitializer.BIAS_KEY));
    for (int column = 0; column < GATES.size(); column++) {
      String gate = GATES.get(column);
      copyPart(input, column, to.apply(Parameter.weightKey(RnnToMap.INPUT, gate)));
      copyPart(hidden, column, to.apply(Parameter.weightKey(RnnToMap.HIDDEN, gate)));
      copyPart(bias, column, to.apply(Parameter.biasKey(gate)));
    }
    if (hasPeepholes(lstm)) {
      for (int i = 0; i < PEEPHOLES.size(); i++) {
        String gate = PEEPHOLES.get(i);
        int column = GATES.size() * units + i; // of RW: one per peephole
        copyPart(hidden, column, to.apply(Parameter.weightKey(seenBy(gate), gate)));
      }
    }
  }

  /** The part of all numbers that is as long as the target. */
  private static void copyPart(double[] all, int part, INDArray to) {
    int length = Math.toIntExact(to.length());
    double[] values = Arrays.copyOfRange(all, part * length, (part + 1) * length);
    to.assign(Nd4j.createFromArray(values).castTo(to.dataType()));
  }
}
