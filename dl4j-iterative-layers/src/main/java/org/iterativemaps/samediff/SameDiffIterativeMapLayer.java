package org.iterativemaps.samediff;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.layers.LayerChecks;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A weight-tied iterative map on single inputs whose blocks may be any typed function, run in a
 * SameDiff graph: K steps of an {@link SDBlockMap} from a state of zeros.
 *
 * <pre>    z_i  &lt;-  U_i( z_i, A_i( N_i( sum_j F_ij(z_j) ) + b_i ) )      K times; output = z_y
 * </pre>
 *
 * <p>Input [batch, nIn], output [batch, nOut]. On a linear map it computes what {@link
 * org.iterativemaps.layers.IterativeMapLayer} computes, with the same parameters in the same order,
 * and is slower; use it for what that layer cannot do.
 *
 * <pre>{@code
 * new SameDiffIterativeMapLayer.Builder().map(SDBlockMap.builder()….build()).steps(4).build()
 * }</pre>
 *
 * <p>It does not extend DL4J's {@code SameDiffLayer}, which back-propagates wrongly in 1.0.0-M2.1.
 * Dropout, L1, L2, weight decay, weight noise, updaters and elementwise constraints work as in
 * DL4J's layers; blocks of Java code are refused, because no configuration can hold them.
 */
public final class SameDiffIterativeMapLayer extends FeedForwardLayer implements SDMapConf {
  private static final long serialVersionUID = 1L;

  private SDMapSettings settings;

  /** For deserialisation. */
  public SameDiffIterativeMapLayer() {}

  /**
   * From a builder.
   *
   * @throws IllegalArgumentException if there is no map, K is below 1, a block is Java code, or nIn
   *     or nOut is not the map's
   */
  private SameDiffIterativeMapLayer(Builder builder) {
    super(builder);
    setSettings(builder.draft.settings(builder.getNIn(), builder.getNOut()));
    initializeConstraints(builder);
    LayerChecks.constraints(this);
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

  /**
   * As DL4J's dense layers: a sequence becomes rows.
   *
   * @throws IllegalStateException for a sequence where the map has an attention block: DL4J's rows
   *     are the first tokens of all examples, then the second ones, and attention would mix
   *     examples
   */
  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    if (inputType instanceof InputType.InputTypeRecurrent
        && settings.map().connections().stream()
            .anyMatch(c -> c.block() instanceof SDBlocks.Attention)) {
      throw new IllegalStateException(
          "layer '"
              + getLayerName()
              + "': an attention block wants the tokens of an example one after the other, found "
              + inputType
              + ", whose tokens DL4J orders by time first; give [batch * time, size] as feed-forward"
              + " input");
    }
    return super.getPreProcessorForInputType(inputType);
  }

  @Override
  public IWeightInit weightInit(SDParameter parameter) {
    return getWeightInitFn();
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
    SameDiffMap layer = new SameDiffMap(conf, networkDataType);
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
    return other instanceof SameDiffIterativeMapLayer;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SameDiffIterativeMapLayer that
        && super.equals(that)
        && Objects.equals(settings, that.settings);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + Objects.hashCode(settings);
  }

  @Override
  public String toString() {
    return "SameDiffIterativeMapLayer(" + super.toString() + ", " + settings + ")";
  }

  /** Builder with DL4J's layer options and those of {@link SDMapOptions}. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends FeedForwardLayer.Builder<Builder>
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
    public SameDiffIterativeMapLayer build() {
      return new SameDiffIterativeMapLayer(this);
    }
  }
}
