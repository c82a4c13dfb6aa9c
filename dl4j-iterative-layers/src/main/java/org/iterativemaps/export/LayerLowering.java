package org.iterativemaps.export;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.iterativemaps.inference.Matrix;
import org.iterativemaps.inference.ProgramBuilder;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.layers.impl.RunningMap;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** One layer of a network, as it computes in {@code output}, as instructions. */
final class LayerLowering {
  private static final int NONE = -1;

  private final String name;
  private final String label;
  private final Layer layer;
  private final org.deeplearning4j.nn.conf.layers.Layer outer;
  private final org.deeplearning4j.nn.conf.layers.Layer conf;

  /**
   * Of a layer.
   *
   * @param name what its states are called after
   * @param label what messages call it
   * @param outer its configuration with all wrappers, which running wrappers do not show
   * @param layer the running one
   */
  LayerLowering(
      String name, String label, org.deeplearning4j.nn.conf.layers.Layer outer, Layer layer) {
    this.name = name;
    this.label = label;
    this.layer = layer;
    this.outer = outer;
    this.conf = MapPlace.innermost(outer);
  }

  /** Why the layer cannot be written; empty if it can. */
  Optional<String> obstacle() {
    for (org.deeplearning4j.nn.conf.layers.Layer wrapper = outer;
        wrapper != conf;
        wrapper = MapPlace.unwrapped(wrapper)) {
      if (!(wrapper instanceof LastTimeStep
          || wrapper instanceof TimeDistributed
          || wrapper instanceof FrozenLayer
          || wrapper instanceof FrozenLayerWithBackprop)) {
        return named("it is a " + wrapper.getClass().getSimpleName());
      }
    }
    if (conf instanceof IterativeMapConf map) {
      return MapLowering.obstacle(program(map)).flatMap(this::named);
    }
    if (conf instanceof AbstractLSTM || conf instanceof SimpleRnn) {
      return named(
          "it is DL4J's "
              + conf.getClass().getSimpleName()
              + ", of which no map can be made; IterativeMaps.fromRnn says why");
    }
    if (conf instanceof DenseLayer dense && dense.hasLayerNorm()) {
      return named("it normalises with hasLayerNorm, which is not written");
    }
    if (conf instanceof DropoutLayer || conf instanceof BatchNormalization) {
      return Optional.empty();
    }
    boolean isKnown =
        conf.getClass() == DenseLayer.class
            || conf.getClass() == OutputLayer.class
            || conf.getClass() == RnnOutputLayer.class
            || conf.getClass() == LossLayer.class
            || conf.getClass() == RnnLossLayer.class
            || conf.getClass() == ActivationLayer.class;
    return isKnown
        ? Activations.obstacle(activation()).flatMap(this::named)
        : named(
            "it is a "
                + conf.getClass().getSimpleName()
                + "; expected maps, Dense, Activation, Dropout and BatchNormalization layers, and"
                + " Output, RnnOutput, Loss and RnnLoss layers behind them");
  }

  private Optional<String> named(String reason) {
    return Optional.of(label + ": " + reason);
  }

  /** Why a preprocessor cannot be written; empty if it does nothing to a token, or is none. */
  static Optional<String> obstacle(String label, InputPreProcessor preProcessor) {
    boolean changesNothing =
        preProcessor == null
            || preProcessor instanceof FeedForwardToRnnPreProcessor
            || preProcessor instanceof RnnToFeedForwardPreProcessor;
    return changesNothing
        ? Optional.empty()
        : Optional.of(
            label
                + ": its preprocessor "
                + preProcessor.getClass().getSimpleName()
                + " is not written; give the network flat tokens");
  }

  /**
   * Writes the layer.
   *
   * @return the register of what it gives
   */
  int lower(ProgramBuilder into, int input) {
    for (org.deeplearning4j.nn.conf.layers.Layer wrapper = outer;
        wrapper != conf;
        wrapper = MapPlace.unwrapped(wrapper)) {
      if (wrapper instanceof LastTimeStep) {
        into.lastOnly();
      }
    }
    try {
      return lowered(into, input);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(label + ": " + e.getMessage(), e);
    }
  }

