package org.iterativemaps.layers.impl;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.kernel.OpenArrays;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.layers.MapSettings;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The running half of {@link IterativeMapVertex}. A state is carried from call to call where DL4J's
 * recurrent layers carry theirs: in {@code rnnTimeStep} and truncated BPTT.
 */
@SuppressWarnings("overrides") // BaseGraphVertex.setInputs drops the varargs of its interface
public final class IterativeMapInGraph extends BaseGraphVertex {
  private static final long serialVersionUID = 1L;

  private final IterativeMapVertex config;
  private final INDArray params;
  private final transient Map<String, INDArray> parameters;
  private transient KernelRun run;
  private final transient RunningVertexLayer layer;
  private INDArray gradients;
  private transient Map<String, INDArray> gradientViews = Map.of(); // none: everything is fixed
  private transient INDArray[] masks;
  private transient INDArray sequence; // the tokens of the last forward pass; null for none
  private transient INDArray mask; // and their mask
  private transient boolean isContinued; // whether that went on from a stored state

  /** Made by {@link IterativeMapVertex#instantiate}. */
  public IterativeMapInGraph(
      IterativeMapVertex config,
      ComputationGraph graph,
      String name,
      int index,
      INDArray params,
      Map<String, INDArray> parameters,
      DataType type) {
    super(graph, name, index, null, null, type);
    this.config = config;
    this.params = params;
    this.parameters = parameters;
    this.run = KernelRun.of(config, config.getSettings(), type);
    this.layer = new RunningVertexLayer(this, layerConf(), type);
    layer.setIndex(index);
    layer.setParamsViewArray(params);
    layer.setParamTable(parameters);
  }

  MapSettings running() {
    return run.settings();
  }

  void run(MapSettings settings) {
    run = KernelRun.of(config, settings, dataType);
    sequence = null;
  }

  Optional<SettlingReport> settlingForward() {
    return run.settlingForward();
  }

  Optional<SettlingReport> settlingBackward() {
    return run.settlingBackward();
  }

  /** A layer's configuration by which DL4J sees the map's parameters and their regularisation. */
  private NeuralNetConfiguration layerConf() {
    IterativeMapRecurrentLayer map = new IterativeMapRecurrentLayer();
    map.setSettings(config.getSettings());
    map.setLayerName(vertexName);
    map.setIUpdater(config.getUpdater());
    map.setBiasUpdater(config.getBiasUpdater());
    map.setRegularization(config.getRegularization());
    map.setRegularizationBias(config.getRegularizationBias());
    NeuralNetConfiguration conf = graph.getConfiguration().getDefaultConfiguration().clone();
    conf.clearVariables();
    parameters.keySet().forEach(conf::addVariable);
    conf.setLayer(map);
    return conf;
  }

  @Override
  public void setInput(int inputNumber, INDArray input, LayerWorkspaceMgr workspaceMgr) {
    super.setInput(inputNumber, input, workspaceMgr);
    forget();
  }

  private void forget() {
    sequence = null;
    run.forget();
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaceMgr) {
    return forward(inputs[0], Map.of(), null, training, workspaceMgr);
  }

