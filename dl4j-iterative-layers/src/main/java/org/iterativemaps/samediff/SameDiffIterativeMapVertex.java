package org.iterativemaps.samediff;

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
import org.iterativemaps.layers.UnchangeableMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A map as a vertex of a {@code ComputationGraph}, whose state may start from what other vertices
 * compute: input 0 is the token [batch, nIn] or the sequence [batch, nIn, time], inputs 1, 2, … are
 * the first values of the named state slots, [batch, size] each.
 *
 * <pre>{@code
 * graph.addVertex("decoder", new SameDiffIterativeMapVertex(map, 1, "h"), "tokens", "encoding");
 * }</pre>
 *
 * <p>In {@code rnnTimeStep} and truncated BPTT the state is carried from call to call as DL4J's
 * recurrent layers carry theirs, and {@code rnnGetPreviousState(name)} and {@code
 * rnnClearPreviousState()} know it; inputs 1, 2, … count until there is a stored state.
 *
 * <p>The map's input size is given; its blocks are typed ones. Back-propagation is this library's,
 * not that of DL4J's {@code SameDiffVertex}.
 */
public final class SameDiffIterativeMapVertex extends SameDiffVertex implements UnchangeableMap {
  private static final long serialVersionUID = 1L;

  private SDMapSettings settings;

  // Always of List.of: serialisable, though the declared type does not say so.
  @SuppressWarnings("serial")
  private List<String> starts = List.of();

  private IWeightInit weightInit;

  /** For deserialisation. */
  public SameDiffIterativeMapVertex() {}

  /**
   * A vertex.
   *
   * @param map its input size known
   * @param steps K per token, at least 1
   * @param starts state slots whose first values are inputs 1, 2, …
   * @throws IllegalArgumentException if the map is open or has Java code, or a slot is no state
   *     slot
   */
  public SameDiffIterativeMapVertex(SDBlockMap map, int steps, String... starts) {
    this.settings = new SDMapSettings(map, steps);
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
  }

  /** The map and its steps. */
  public SDMapSettings getSettings() {
    return settings;
  }

  /** For deserialisation. */
  public void setSettings(SDMapSettings settings) {
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
    List<String> inputs = new ArrayList<>(List.of(settings.map().input().name()));
    inputs.addAll(starts);
    params.defineInputs(inputs.toArray(String[]::new));
    for (SDParameter parameter : settings.parameters()) {
      if (parameter.countsAsWeight()) {
        params.addWeightParam(parameter.key(), parameter.length());
      } else {
        params.addBiasParam(parameter.key(), parameter.length());
      }
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    IWeightInit init = weightInit == null ? new WeightInitXavier() : weightInit;
    for (SDParameter parameter : settings.parameters()) {
      // DL4J does not tell a vertex the seed of its graph.
      settings.init(parameter, init, 0, params.get(parameter.key()), 0);
    }
  }

  /** Never called: {@link #instantiate} makes a vertex of its own. */
  @Override
  public SDVariable defineVertex(
      SameDiff graph,
      Map<String, SDVariable> inputs,
      Map<String, SDVariable> parameters,
      Map<String, SDVariable> masks) {
    throw new UnsupportedOperationException("run by SameDiffMapVertex");
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
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    if (paramsView != null) {
      parameters = SDMapParamInitializer.views(settings, paramsView);
      if (initializeParams) {
        initializeParameters(parameters);
      }
    }
    return new SameDiffMapVertex(this, graph, name, index, paramsView, parameters, type);
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
    return SDMapMemory.report(
        getName(), getClass(), this, settings, inputTypes[0], getOutputType(-1, inputTypes));
  }

  @Override
  public SameDiffIterativeMapVertex clone() {
    SameDiffIterativeMapVertex copy = new SameDiffIterativeMapVertex();
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
    return other instanceof SameDiffIterativeMapVertex that
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
    return "SameDiffIterativeMapVertex(" + settings + ", starts=" + starts + ")";
  }
}
