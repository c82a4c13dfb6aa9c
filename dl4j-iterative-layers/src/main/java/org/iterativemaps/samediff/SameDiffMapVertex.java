package org.iterativemaps.samediff;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.api.TrainingConfig;
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

/** The running half of {@link SameDiffIterativeMapVertex}. */
@SuppressWarnings("overrides") // BaseGraphVertex.setInputs drops the varargs of its interface
public final class SameDiffMapVertex extends BaseGraphVertex {
  private static final long serialVersionUID = 1L;

  private final SameDiffIterativeMapVertex config;
  private final INDArray params;
  private final transient Map<String, INDArray> parameters;
  final transient GraphRun run;
  private INDArray gradients;
  private transient Map<String, INDArray> gradientViews;
  private transient INDArray[] masks;

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
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaceMgr) {
    INDArray output = run.forward(call()).output();
    return workspaceMgr.dup(
        ArrayType.ACTIVATIONS, isSequence() ? output : SameDiffMap.asMatrix(output), 'f');
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaceMgr) {
    INDArray ofOutput = isSequence() ? epsilon : SameDiffMap.asOneTimeStep(epsilon);
    GraphRun.Gradients found = run.backward(call(), ofOutput, 0);
    Gradient gradient = found.into(gradientViews, new DefaultGradient());
    INDArray[] ofInputs = new INDArray[inputs.length];
    ofInputs[0] = isSequence() ? found.input() : SameDiffMap.asMatrix(found.input());
    for (int i = 1; i < inputs.length; i++) {
      ofInputs[i] = found.initial().get(config.getStarts().get(i - 1));
    }
    for (int i = 0; i < inputs.length; i++) {
      ofInputs[i] = workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, ofInputs[i], 'f');
    }
    return new Pair<>(gradient, ofInputs);
  }

  private GraphRun.Call call() {
    SDBlockMap map = config.getSettings().map();
    String where = "vertex \"" + vertexName + "\"";
    long nIn = map.input().size();
    long batch = inputs[0].size(0);
    OpenArrays.require(parameters, inputs[0], where);
    INDArray mask = masks == null ? null : masks[0];
    if (isSequence()) {
      RunChecks.shape("Input 0", inputs[0], where, "[batch, " + nIn + ", time]", -1, nIn, -1);
      RunChecks.mask(mask, batch, inputs[0].size(2), where);
    } else {
      RunChecks.shape("Input 0", inputs[0], where, "[batch, " + nIn + "]", -1, nIn);
      mask = mask == null ? null : mask.reshape(mask.length(), 1);
      RunChecks.mask(mask, batch, 1, where);
    }
    Map<String, INDArray> initial = null;
    List<String> starts = config.getStarts();
    if (!starts.isEmpty()) {
      initial = new LinkedHashMap<>();
      for (int i = 0; i < starts.size(); i++) {
        initial.put(starts.get(i), inputs[i + 1]);
      }
      RunChecks.state(map, initial, batch, where);
    }
    INDArray tokens = isSequence() ? inputs[0] : SameDiffMap.asOneTimeStep(inputs[0]);
    return new GraphRun.Call(parameters, tokens, mask, initial);
  }

  private boolean isSequence() {
    return inputs[0].rank() == 3;
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
  }

  @Override
  public boolean hasLayer() {
    return false;
  }

  @Override
  public Layer getLayer() {
    return null;
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