  /**
   * Runs over tokens, those of input 0 in their shape or as a sequence of one.
   *
   * @param from a stored state; empty begins with what inputs 1, 2, … say, or zeros
   * @param into where the last state is stored; null for nowhere
   */
  INDArray forward(
      INDArray tokens,
      Map<String, INDArray> from,
      StoredState into,
      boolean training,
      LayerWorkspaceMgr workspaceMgr) {
    check(tokens);
    isContinued = !from.isEmpty();
    INDArray[] initial = run.bySlot(isContinued ? from : starts(), tokens.size(0), where());
    sequence = isSequence(tokens) ? tokens : run.asOneTimeStep(tokens);
    long nOut = config.getSettings().map().output().size();
    long[] shape =
        isSequence(tokens)
            ? new long[] {tokens.size(0), nOut, tokens.size(2)}
            : new long[] {tokens.size(0), nOut};
    INDArray output = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'f');
    INDArray asSequence = isSequence(tokens) ? output : run.asOneTimeStep(output);
    run.forward(parameters::get, sequence, mask, initial, asSequence, training);
    if (into != null) {
      into.store(run);
    }
    return output;
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaceMgr) {
    if (sequence == null) {
      doForward(true, LayerWorkspaceMgr.noWorkspacesImmutable());
    }
    int first = firstTimeStep(tbptt);
    INDArray[] ofInputs = new INDArray[inputs.length];
    ofInputs[0] =
        workspaceMgr.createUninitialized(
            ArrayType.ACTIVATION_GRAD, dataType, inputs[0].shape(), 'f');
    boolean isSequence = isSequence(inputs[0]);
    run.backward(
        gradientViews,
        sequence,
        mask,
        isSequence ? epsilon : run.asOneTimeStep(epsilon),
        first,
        isSequence ? ofInputs[0] : run.asOneTimeStep(ofInputs[0]));
    Gradient gradient = new DefaultGradient();
    gradientViews.forEach(gradient::setGradientFor);
    Map<String, INDArray> ofState = run.stateGradient();
    for (int i = 1; i < inputs.length; i++) {
      INDArray ofStart = ofState.get(config.getStarts().get(i - 1));
      // A state that was stored, or lies before what is gone back, hides the first one.
      boolean isHidden = isContinued || first > 0 || ofStart == null;
      INDArray found = isHidden ? Nd4j.zerosLike(inputs[i]) : ofStart;
      ofInputs[i] = workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, found, 'f');
    }
    return new Pair<>(gradient, ofInputs);
  }

  private int firstTimeStep(boolean tbptt) {
    long time = isSequence(sequence) ? sequence.size(2) : 1;
    int back = graph.getConfiguration().getTbpttBackLength();
    return tbptt && back > 0 ? (int) Math.max(0, time - back) : 0;
  }

  private void check(INDArray tokens) {
    OpenArrays.require(parameters, tokens, where());
    mask = mask();
    boolean isSequence = isSequence(tokens);
    run.checkInput(tokens, isSequence ? 3 : 2, 1, where());
    if (mask != null && !isSequence) {
      mask = mask.reshape(mask.length(), 1);
    }
    KernelRun.checkMask(mask, tokens.size(0), isSequence ? tokens.size(2) : 1, where());
  }

  /** First values that come as inputs. */
  private Map<String, INDArray> starts() {
    Map<String, INDArray> starts = new LinkedHashMap<>();
    for (int i = 1; i < inputs.length; i++) {
      starts.put(config.getStarts().get(i - 1), inputs[i]);
    }
    run.checkState(starts, where());
    return starts;
  }

  void checkState(Map<String, INDArray> state) {
    run.checkState(state, where());
  }

  String where() {
    return "vertex \"" + vertexName + "\"";
  }

  /**
   * Whether input 0 of {@code rnnTimeStep} is a step of a sequence. DL4J takes matrices for one
   * time step each where every input of the network is a matrix; beside sequences a matrix is a
   * token that belongs to no sequence.
   */
  boolean isTimeStep() {
    return isSequence(inputs[0])
        || Arrays.stream(graph.getInputs()).noneMatch(IterativeMapInGraph::isSequence);
  }

  private static boolean isSequence(INDArray tokens) {
    return tokens.rank() == 3;
  }

  /** The time mask of input 0; null for none. */
  INDArray mask() {
    return masks == null ? null : masks[0];
  }

  void setMask(INDArray ofTokens) {
    masks = ofTokens == null ? null : new INDArray[] {ofTokens};
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    gradients = view;
    gradientViews = config.views(view);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] maskArrays, MaskState currentMaskState, int minibatchSize) {
    masks = maskArrays;
    return config.feedForwardMaskArrays(maskArrays, currentMaskState, minibatchSize);
  }

  /** The masks go with the inputs they came with, and so do the arrays of the graph's last call. */
  @Override
  public void clear() {
    super.clear();
    masks = null;
    sequence = null;
    run.rest();
  }

  /**
   * DL4J asks this to find the layers of a graph when it is made and whose state to carry when it
   * runs. At other times, for {@code summary()} and in transfer learning, it takes everything with
   * a layer for one of its own {@code LayerVertex}; there this is a vertex like others.
   */
  @Override
  public boolean hasLayer() {
    boolean isMade = inputVertices != null;
    return !isMade || canDoForward();
  }

  @Override
  public Layer getLayer() {
    return layer;
  }

  @Override
  public Map<String, INDArray> paramTable(boolean backpropOnly) {
    return parameters;
  }

  @Override
  public TrainingConfig getConfig() {
    return config;
  }

  @Override
  public INDArray params() {
    return params;
  }

  @Override
  public INDArray getGradientsViewArray() {
    return gradients;
  }

  @Override
  public String toString() {
    return "IterativeMapInGraph(id="
        + vertexIndex
        + ", name=\""
        + vertexName
        + "\", "
        + config
        + ")";
  }
}
