package org.iterativemaps.samediff;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.layers.LayerChecks;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A weight-tied iterative map on sequences whose blocks may be any typed function, run in a
 * SameDiff graph: K steps of an {@link SDBlockMap} for every token, the state carried from token to
 * token.
 *
 * <pre>    z_{t+1} = step^K ∘ Inject(x_{t+1}) ∘ z_t</pre>
 *
 * <p>Input [batch, nIn, time], output [batch, nOut, time] in NCW, or [batch, time, …] in NWC. A
 * graph is built and kept for every length of sequences that comes. Where a time mask is given,
 * output and state of a masked time step are zero. {@code weightInitRecurrent} means the blocks
 * that do not read the input. All else as in {@link SameDiffIterativeMapLayer}.
 */
public final class SameDiffIterativeMapRecurrentLayer extends BaseRecurrentLayer
    implements SDMapConf {
  private static final long serialVersionUID = 1L;

  private SDMapSettings settings;

  /** For deserialisation. */
  public SameDiffIterativeMapRecurrentLayer() {}

  /**
   * From a builder.
   *
   * @throws IllegalArgumentException if there is no map, K is below 1, a block is Java code, or nIn
   *     or nOut is not the map's
   */
  private SameDiffIterativeMapRecurrentLayer(Builder builder) {
    super(builder);
    setSettings(builder.draft.settings(builder.getNIn(), builder.getNOut()));
    initializeConstraints(builder);
    LayerChecks.constraints(this);
    if (builder.getRecurrentConstraints() != null || builder.getInputWeightConstraints() != null) {
      throw new IllegalArgumentException(
          "constrainRecurrent and constrainInputWeights: weights of a block may be of either kind;"
              + " use constrainWeights(…), or IterativeMapRecurrentLayer");
    }
  }

  @Override
  public SDMapSettings getSettings() {
    return LayerChecks.found(settings, this);
  }

  /** Replaces the settings; nIn and nOut follow. */
  public void setSettings(SDMapSettings settings) {
    this.settings = settings;
    this.nIn = settings.map().input().size();
    this.nOut = settings.map().output().size();
  }

  @Override
  public void setNIn(long nIn) {
    super.setNIn(nIn);
    if (settings != null) { // null while JSON is read
      setSettings(settings.withInputSize(nIn));
    }
  }

  @Override
  public void setNOut(long nOut) {
    super.setNOut(nOut);
    if (settings != null) {
      setSettings(settings.withOutputSize(nOut));
    }
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    super.setNIn(inputType, override);
    setNIn(nIn);
  }

  @Override
  public IWeightInit weightInit(SDParameter parameter) {
    boolean isRecurrent = !settings.map().readsInput(parameter);
    return isRecurrent && getWeightInitFnRecurrent() != null
        ? getWeightInitFnRecurrent()
        : getWeightInitFn();
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    LayerChecks.beforeInstantiation(this, layerIndex, networkDataType);
    SameDiffMapRecurrent layer = new SameDiffMapRecurrent(conf, networkDataType);
    layer.setListeners(trainingListeners);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return SDMapParamInitializer.getInstance();
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return SDMapMemory.report(
        getLayerName(), getClass(), this, settings, inputType, getOutputType(-1, inputType));
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof SameDiffIterativeMapRecurrentLayer;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SameDiffIterativeMapRecurrentLayer that
        && super.equals(that)
        && Objects.equals(settings, that.settings);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + Objects.hashCode(settings);
  }

  @Override
  public String toString() {
    return "SameDiffIterativeMapRecurrentLayer(" + super.toString() + ", " + settings + ")";
  }

  /** Builder with DL4J's layer options and those of {@link SDMapOptions}. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends BaseRecurrentLayer.Builder<Builder>
      implements SDMapOptions<Builder> {
    private final Draft draft = new Draft();

    /** An empty builder. */
    public Builder() {}

    @Override
    public Draft draft() {
      return draft;
    }

    @Override
    public Builder self() {
      return this;
    }

    @Override
    public SameDiffIterativeMapRecurrentLayer build() {
      return new SameDiffIterativeMapRecurrentLayer(this);
    }
  }
}
