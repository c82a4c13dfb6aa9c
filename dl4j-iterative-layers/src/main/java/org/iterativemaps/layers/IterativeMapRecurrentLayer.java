package org.iterativemaps.layers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.iterate.Liveness;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.layers.impl.IterativeMapRecurrent;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.plan.MapPlan;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonInclude;

/**
 * A weight-tied iterative map on sequences: K steps of one sparse block map for every token, the
 * state carried from token to token.
 *
 * <pre>    z_{t+1} = (A ∘ b ∘ M)^K ∘ Inject(x_{t+1}) ∘ z_t</pre>
 *
 * <p>Input [batch, nIn, time], output [batch, nOut, time] in {@link RNNFormat#NCW}; [batch, time,
 * size] in {@link RNNFormat#NWC}. With K = 1 and one dense hidden slot this is DL4J's {@code
 * SimpleRnn}:
 *
 * <pre>{@code
 * new IterativeMapRecurrentLayer.Builder().nOut(200).density(0.1).activation(Activation.TANH).build()
 * }</pre>
 *
 * <p>The state starts at zero, or at what {@code rnnSetPreviousState} was given, by slot name or by
 * the key that {@link Builder#stateKey} gives the slot. At a masked time step output and state are
 * zero, as in {@code SimpleRnn}; DL4J's LSTM computes masked steps like any other, except in {@code
 * LastTimeStep}. {@code weightInitRecurrent} and {@code constrainRecurrent} mean the blocks that do
 * not read the input, {@code constrainInputWeights} those that do. All else as in {@link
 * IterativeMapLayer}.
 *
 * <p>Source: Hershey, Paffenroth, Pathak, Tavener, arXiv:2404.00880 (2024).
 */
public final class IterativeMapRecurrentLayer extends BaseRecurrentLayer
    implements IterativeMapConf {
  private static final long serialVersionUID = 1L;

  private MapSettings settings;
  private TreeMap<String, String> stateKeys = new TreeMap<>(); // by slot; replaced, never changed
  private transient MapPlan undecided; // masks that the whole network's initialiser may decide

  /** For deserialisation. */
  public IterativeMapRecurrentLayer() {}

  /**
   * From a builder.
   *
   * @throws IllegalArgumentException if its options contradict each other, the map is wrong, or it
   *     has nothing to settle at
   */
  private IterativeMapRecurrentLayer(Builder builder) {
    super(builder);
    setSettings(
        builder.draft.settings(builder.getNIn(), builder.getNOut(), builder.getWeightInitFn()));
    undecided = builder.draft.undecided(settings);
    Schedule.sequence(settings.map(), settings.iteration());
    setStateKeys(builder.stateKeys);
    LayerChecks.stateKeys(this);
    initializeConstraints(builder);
    addConstraints(builder.getInputWeightConstraints(), true);
    addConstraints(builder.getRecurrentConstraints(), false);
    LayerChecks.constraints(this);
    MapLiveness.atBuild(this);
  }

  private void addConstraints(List<LayerConstraint> added, boolean fromInput) {
    if (added == null) {
      return;
    }
    List<String> keys =
        settings.map().blocks().stream()
            .filter(block -> readsInput(block) == fromInput)
            .flatMap(block -> block.function().parameterNames(settings.map().site(block)).stream())
            .filter(name -> name.role() == Parameter.Role.WEIGHT)
            .map(Parameter.Name::key)
            .toList();
    List<LayerConstraint> all =
        getConstraints() == null ? new ArrayList<>() : new ArrayList<>(getConstraints());
    for (LayerConstraint constraint : added) {
      LayerConstraint copy = constraint.clone();
      copy.setParams(new HashSet<>(keys));
      all.add(copy);
    }
    setConstraints(all);
  }

  @Override
  public MapSettings getSettings() {
    return LayerChecks.found(settings, this);
  }

  /**
   * Replaces the settings, whose masks are decided by that; nIn and nOut follow, and keys of states
   * that the new map has not go.
   */
  public void setSettings(MapSettings settings) {
    undecided = settings == this.settings ? undecided : null;
    this.settings = settings;
    this.nIn = settings.map().input().size();
    this.nOut = settings.outputSize();
    TreeMap<String, String> kept = new TreeMap<>(stateKeys); // another map may lack the slots
    kept.keySet().retainAll(settings.map().stateSlots());
    this.stateKeys = kept;
  }

  /** By slot, the keys of stored states that are not the slots' names. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public Map<String, String> getStateKeys() {
    return Collections.unmodifiableMap(stateKeys);
  }

  /** Replaces the keys; see {@link Builder#stateKey}. */
  public void setStateKeys(Map<String, String> stateKeys) {
    this.stateKeys = new TreeMap<>(stateKeys);
  }

  @Override
  public String stateKey(String slot) {
    return stateKeys.getOrDefault(slot, slot);
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
    return MapProgram.sequence(settings.realized(), settings.iteration(), getActivationFn());
  }

  @Override
  public Liveness liveness(MapSettings settings) {
    return Liveness.sequence(
        settings.map(), settings.steps(), MapLiveness.keepsZero(getActivationFn()));
  }

  @Override
  public IWeightInit weightInit(Parameter weights) {
    Block block = settings.map().blocks().get(weights.block());
    boolean isRecurrent = !readsInput(block);
    return settings.weightInit(
        weights,
        isRecurrent && getWeightInitFnRecurrent() != null
            ? getWeightInitFnRecurrent()
            : getWeightInitFn());
  }

  private boolean readsInput(Block block) {
    return block.sources().contains(settings.map().input().name());
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
    LayerChecks.stateKeys(this);
    return Instantiation.join(
        new IterativeMapRecurrent(conf, networkDataType),
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
        IterativeMapRecurrentLayer.class,
        this::getUpdaterByParam,
        program(),
        inputType,
        getOutputType(-1, inputType),
        getIDropout() != null);
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof IterativeMapRecurrentLayer;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IterativeMapRecurrentLayer that
        && super.equals(that)
        && Objects.equals(settings, that.settings)
        && stateKeys.equals(that.stateKeys);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + Objects.hashCode(settings);
  }

  @Override
  public String toString() {
    return "IterativeMapRecurrentLayer(" + super.toString() + ", " + settings + ")";
  }

  /** Builder with DL4J's recurrent layer options and those of {@link MapOptions}. */
  @SuppressWarnings("unchecked") // DL4J declares <E extends Layer> E build()
  public static class Builder extends BaseRecurrentLayer.Builder<Builder>
      implements MapOptions<Builder> {
    private final MapDraft draft = new MapDraft();
    private final Map<String, String> stateKeys = new TreeMap<>();

    /** An empty builder. */
    public Builder() {}

    /**
     * The key of a slot's state in {@code rnnGetPreviousState} and its like, instead of the slot's
     * name. A map that was DL4J's LSTM or SimpleRnn has theirs, so that code around it goes on.
     *
     * @param slot a state slot of the map
     * @param key that no other slot has
     */
    public Builder stateKey(String slot, String key) {
      stateKeys.put(slot, key);
      return this;
    }

    @Override
    public MapDraft draft() {
      return draft;
    }

    @Override
    public Builder self() {
      return this;
    }

    @Override
    public IterativeMapRecurrentLayer build() {
      return new IterativeMapRecurrentLayer(this);
    }
  }
}
