package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.LSTMParamInitializer;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

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

  static final String WRITTEN = "m"; // the memory after this token
  static final String SHOWN = "shown"; // A of that, before the output gate
  static final String VALUE = "g"; // what is written, with activation A
  static final String FORGET_GATE = "f";
  static final List<String> GATES = List.of(VALUE, FORGET_GATE, "o", "i"); // DL4J's columns

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
    return trainingObstacle(lstm);
  }

  /** What keeps an LSTM and its map from being trained alike, whichever of the two is given. */
  static Optional<String> trainingObstacle(BaseLayer layer) {
    GradientNormalization normalization = layer.getGradientNormalization();
    if (normalization == GradientNormalization.ClipL2PerParamType
        || normalization == GradientNormalization.RenormalizeL2PerParamType) {
      return Optional.of(
          "has "
              + normalization
              + ", and the map keeps the weights of every gate apart; normalise gradients per layer"
              + " or clip their elements");
    }
    return TrainingSettings.obstacle(layer);
  }

  /** With the LSTM's training settings; its forget gate begins where the LSTM's does. */
  IterativeMapRecurrentLayer layer() {
    IterativeMapRecurrentLayer layer =
        new IterativeMapRecurrentLayer.Builder()
            .map(map())
            .steps(options.steps())
            .biasInit(FORGET_GATE, lstm.getForgetGateBiasInit())
            .stateKey(
                RnnToMap.HIDDEN,
                org.deeplearning4j.nn.layers.recurrent.LSTM.STATE_KEY_PREV_ACTIVATION)
            .stateKey(MEMORY, org.deeplearning4j.nn.layers.recurrent.LSTM.STATE_KEY_PREV_MEMCELL)
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

  /**
   * What a parameter of the map is in DL4J's LSTM.
   *
   * @param key DL4J's parameter: W[nIn, 4 units], RW[units, 4 units] (and three columns of
   *     peepholes) or b
   * @param start of its numbers among DL4J's in 'f' order, which runs through all sources of a
   *     column first, as a block's weights do
   * @param length how many there are: one per cell of a block with all weights, or per unit
   * @param from the slot of the weights; null for a bias
   * @param to the gate
   */
  record Part(String key, int start, int length, String from, String to) {

    boolean isBias() {
      return from == null;
    }

    /** Of the map. */
    String mapKey() {
      return isBias() ? Parameter.biasKey(to) : Parameter.weightKey(from, to);
    }

    /** Whether these are weights between the slots of a block. */
    boolean isOf(Block block) {
      return block.to().equals(to) && block.sources().equals(List.of(from));
    }

    /** Whether it is a diagonal, of which DL4J keeps nothing else. */
    boolean isPeephole() {
      return MEMORY.equals(from) || WRITTEN.equals(from);
    }
  }

  /** All parts of DL4J's parameters. */
  static List<Part> parts(int nIn, int units, boolean hasPeepholes) {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < GATES.size(); i++) {
      String gate = GATES.get(i);
      int column = i * units;
      parts.add(
          new Part(
              LSTMParamInitializer.INPUT_WEIGHT_KEY,
              column * nIn,
              units * nIn,
              RnnToMap.INPUT,
              gate));
      parts.add(
          new Part(
              LSTMParamInitializer.RECURRENT_WEIGHT_KEY,
              column * units,
              units * units,
              RnnToMap.HIDDEN,
              gate));
      parts.add(new Part(LSTMParamInitializer.BIAS_KEY, column, units, null, gate));
    }
    for (int i = 0; hasPeepholes && i < PEEPHOLES.size(); i++) {
      String gate = PEEPHOLES.get(i);
      int column = GATES.size() * units + i; // of RW: one per peephole
      parts.add(
          new Part(
              LSTMParamInitializer.RECURRENT_WEIGHT_KEY,
              column * units,
              units,
              gate.equals("o") ? WRITTEN : MEMORY,
              gate));
    }
    return parts;
  }

  /**
   * DL4J's parameters into those of the map.
   *
   * @param from parameters of the LSTM by key
   * @param to parameters of the map by key
   */
  void copyWeights(Function<String, INDArray> from, Function<String, INDArray> to) {
    Map<String, double[]> all = new HashMap<>();
    for (Part part : parts(Math.toIntExact(lstm.getNIn()), units, hasPeepholes(lstm))) {
      double[] numbers =
          all.computeIfAbsent(part.key(), key -> DenseBlock.entries(from.apply(key)));
      LayerWeights.assign(
          Arrays.copyOfRange(numbers, part.start(), part.start() + part.length()),
          to.apply(part.mapKey()));
    }
  }
}
