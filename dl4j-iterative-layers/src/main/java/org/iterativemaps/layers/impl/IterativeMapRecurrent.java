package org.iterativemaps.layers.impl;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.kernel.OpenArrays;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerChecks;
import org.iterativemaps.layers.MapSettings;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running half of {@link IterativeMapRecurrentLayer}. Not thread-safe, as all DL4J layers.
 *
 * <p>The states of {@code rnnTimeStep} and of truncated BPTT are maps from {@link
 * IterativeMapRecurrentLayer#stateKey} to [batch, size].
 */
public final class IterativeMapRecurrent extends BaseRecurrentLayer<IterativeMapRecurrentLayer>
    implements RunningMap {
  private static final long serialVersionUID = 1L;

  private transient KernelRun run;
  private final transient StoredState ofSteps = new StoredState(stateMap);
  private final transient StoredState ofTbptt = new StoredState(tBpttStateMap);

  /** Made by {@link IterativeMapRecurrentLayer#instantiate}. */
  public IterativeMapRecurrent(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.gradientViews = Map.of(); // DL4J sets none where every weight is fixed
    run(layerConf().getSettings());
  }

  @Override
  public MapSettings running() {
    return run.settings();
  }

  @Override
  public void run(MapSettings settings) {
    run = KernelRun.of(layerConf(), settings, dataType);
  }

  @Override
  public Optional<SettlingReport> settlingForward() {
    return run.settlingForward();
  }

  @Override
  public Optional<SettlingReport> settlingBackward() {
    return run.settlingBackward();
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
    run.forget();
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    return activate(null, null, training, workspaceMgr);
  }

  @Override
  public INDArray rnnTimeStep(INDArray input, LayerWorkspaceMgr workspaceMgr) {
    setInput(input, workspaceMgr);
    return activate(ofSteps, ofSteps, false, workspaceMgr);
  }

  @Override
  public INDArray rnnActivateUsingStoredState(
      INDArray input, boolean training, boolean storeLastForTBPTT, LayerWorkspaceMgr workspaceMgr) {
    setInput(input, workspaceMgr);
    return activate(ofTbptt, storeLastForTBPTT ? ofTbptt : null, training, workspaceMgr);
  }

  /** Runs from one stored state (null: zeros) and stores the last one (null: nowhere). */
  private INDArray activate(
      StoredState from, StoredState into, boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    String where = layerId();
    OpenArrays.require(params, input, where);
    run.checkInput(input, 3, getDataFormat() == RNNFormat.NWC ? 2 : 1, where);
    INDArray[] initial = from == null ? null : run.bySlot(from.byKey(), input.size(0), where);
    applyDropOutIfNecessary(training, workspaceMgr);
    INDArray ncw = permuteIfNWC(input);
    KernelRun.checkMask(maskArray, ncw.size(0), ncw.size(2), where);
    INDArray output =
        workspaceMgr.createUninitialized(
            ArrayType.ACTIVATIONS,
            dataType,
            new long[] {ncw.size(0), layerConf().getNOut(), ncw.size(2)},
            'f');
    run.forward(
        key -> getParamWithNoise(key, training, workspaceMgr),
        ncw,
        maskArray,
        initial,
        output,
        training);
    if (into != null) {
      into.store(run);
    }
    return permuteIfNWC(output);
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
    if (!run.hasRun()) {
      activate(null, null, true, LayerWorkspaceMgr.noWorkspacesImmutable());
    }
    INDArray ncw = permuteIfNWC(input);
    INDArray inputGradient =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, ncw.shape(), 'f');
    int first = tbpttBackLength > 0 ? (int) Math.max(0, ncw.size(2) - tbpttBackLength) : 0;
    run.backward(gradientViews, ncw, maskArray, permuteIfNWC(epsilon), first, inputGradient);
    weightNoiseParams.clear();
    Gradient gradient = new DefaultGradient(gradientsFlattened);
    gradientViews.forEach(gradient.gradientForVariable()::put);
    INDArray asInput = permuteIfNWC(inputGradient);
    return new Pair<>(gradient, dropoutApplied ? backpropDropOutIfPresent(asInput) : asInput);
  }

  /**
   * dL/d(state before the first time step) of the last back-propagation, by the key of each slot's
   * state, each [batch, size]: what a learned or computed initial state is trained with.
   */
  public Map<String, INDArray> initialStateGradient() {
    return run.stateGradient();
  }

  @Override
  public Map<String, INDArray> rnnGetPreviousState() {
    ofSteps.giveAway();
    return super.rnnGetPreviousState();
  }

  @Override
  public Map<String, INDArray> rnnGetTBPTTState() {
    ofTbptt.giveAway();
    return super.rnnGetTBPTTState();
  }

  @Override
  public void rnnSetPreviousState(Map<String, INDArray> state) {
    run.checkState(state, layerId());
    super.rnnSetPreviousState(state);
  }

  @Override
  public void rnnSetTBPTTState(Map<String, INDArray> state) {
    run.checkState(state, layerId());
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
    run.rest();
  }
}
