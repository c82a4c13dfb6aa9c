package org.iterativemaps.layers;

import java.util.Collection;
import java.util.List;
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
import org.iterativemaps.iterate.Liveness;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.layers.impl.IterativeMapFeedForward;
import org.iterativemaps.map.AttentionBlock;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.plan.MapPlan;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A weight-tied iterative map on single inputs: K steps of one sparse block map from a state of
 * zeros.
 *
 * <pre>    z_i  &lt;-  A_i( sum_j M_ij z_j + b_i )      K times; output = z_y</pre>
 *
 * <p>Input [batch, nIn], output [batch, nOut], nOut being the size of the map's output slot. In the
 * short form, with one hidden slot, h &lt;- A(W x + U h + b) is applied K times:
 *
 * <pre>{@code
 * new IterativeMapLayer.Builder().nOut(256).steps(4).density(0.1).activation(Activation.TANH).build()
 * }</pre>
 *
 * <p>Parameters are the weights that exist and the biases: {@link IterativeMapParamInitializer}
 * says in which order. The papers' initial weights are {@code weightInit(new NormalDistribution(0,
 * 0.05))}.
 *
 * <p>Dropout, L1, L2, weight decay, weight noise and updaters work as in DL4J's layers, weight by
 * weight. Constraints that take norms of rows or columns are refused. FLOAT and DOUBLE networks.
 *
 * <p>Source: Hershey, Paffenroth, Pathak, Tavener, arXiv:2404.00880 (2024).
 */
public final class IterativeMapLayer extends FeedForwardLayer implements IterativeMapConf {
  private static final long serialVersionUID = 1L;

  private MapSettings settings;
  private transient MapPlan undecided; // masks that the whole network's initialiser may decide

  /** For deserialisation. */
  public IterativeMapLayer() {}

  /**
   * From a builder.
   *
   * @throws IllegalArgumentException if its options contradict each other, the map is wrong, its
   *     output cannot be reached in K steps, or it has nothing to settle at
   */
  private IterativeMapLayer(Builder builder) {
    super(builder);
    setSettings(
        builder.draft.settings(builder.getNIn(), builder.getNOut(), builder.getWeightInitFn()));
    undecided = builder.draft.undecided(settings);
    Schedule.singleToken(settings.map(), settings.iteration());
    initializeConstraints(builder);
    LayerChecks.constraints(this);
    MapLiveness.atBuild(this);
  }

  @Override
  public MapSettings getSettings() {
    return LayerChecks.found(settings, this);
  }

  /** Replaces the settings, whose masks are decided by that; nIn and nOut follow. */
  public void setSettings(MapSettings settings) {
    undecided = settings == this.settings ? undecided : null;
    this.settings = settings;
    this.nIn = settings.map().input().size();
    this.nOut = settings.outputSize();
  }

  @Override
  public void setNIn(long nIn) {
    super.setNIn(nIn);
    if (settings != null) { // null while JSON is read
      setSettings(LayerChecks.planning(this, () -> settings.withInputSize(nIn)));
    }
  }

  @Override
  public void setNOut(long nOut) {
    super.setNOut(nOut);
    if (settings != null) {
      setSettings(LayerChecks.planning(this, () -> settings.withOutputSize(nOut)));
    }
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    super.setNIn(inputType, override);
    setNIn(nIn);
  }

  /**
   * DL4J's own.
   *
   * @throws IllegalStateException if sequences come and the map, or one nested in it, has
   *     attention, to which DL4J would give the tokens of all examples mixed
   */
  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    List<AttentionBlock> attention = AttentionBlock.of(settings.map());
    if (inputType instanceof InputType.InputTypeRecurrent && !attention.isEmpty()) {
      throw new IllegalStateException(
          "layer '"
              + getLayerName()
              + "': attention block "
              + attention.get(0).name()
              + " wants the tokens of an example one after the other, found "
              + inputType
              + ", whose tokens DL4J orders by time first; give [batch * time, size] as feed-forward"
              + " input");
    }
    return super.getPreProcessorForInputType(inputType);
  }

  @Override
  public void setWeightInitFn(IWeightInit init) {
    super.setWeightInitFn(init);
    if (undecided != null && init instanceof HiddenProportionInit whole) {
      setSettings(
          LayerChecks.planning(this, () -> settings.planned(whole.complete(undecided), nIn)));
    }
  }

  @Override
  public MapProgram program(MapSettings settings) {
    return MapProgram.singleToken(settings.realized(), settings.iteration(), getActivationFn());
  }

  @Override
  public Liveness liveness(MapSettings settings) {
    return Liveness.singleToken(
        settings.map(), settings.steps(), MapLiveness.keepsZero(getActivationFn()));
  }

  @Override
  public IWeightInit weightInit(Parameter weights) {
    return settings.weightInit(weights, getWeightInitFn());
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
    return Instantiation.join(
        new IterativeMapFeedForward(conf, networkDataType),
        conf,
        trainingListeners,
        layerIndex,
        layerParamsView,
        initializeParams);
  }

  @Override
  public ParamInitializer initializer() {
    return IterativeMapParamInitializer.getInstance();
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return MapMemory.report(
        getLayerName(),
        IterativeMapLayer.class,
        this::getUpdaterByParam,
        program(),
        inputType,
        getOutputType(-1, inputType),
        getIDropout() != null);
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof IterativeMapLayer;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IterativeMapLayer that
        && super.equals(that)
        && Objects.equals(settings, that.settings);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + Objects.hashCode(settings);
  }

  @Override
  public String toString() {
    return "IterativeMapLayer(" + super.toString() + ", " + settings + ")";
  }

  /** Builder with DL4J's layer options and those of {@link MapOptions}. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends FeedForwardLayer.Builder<Builder>
      implements MapOptions<Builder> {
    private final MapDraft draft = new MapDraft();

    /** An empty builder. */
    public Builder() {}

    @Override
    public MapDraft draft() {
      return draft;
    }

    @Override
    public Builder self() {
      return this;
    }

    @Override
    public IterativeMapLayer build() {
      return new IterativeMapLayer(this);
    }
  }
}
