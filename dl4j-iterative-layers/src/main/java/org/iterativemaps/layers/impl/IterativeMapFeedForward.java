package org.iterativemaps.layers.impl;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.kernel.OpenArrays;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerChecks;
import org.iterativemaps.layers.MapSettings;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running half of {@link IterativeMapLayer}. Not thread-safe, as all DL4J layers. */
public final class IterativeMapFeedForward extends BaseLayer<IterativeMapLayer>
    implements RunningMap {
  private static final long serialVersionUID = 1L;

  private transient KernelRun run;

  /** Made by {@link IterativeMapLayer#instantiate}. */
  public IterativeMapFeedForward(NeuralNetConfiguration conf, DataType dataType) {
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
    assertInputSet(false);
    String where = layerId();
    OpenArrays.require(params, input, where);
    run.checkInput(input, 2, 1, where);
    KernelRun.checkMask(maskOfOneTimeStep(), input.size(0), 1, where);
    applyDropOutIfNecessary(training, workspaceMgr);
    INDArray output =
        workspaceMgr.createUninitialized(
            ArrayType.ACTIVATIONS,
            dataType,
            new long[] {input.size(0), layerConf().getNOut()},
            'f');
    run.forward(
        key -> getParamWithNoise(key, training, workspaceMgr),
        run.asOneTimeStep(input),
        maskOfOneTimeStep(),
        null,
        run.asOneTimeStep(output),
        training);
    return output;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    if (!run.hasRun()) {
      activate(true, LayerWorkspaceMgr.noWorkspacesImmutable());
    }
    INDArray inputGradient =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'f');
    run.backward(
        gradientViews,
        run.asOneTimeStep(input),
        maskOfOneTimeStep(),
        run.asOneTimeStep(epsilon),
        0,
        run.asOneTimeStep(inputGradient));
    weightNoiseParams.clear();
    Gradient gradient = new DefaultGradient(gradientsFlattened);
    gradientViews.forEach(gradient.gradientForVariable()::put);
    return new Pair<>(
        gradient, dropoutApplied ? backpropDropOutIfPresent(inputGradient) : inputGradient);
  }

  private INDArray maskOfOneTimeStep() {
    return maskArray == null ? null : maskArray.reshape(maskArray.length(), 1);
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
