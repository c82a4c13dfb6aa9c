package org.iterativemaps.export;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.iterativemaps.inference.Matrix;
import org.iterativemaps.inference.ProgramBuilder;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.MapPlace;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer with its wrappers and its preprocessor, as it computes in {@code output}. */
final class LayerNode extends Node {
  private static final int NONE = -1;

  private final Layer layer;
  private final InputPreProcessor preProcessor;
  private final org.deeplearning4j.nn.conf.layers.Layer outer;
  private final org.deeplearning4j.nn.conf.layers.Layer conf;

  /**
   * Of a running layer.
   *
   * @param around its configuration with all wrappers, which running wrappers do not show
   * @param preProcessor before it, or null
   */
  LayerNode(
      String name,
      String label,
      List<String> inputs,
      NeuralNetConfiguration around,
      InputPreProcessor preProcessor,
      Layer layer) {
    super(name, label, inputs);
    this.layer = layer;
    this.preProcessor = preProcessor;
    this.outer = around.getLayer();
    this.conf = MapPlace.innermost(outer);
  }

  private boolean isIn(Class<? extends org.deeplearning4j.nn.conf.layers.Layer> wrapper) {
    for (org.deeplearning4j.nn.conf.layers.Layer l = outer; l != conf; l = MapPlace.unwrapped(l)) {
      if (wrapper.isInstance(l)) {
        return true;
      }
    }
    return false;
  }

  @Override
  Optional<String> obstacle() {
    for (org.deeplearning4j.nn.conf.layers.Layer l = outer; l != conf; l = MapPlace.unwrapped(l)) {
      if (!(l instanceof LastTimeStep
          || l instanceof TimeDistributed
          || l instanceof FrozenLayer
          || l instanceof FrozenLayerWithBackprop)) {
        return Optional.of("it is a " + l.getClass().getSimpleName());
      }
    }
    return obstacle(preProcessor).or(this::obstacleInside);
  }

  private Optional<String> obstacleInside() {
    if (conf instanceof IterativeMapConf map) {
      return MapLowering.obstacle(MapLowering.program(map, layer));
    }
    if (conf instanceof AbstractLSTM || conf instanceof SimpleRnn) {
      return Optional.of(
          "it is DL4J's "
              + conf.getClass().getSimpleName()
              + ", of which no map can be made; IterativeMaps.fromRnn says why");
    }
    if (conf instanceof DenseLayer dense && dense.hasLayerNorm()) {
      return Optional.of("it normalises with hasLayerNorm, which is not written");
    }
    if (conf instanceof DropoutLayer || conf instanceof BatchNormalization) {
      return Optional.empty();
    }
    boolean isKnown =
        hasWeights()
            || conf.getClass() == LossLayer.class
            || conf.getClass() == RnnLossLayer.class
            || conf.getClass() == ActivationLayer.class;
    return isKnown
        ? Activations.obstacle(activation())
        : Optional.of(
            "it is a "
                + conf.getClass().getSimpleName()
                + "; expected maps, Dense, Activation, Dropout and BatchNormalization layers, and"
                + " Output, RnnOutput, Loss and RnnLoss layers behind them");
  }

  // Exact classes: a subclass may compute something else.
  private boolean hasWeights() {
    return conf.getClass() == DenseLayer.class
        || conf.getClass() == OutputLayer.class
        || conf.getClass() == RnnOutputLayer.class;
  }

  private boolean isOfSequences() {
    return conf instanceof BaseRecurrentLayer
        || conf instanceof RnnOutputLayer
        || conf instanceof RnnLossLayer;
  }

  @Override
  boolean needsSequences() {
    return preProcessor instanceof RnnToFeedForwardPreProcessor
        || isOfSequences()
        || isIn(LastTimeStep.class)
        || isIn(TimeDistributed.class);
  }

  @Override
  int inputSize() {
    return conf instanceof FeedForwardLayer sized ? Math.toIntExact(sized.getNIn()) : 0;
  }

  @Override
  boolean keepsSize() {
    return conf instanceof ActivationLayer
        || conf instanceof DropoutLayer
        || conf instanceof LossLayer
        || conf instanceof RnnLossLayer;
  }

  @Override
  Form form(List<Form> given) {
    Form form = behind(preProcessor, given.get(0));
    if (isIn(TimeDistributed.class)) {
      require(form == Form.SEQUENCES, form, "sequences, being TimeDistributed");
      return form;
    }
    if (isOfSequences() || isIn(LastTimeStep.class)) {
      require(form == Form.SEQUENCES, form, "sequences");
      return isIn(LastTimeStep.class) ? Form.TOKENS : form;
    }
    if (conf instanceof ActivationLayer || conf instanceof DropoutLayer) {
      boolean isSoftmax =
          conf instanceof ActivationLayer only
              && only.getActivationFn() instanceof ActivationSoftmax;
      require(
          !isSoftmax || form != Form.SEQUENCES,
          form,
          "single tokens: DL4J's softmax is one over time here; put the layer into TimeDistributed");
      return form;
    }
    require(
        form != Form.SEQUENCES,
        form,
        "single tokens; DL4J takes no sequences here without TimeDistributed");
    return form;
  }

  @Override
  int lower(ProgramBuilder into, int[] registers, List<Form> given) {
    int input = registers[0];
    if (conf instanceof IterativeMapConf map) {
      return MapLowering.of(map, layer, name(), into).lower(input);
    }
    if (conf instanceof DropoutLayer) {
      return input;
    }
    if (conf instanceof BatchNormalization normalisation) {
      return Scaling.lower(normalisation, layer, into, input);
    }
    int register = hasWeights() ? multiplied(into, input) : copied(into, input);
    Activations.lower(activation(), into, register);
    return register;
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
}
