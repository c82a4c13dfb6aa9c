package org.iterativemaps.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.Liveness;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Start;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.layers.impl.IterativeMapInGraph;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Slot;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonIgnore;

/**
 * A map as a vertex of a {@code ComputationGraph}, whose state may start from what other vertices
 * compute: input 0 is the token [batch, nIn] or the sequence [batch, nIn, time], inputs 1, 2, … are
 * the first values of the named state slots, [batch, size] each.
 *
 * <pre>{@code
 * graph.addVertex("decoder", new IterativeMapVertex(map, 1, "h"), "tokens", "encoding");
 * }</pre>
 *
 * <p>In {@code rnnTimeStep} and truncated BPTT the state is carried from call to call as DL4J's
 * recurrent layers carry theirs, and {@code rnnGetPreviousState(name)} and {@code
 * rnnClearPreviousState()} know it; inputs 1, 2, … count until there is a stored state.
 *
 * <p>The map's input size is given, and every slot names its activation. It is run by the library's
 * kernels, as the layers are; of DL4J's {@code SameDiffVertex} it has the place in a configuration
 * alone. Its map is changed in place, and its K after training, as those of the layers are; slots
 * that start from an input keep their sizes then. FLOAT and DOUBLE networks. What DL4J gives layers
 * alone, dropout, weight noise and constraints, it has not.
 */
public final class IterativeMapVertex extends SameDiffVertex implements IterativeMapConf {
  private static final long serialVersionUID = 1L;

  private MapSettings settings;

  // Always of List.of: serialisable, though the declared type does not say so.
  @SuppressWarnings("serial")
  private List<String> starts = List.of();

  private IWeightInit weightInit;

  /** For deserialisation. */
  public IterativeMapVertex() {}

  /**
   * A vertex.
   *
   * @param map its input size known
   * @param steps K per token, at least 1
   * @param starts state slots whose first values are inputs 1, 2, …
   * @throws IllegalArgumentException if the map is open or has Java code, an activation is missing
   *     or cannot be used, or a start is no state slot
   */
  public IterativeMapVertex(BlockMap map, int steps, String... starts) {
    this(map, Iteration.steps(steps), starts);
  }

  /**
   * A vertex.
   *
   * @param map its input size known
   * @param iteration how often it is applied to a token
   * @param starts state slots whose first values are inputs 1, 2, …
   * @throws IllegalArgumentException if the map is open or has Java code, an activation is missing
   *     or cannot be used, a start is no state slot, or the map has nothing to settle at
   */
  public IterativeMapVertex(BlockMap map, Iteration iteration, String... starts) {
    this.settings = new MapSettings(map, iteration, Map.of());
    this.starts = List.of(starts);
    if (map.isOpen()) {
      throw new IllegalArgumentException(
          "vertex: the size of input slot '"
              + map.input().name()
              + "' is open; give it with input(name, size)");
    }
    for (String start : starts) {
      if (!map.stateSlots().contains(start)) {
        throw new IllegalArgumentException(
            "vertex: found start of slot '" + start + "', expected some of " + map.stateSlots());
      }
    }
    if (iteration instanceof UntilSettled until
        && !(until.start() instanceof Start.Carried)
        && starts.length > 0) {
      throw new IllegalArgumentException(
          "vertex: found starts "
              + this.starts
              + " beside "
              + until.start()
              + ", which does not look at them; use startingAt(Start.carried()), or leave them out");
    }
    for (Slot slot : map.slots()) {
      if (!slot.isInput() && slot.activation() == null) {
        throw new IllegalArgumentException(
            "vertex: slot '"
                + slot.name()
                + "' has no activation, and a vertex none for all of its slots; name one in the map");
      }
    }
    program();
  }

  /** The map and its steps. */
  @Override
  public MapSettings getSettings() {
    return LayerChecks.found(settings, "a vertex is made by its constructor", where());
  }

  private String where() {
    return "vertex \"" + (getName() == null ? "" : getName()) + "\"";
  }

  /** For deserialisation. */
  public void setSettings(MapSettings settings) {
    this.settings = settings;
  }

  /** State slots whose first values are inputs 1, 2, … */
  public List<String> getStarts() {
    return starts;
  }

  /** For deserialisation. */
  public void setStarts(List<String> starts) {
    this.starts = List.copyOf(starts);
  }

  /** The initialiser of weights; null until the graph's is known. */
  public IWeightInit getWeightInit() {
    return weightInit;
  }

  /** Sets an initialiser other than the graph's. */
  public void setWeightInit(IWeightInit weightInit) {
    this.weightInit = weightInit;
  }

