package org.iterativemaps.layers.impl;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerChecks;
import org.iterativemaps.layers.MapSettings;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a {@link IterativeMapInGraph} shows a {@code ComputationGraph} as its layer. DL4J asks
 * layers alone to go on from a stored state, to store one and to clear it; this one keeps the
 * states and leaves the work to its vertex, which has all the inputs.
 */
final class RunningVertexLayer extends BaseRecurrentLayer<IterativeMapRecurrentLayer>
    implements RunningMap {
  private static final long serialVersionUID = 1L;

  private final transient IterativeMapInGraph vertex;
  private final transient StoredState ofSteps = new StoredState(stateMap);
  private final transient StoredState ofTbptt = new StoredState(tBpttStateMap);

  RunningVertexLayer(IterativeMapInGraph vertex, NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.vertex = vertex;
  }

  @Override
  public MapSettings running() {
    return vertex.running();
  }

  @Override
  public void run(MapSettings settings) {
    vertex.run(settings);
  }

  @Override
  public Optional<SettlingReport> settlingForward() {
    return vertex.settlingForward();
  }

  @Override
  public Optional<SettlingReport> settlingBackward() {
    return vertex.settlingBackward();
  }

  @Override
  public void setParam(String key, INDArray value) {
    super.setParam(key, LayerChecks.parameter(key, value, params, vertex.where()));
  }

  @Override
  public void setParamTable(Map<String, INDArray> values) {
    super.setParamTable(LayerChecks.parameters(values, params, vertex.where()));
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    return vertex.doForward(training, workspaceMgr);
  }

  @Override
  public INDArray rnnTimeStep(INDArray tokens, LayerWorkspaceMgr workspaceMgr) {
    return vertex.isTimeStep()
        ? vertex.forward(tokens, stateMap, ofSteps, false, workspaceMgr)
        : vertex.doForward(false, workspaceMgr);
  }

  @Override
  public INDArray rnnActivateUsingStoredState(
      INDArray tokens, boolean training, boolean storeLastForTBPTT, LayerWorkspaceMgr workspace) {
    return tokens.rank() == 3
        ? vertex.forward(
            tokens, tBpttStateMap, storeLastForTBPTT ? ofTbptt : null, training, workspace)
        : vertex.doForward(training, workspace);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    throw new UnsupportedOperationException("a vertex is differentiated by its doBackward");
  }

  @Override
  public Pair<Gradient, INDArray> tbpttBackpropGradient(
      INDArray epsilon, int tbpttBackLength, LayerWorkspaceMgr workspace) {
    return backpropGradient(epsilon, workspace);
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
    vertex.checkState(state);
    super.rnnSetPreviousState(state);
  }

  @Override
  public void rnnSetTBPTTState(Map<String, INDArray> state) {
    vertex.checkState(state);
    super.rnnSetTBPTTState(state);
  }

  /** DL4J sets masks through the vertex, but clears them here. */
  @Override
  public void setMaskArray(INDArray mask) {
    vertex.setMask(mask);
  }

  @Override
  public INDArray getMaskArray() {
    return vertex.mask();
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray gradients) {
    vertex.setBackpropGradientsViewArray(gradients);
  }

  @Override
  public Type type() {
    return Type.RECURRENT;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }
}
