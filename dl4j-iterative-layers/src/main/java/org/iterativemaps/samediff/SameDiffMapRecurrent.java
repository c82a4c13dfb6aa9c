package org.iterativemaps.samediff;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.kernel.OpenArrays;
import org.iterativemaps.layers.LayerChecks;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running half of {@link SameDiffIterativeMapRecurrentLayer}. Not thread-safe, as all DL4J
 * layers. States are maps from slot name to [batch, size].
 */
public final class SameDiffMapRecurrent
    extends BaseRecurrentLayer<SameDiffIterativeMapRecurrentLayer> {
  private static final long serialVersionUID = 1L;

  final transient GraphRun run;
  private transient GraphRun.Call call; // of the last forward pass
  private transient Map<String, INDArray> initialStateGradient = Map.of();

  /** Made by {@link SameDiffIterativeMapRecurrentLayer#instantiate}. */
  public SameDiffMapRecurrent(NeuralNetConfiguration conf, DataType dataType) {
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
    return activate(Map.of(), null, training, workspaceMgr);
  }

  @Override
  public INDArray rnnTimeStep(INDArray input, LayerWorkspaceMgr workspaceMgr) {
    setInput(input, workspaceMgr);
    return activate(stateMap, stateMap, false, workspaceMgr);
  }

  @Override
  public INDArray rnnActivateUsingStoredState(
      INDArray input, boolean training, boolean storeLastForTBPTT, LayerWorkspaceMgr workspaceMgr) {
    setInput(input, workspaceMgr);
    Map<String, INDArray> into = storeLastForTBPTT ? tBpttStateMap : null;
    return activate(tBpttStateMap, into, training, workspaceMgr);
  }

  /** Runs from one stored state (empty: zeros) and stores the last one (null: nowhere). */
  private INDArray activate(
      Map<String, INDArray> from,
      Map<String, INDArray> into,
      boolean training,
      LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    OpenArrays.require(params, input, layerId());
    long nIn = layerConf().getNIn();
    if (getDataFormat() == RNNFormat.NWC) {
      RunChecks.shape("Input", input, layerId(), "[batch, time, " + nIn + "] (NWC)", -1, -1, nIn);
    } else {
      RunChecks.shape("Input", input, layerId(), "[batch, " + nIn + ", time] (NCW)", -1, nIn, -1);
    }
    applyDropOutIfNecessary(training, workspaceMgr);
    INDArray ncw = permuteIfNWC(input);
    RunChecks.mask(maskArray, ncw.size(0), ncw.size(2), layerId());
    RunChecks.state(run.settings().map(), from, ncw.size(0), layerId());
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (String key : params.keySet()) {
      parameters.put(key, getParamWithNoise(key, training, workspaceMgr));
    }
    call = new GraphRun.Call(parameters, ncw, maskArray, new LinkedHashMap<>(from));
    GraphRun.Result result = run.forward(call);
    if (into != null) {
      into.clear();
      into.putAll(result.lastState());
    }
    return permuteIfNWC(workspaceMgr.dup(ArrayType.ACTIVATIONS, result.output(), 'f'));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    return tbpttBackpropGradient(epsilon, -1, workspaceMgr);
  }

  @Override
  public Pair<Gradient, INDArray> tbpttBackpropGradient(
      INDArray epsilon, int tbpttBackLength, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    if (call == null) {
      activate(Map.of(), null, true, LayerWorkspaceMgr.noWorkspacesImmutable());
    }
    long time = call.input().size(2);
    int first = tbpttBackLength > 0 ? (int) Math.max(0, time - tbpttBackLength) : 0;
    GraphRun.Gradients found = run.backward(call, permuteIfNWC(epsilon), first);
    initialStateGradient = found.initial();
    Gradient gradient = found.into(gradientViews, new DefaultGradient(gradientsFlattened));
    weightNoiseParams.clear();
    INDArray inputGradient =
        permuteIfNWC(workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, found.input(), 'f'));
    return new Pair<>(
        gradient, dropoutApplied ? backpropDropOutIfPresent(inputGradient) : inputGradient);
  }

  /**
   * dL/d(state before the first time step) of the last back-propagation, by slot name, each [batch,
   * size]: what a learned or computed initial state is trained with.
   */
  public Map<String, INDArray> initialStateGradient() {
    return initialStateGradient;
  }

  @Override
  public void rnnSetPreviousState(Map<String, INDArray> state) {
    RunChecks.state(run.settings().map(), state, -1, layerId());
    super.rnnSetPreviousState(state);
  }

  @Override
  public void rnnSetTBPTTState(Map<String, INDArray> state) {
    RunChecks.state(run.settings().map(), state, -1, layerId());
    super.rnnSetTBPTTState(state);
  }

  @Override
  public Type type() {
    return Type.RECURRENT;
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