  @Override
  public void applyGlobalConfigToLayer(NeuralNetConfiguration.Builder global) {
    if (weightInit == null) {
      weightInit = global.getWeightInitFn();
    }
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    List<String> inputs = new ArrayList<>(List.of(getSettings().map().input().name()));
    inputs.addAll(starts);
    params.defineInputs(inputs.toArray(String[]::new));
    for (Parameter parameter : settings.realized().parameters()) {
      if (parameter.countsAsWeight()) {
        params.addWeightParam(parameter.key(), parameter.length());
      } else {
        params.addBiasParam(parameter.key(), parameter.length());
      }
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    // DL4J does not tell a vertex the seed of its graph.
    IterativeMapParamInitializer.init(settings, params, this::weightInit, getBiasInit(), 0);
  }

  @Override
  public IWeightInit weightInit(Parameter weights) {
    return settings.weightInit(weights, weightInit == null ? new WeightInitXavier() : weightInit);
  }

  /** Zero: single slots may have others in the settings. */
  @Override
  @JsonIgnore
  public double getBiasInit() {
    return 0;
  }

  @Override
  public MapProgram program(MapSettings settings) {
    return MapProgram.sequence(settings.realized(), settings.iteration(), null);
  }

  @Override
  public Liveness liveness(MapSettings settings) {
    return Liveness.sequence(settings.map(), settings.steps(), MapLiveness.keepsZero(null));
  }

  /** Never called: {@link #instantiate} makes a vertex of its own. */
  @Override
  public SDVariable defineVertex(
      SameDiff graph,
      Map<String, SDVariable> inputs,
      Map<String, SDVariable> parameters,
      Map<String, SDVariable> masks) {
    throw new UnsupportedOperationException("run by IterativeMapInGraph");
  }

  /** The parts of a flat vector of parameters or gradients, by key. */
  public Map<String, INDArray> views(INDArray flat) {
    return IterativeMapParamInitializer.views(settings, flat);
  }

  @Override
  public GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType type) {
    setName(name);
    LayerChecks.dataType(type, where());
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    if (paramsView != null) {
      parameters = views(paramsView);
      if (initializeParams) {
        initializeParameters(parameters);
      }
    }
    return new IterativeMapInGraph(this, graph, name, index, paramsView, parameters, type);
  }

  @Override
  public int minVertexInputs() {
    return 1 + starts.size();
  }

  @Override
  public int maxVertexInputs() {
    return 1 + starts.size();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... inputs)
      throws InvalidInputTypeException {
    long nOut = settings.map().output().size();
    if (inputs.length != minVertexInputs()) {
      throw new InvalidInputTypeException(
          "vertex '"
              + getName()
              + "': found "
              + inputs.length
              + " inputs, expected the token and "
              + starts);
    }
    if (inputs[0] instanceof InputType.InputTypeRecurrent sequence) {
      return InputType.recurrent(nOut, sequence.getTimeSeriesLength());
    }
    return InputType.feedForward(nOut);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int minibatchSize) {
    return masks == null ? null : new Pair<>(masks[0], state);
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputTypes) {
    return MapMemory.report(
        getName(),
        getClass(),
        this::getUpdaterByParam,
        program(),
        inputTypes[0],
        getOutputType(-1, inputTypes),
        false);
  }

  @Override
  public IterativeMapVertex clone() {
    IterativeMapVertex copy = new IterativeMapVertex();
    copy.settings = settings;
    copy.starts = starts;
    copy.weightInit = weightInit;
    copy.setName(getName());
    copy.setRegularization(getRegularization());
    copy.setRegularizationBias(getRegularizationBias());
    copy.setUpdater(getUpdater() == null ? null : getUpdater().clone());
    copy.setBiasUpdater(getBiasUpdater() == null ? null : getBiasUpdater().clone());
    copy.setGradientNormalization(getGradientNormalization());
    copy.setGradientNormalizationThreshold(getGradientNormalizationThreshold());
    copy.setDataType(getDataType());
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IterativeMapVertex that
        && Objects.equals(settings, that.settings)
        && starts.equals(that.starts)
        && Objects.equals(weightInit, that.weightInit)
        && Objects.equals(getUpdater(), that.getUpdater())
        && Objects.equals(getBiasUpdater(), that.getBiasUpdater())
        && Objects.equals(getRegularization(), that.getRegularization())
        && Objects.equals(getRegularizationBias(), that.getRegularizationBias());
  }

  @Override
  public int hashCode() {
    return Objects.hash(settings, starts);
  }

  @Override
  public String toString() {
    return "IterativeMapVertex(" + settings + ", starts=" + starts + ")";
  }
}
