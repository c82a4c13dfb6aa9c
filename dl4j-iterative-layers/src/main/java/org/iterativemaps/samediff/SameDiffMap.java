package org.iterativemaps.samediff;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.kernel.OpenArrays;
import org.iterativemaps.layers.LayerChecks;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running half of {@link SameDiffIterativeMapLayer}. Not thread-safe, as all DL4J layers. */
public final class SameDiffMap extends BaseLayer<SameDiffIterativeMapLayer> {
  private static final long serialVersionUID = 1L;

  final transient GraphRun run;
  private transient GraphRun.Call call; // of the last forward pass

  /** Made by {@link SameDiffIterativeMapLayer#instantiate}. */
  public SameDiffMap(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.run = new GraphRun(layerConf().getSettings(), layerConf().getActivationFn(), dataType);
  }

  @Override
  public void setParam(String key, INDArray value) {
    super.setParam(key, LayerChecks.parameter(key, value, params, layerId()));
  }

  @Override
  public void setParamTable(Map<String, INDArray> values) {
    super.setParamTable(LayerChecks.parameters(values, params, layerId()));
  }

  @Override
  public void setInput(INDArray input, LayerWorkspaceMgr workspaceMgr) {
    super.setInput(input, workspaceMgr);
    call = null;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    OpenArrays.require(params, input, layerId());
    long nIn = layerConf().getNIn();
    RunChecks.shape("Input", input, layerId(), "[batch, nIn] = [batch, " + nIn + "]", -1, nIn);
    INDArray mask = maskArray == null ? null : maskArray.reshape(maskArray.length(), 1);
    RunChecks.mask(mask, input.size(0), 1, layerId());
    applyDropOutIfNecessary(training, workspaceMgr);
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (String key : params.keySet()) {
      parameters.put(key, getParamWithNoise(key, training, workspaceMgr));
    }
    call = new GraphRun.Call(parameters, asOneTimeStep(input), mask, null);
    return workspaceMgr.dup(ArrayType.ACTIVATIONS, asMatrix(run.forward(call).output()), 'f');
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    if (call == null) {
      activate(true, LayerWorkspaceMgr.noWorkspacesImmutable());
    }
    GraphRun.Gradients found = run.backward(call, asOneTimeStep(epsilon), 0);
    INDArray inputGradient =
        workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, asMatrix(found.input()), 'f');
    Gradient gradient = found.into(gradientViews, new DefaultGradient(gradientsFlattened));
    weightNoiseParams.clear();
    return new Pair<>(
        gradient, dropoutApplied ? backpropDropOutIfPresent(inputGradient) : inputGradient);
  }

  static INDArray asOneTimeStep(INDArray matrix) {
    return matrix.reshape('f', matrix.size(0), matrix.size(1), 1);
  }

  static INDArray asMatrix(INDArray oneTimeStep) {
    return oneTimeStep.reshape('f', oneTimeStep.size(0), oneTimeStep.size(1));
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clear() {
    super.clear();
    call = null;
    run.rest();
  }
}