  private int lowered(ProgramBuilder into, int input) {
    if (conf instanceof IterativeMapConf map) {
      Map<String, INDArray> parameters = layer.paramTable();
      return new MapLowering(
              program(map), p -> Floats.of(p.key(), parameters.get(p.key())), into, name)
          .lower(input);
    }
    if (conf instanceof DropoutLayer) {
      return input;
    }
    if (conf instanceof BatchNormalization normalisation) {
      return lower(normalisation, into, input);
    }
    int register = hasWeights() ? multiplied(into, input) : copied(into, input);
    Activations.lower(activation(), into, register);
    return register;
  }

  private boolean hasWeights() {
    return conf instanceof DenseLayer
        || conf instanceof OutputLayer
        || conf instanceof RnnOutputLayer;
  }

  private static int copied(ProgramBuilder into, int input) {
    int register = into.register(into.size(input));
    into.copy(register, input);
    return register;
  }

  /** x W + b, of DL4J's W [nIn, nOut]. */
  private int multiplied(ProgramBuilder into, int input) {
    INDArray weights = layer.getParam(DefaultParamInitializer.WEIGHT_KEY);
    int nIn = Math.toIntExact(weights.size(0));
    int nOut = Math.toIntExact(weights.size(1));
    boolean hasBias =
        conf instanceof DenseLayer dense ? dense.hasBias() : ((BaseOutputLayer) conf).hasBias();
    int register = into.register(nOut);
    int bias =
        hasBias
            ? into.vector(Floats.of("b", layer.getParam(DefaultParamInitializer.BIAS_KEY)))
            : NONE;
    into.fill(register, bias);
    float[] rows = Floats.of("W", weights.transpose());
    into.multiplyAdd(register, into.matrix(Matrix.dense(nIn, nOut, rows)), input);
    return register;
  }

  private IActivation activation() {
    return conf instanceof ActivationLayer only
        ? only.getActivationFn()
        : ((BaseLayer) conf).getActivationFn();
  }

  /** gamma (x - mean) / sqrt(var + eps) + beta. */
  private int lower(BatchNormalization normalisation, ProgramBuilder into, int input) {
    INDArray mean = parameter(BatchNormalizationParamInitializer.GLOBAL_MEAN);
    INDArray variance;
    if (normalisation.isUseLogStd()) {
      INDArray log = parameter(BatchNormalizationParamInitializer.GLOBAL_LOG_STD);
      variance = Transforms.exp(log.mul(2 * Math.log(10)));
    } else {
      variance = parameter(BatchNormalizationParamInitializer.GLOBAL_VAR);
    }
    INDArray factor = Transforms.sqrt(variance.add(normalisation.getEps())).rdivi(1);
    INDArray shift = mean.mul(factor).negi();
    if (!normalisation.isLockGammaBeta()) {
      INDArray gamma = parameter(BatchNormalizationParamInitializer.GAMMA);
      factor.muli(gamma);
      shift.muli(gamma).addi(parameter(BatchNormalizationParamInitializer.BETA));
    } else if (normalisation.getGamma() != 1 && normalisation.getBeta() != 0) { // as DL4J has it
      factor.muli(normalisation.getGamma());
      shift.muli(normalisation.getGamma()).addi(normalisation.getBeta());
    }
    int register = into.register(into.size(input));
    into.scaleUnits(
        register,
        into.vector(Floats.of("scale", factor)),
        into.vector(Floats.of("shift", shift)),
        input);
    return register;
  }

  private INDArray parameter(String key) {
    return layer.getParam(key).castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE);
  }

  /** What the map runs at present, which may differ from its configuration in K and injection. */
  private MapProgram program(IterativeMapConf map) {
    return map.program(((RunningMap) RunningMap.innermost(layer)).running());
  }
}
