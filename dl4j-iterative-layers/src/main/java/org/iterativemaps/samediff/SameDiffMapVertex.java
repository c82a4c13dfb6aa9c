package org.iterativemaps.samediff;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
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
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The running half of {@link SameDiffIterativeMapVertex}. A state is carried from call to call
 * where DL4J's recurrent layers carry theirs: in {@code rnnTimeStep} and truncated BPTT.
 */
@SuppressWarnings("overrides") // BaseGraphVertex.setInputs drops the varargs of its interface
public final class SameDiffMapVertex extends BaseGraphVertex {
  private static final long serialVersionUID = 1L;

  private final SameDiffIterativeMapVertex config;
  private final INDArray params;
  private final transient Map<String, INDArray> parameters;
  final transient GraphRun run;
  private final transient SameDiffMapVertexLayer layer;
  private INDArray gradients;
  private transient Map<String, INDArray> gradientViews;
  private transient INDArray[] masks;
  private transient GraphRun.Call call; // of the last forward pass over the present inputs
  private transient boolean isContinued; // whether that went on from a stored state

  SameDiffMapVertex(
      SameDiffIterativeMapVertex config,
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
    this.run = new GraphRun(config.getSettings(), null, type);
    this.layer = new SameDiffMapVertexLayer(this, layerConf(), type);
    layer.setIndex(index);
    layer.setParamsViewArray(params);
    layer.setParamTable(parameters);
  }

  /** A layer's configuration by which DL4J sees the map's parameters and their regularisation. */
  private NeuralNetConfiguration layerConf() {
    SameDiffIterativeMapRecurrentLayer map = new SameDiffIterativeMapRecurrentLayer();
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
    call = null;
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaceMgr) {
    return forward(inputs[0], Map.of(), null, workspaceMgr);
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
      Map<String, INDArray> into,
      LayerWorkspaceMgr workspaceMgr) {
    isContinued = !from.isEmpty();
    call = call(tokens, from);
    GraphRun.Result result = run.forward(call);
    if (into != null) {
      into.clear();
      into.putAll(result.lastState());
    }
    INDArray output = result.output();
    return workspaceMgr.dup(
        ArrayType.ACTIVATIONS, isSequence(tokens) ? output : SameDiffMap.asMatrix(output), 'f');
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaceMgr) {
    if (call == null) {
      isContinued = false;
      call = call(inputs[0], Map.of());
    }
    INDArray ofOutput = isSequence(inputs[0]) ? epsilon : SameDiffMap.asOneTimeStep(epsilon);
    GraphRun.Gradients found = run.backward(call, ofOutput, firstTimeStep(tbptt));
    Gradient gradient = found.into(gradientViews, new DefaultGradient());
    INDArray[] ofInputs = new INDArray[inputs.length];
    ofInputs[0] = isSequence(inputs[0]) ? found.input() : SameDiffMap.asMatrix(found.input());
    for (int i = 1; i < inputs.length; i++) {
      // A state that was stored, or lies before what is gone back, hides the first one.
      ofInputs[i] =
          isContinued || firstTimeStep(tbptt) > 0
              ? Nd4j.zerosLike(inputs[i])
              : found.initial().get(config.getStarts().get(i - 1));
    }
    for (int i = 0; i < inputs.length; i++) {
      ofInputs[i] = workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, ofInputs[i], 'f');
    }
    return new Pair<>(gradient, ofInputs);
  }

  private int firstTimeStep(boolean tbptt) {
    long time = call.input().size(2);
    int back = graph.getConfiguration().getTbpttBackLength();
    return tbptt && back > 0 ? (int) Math.max(0, time - back) : 0;
  }

  private GraphRun.Call call(INDArray tokens, Map<String, INDArray> from) {
    SDBlockMap map = config.getSettings().map();
    long nIn = map.input().size();
    long batch = tokens.size(0);
    OpenArrays.require(parameters, tokens, where());
    INDArray mask = masks == null ? null : masks[0];
    if (isSequence(tokens)) {
      RunChecks.shape("Input 0", tokens, where(), "[batch, " + nIn + ", time]", -1, nIn, -1);
      RunChecks.mask(mask, batch, tokens.size(2), where());
    } else {
      RunChecks.shape("Input 0", tokens, where(), "[batch, " + nIn + "]", -1, nIn);
      mask = mask == null ? null : mask.reshape(mask.length(), 1);
      RunChecks.mask(mask, batch, 1, where());
    }
    INDArray sequence = isSequence(tokens) ? tokens : SameDiffMap.asOneTimeStep(tokens);
    return new GraphRun.Call(parameters, sequence, mask, initial(from, batch));
  }

  /** The state to begin with: the stored one, or the first values that come as inputs. */
  private Map<String, INDArray> initial(Map<String, INDArray> from, long batch) {
    if (!from.isEmpty()) {
      from.forEach((slot, value) -> checkBatch(slot, value, batch));
      return new LinkedHashMap<>(from);
    }
    List<String> starts = config.getStarts();
    if (starts.isEmpty()) {
      return null;
    }
    Map<String, INDArray> initial = new LinkedHashMap<>();
    for (int i = 0; i < starts.size(); i++) {
      initial.put(starts.get(i), inputs[i + 1]);
    }
    RunChecks.state(config.getSettings().map(), initial, batch, where());
    return initial;
  }

  private void checkBatch(String slot, INDArray value, long batch) {
    if (value.size(0) != batch) {
      throw new DL4JInvalidInputException(
          "State of slot '"
              + slot
              + "': stored for a batch of "
              + value.size(0)
              + ", found an input with a batch of "
              + batch
              + "; call rnnClearPreviousState() before other sequences "
              + where());
    }
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
        || Arrays.stream(graph.getInputs()).noneMatch(SameDiffMapVertex::isSequence);
  }

  private static boolean isSequence(INDArray tokens) {
    return tokens.rank() == 3;
  }

  void clearMasks() {
    masks = null;
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    gradients = view;
    gradientViews = SDMapParamInitializer.views(config.getSettings(), view);
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
    run.rest();
    call = null;
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
    return "SameDiffMapVertex(id=" + vertexIndex + ", name=\"" + vertexName + "\", " + config + ")";
  }
}
