package org.iterativemaps.examples.golden;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.samediff.SDIterative;
import org.iterativemaps.samediff.SDMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/** A block map as SameDiff operations: a graph for every call, differentiated by SameDiff. */
final class GraphNetwork implements SequenceNetwork {
  private final GoldenModel model;
  private final RealizedMap map;
  private final int steps;
  private final Map<String, INDArray> parameters = new LinkedHashMap<>(); // by key

  GraphNetwork(GoldenModel model, BlockMap map, int steps) {
    this.model = model;
    this.map = map.realize();
    this.steps = steps;
    for (Parameter parameter : this.map.parameters()) {
      double[] values =
          parameter.isBias()
              ? model.states().stream()
                  .filter(s -> Parameter.biasKey(s.name()).equals(parameter.key()))
                  .findFirst()
                  .orElseThrow()
                  .bias()
                  .toDoubleVector()
              : GoldenMaps.entries(
                  model.blocks().get(key(this.map.blocks().get(parameter.block()))).weight(),
                  parameter.mask());
      parameters.put(parameter.key(), Nd4j.createFromArray(values));
    }
  }

  private static String key(RealizedBlock block) {
    return GoldenModel.key(block.block().to(), block.block().from());
  }

  /** A graph over a sequence, its placeholders filled. */
  private final class Run {
    final SameDiff graph = SameDiff.create();
    final Map<String, INDArray> data = new LinkedHashMap<>();
    final List<SDVariable> outputs = new ArrayList<>();
    Map<String, SDVariable> state = new LinkedHashMap<>();

    Run(INDArray input, Map<String, INDArray> initial) {
      SDIterative iterative = new SDIterative(graph);
      SDMap looped = iterative.blockMap("map", map.map(), DataType.DOUBLE);
      parameters.forEach((key, values) -> looped.variable(key).getArr().assign(values));
      for (String slot : map.map().stateSlots()) {
        int size = map.map().slot(slot).size();
        INDArray zeros = Nd4j.zeros(DataType.DOUBLE, input.size(0), size);
        state.put(slot, placeholder("start/" + slot, initial.getOrDefault(slot, zeros)));
      }
      for (int t = 0; t < input.size(1); t++) {
        state.put(map.map().input().name(), placeholder("token/" + t, token(input, t)));
        state = iterative.iterate("time/" + t, looped, state, steps);
        outputs.add(state.get(map.map().output().name()));
      }
    }

    private SDVariable placeholder(String name, INDArray value) {
      data.put(name, value.dup('c'));
      return graph.placeHolder(name, DataType.DOUBLE, -1, value.size(1));
    }

    /** Gradients of sum(output * epsilon), by name of variable or placeholder. */
    Map<String, INDArray> gradients(INDArray epsilon) {
      List<String> wanted = new ArrayList<>(data.keySet());
      parameters.keySet().forEach(key -> wanted.add("map/" + key));
      SDVariable loss = null;
      for (int t = 0; t < outputs.size(); t++) {
        SDVariable weighted =
            outputs.get(t).mul(placeholder("epsilon/" + t, token(epsilon, t))).sum();
        loss = loss == null ? weighted : loss.add(weighted);
      }
      graph.setLossVariables(graph.identity("loss", loss).name());
      graph.createGradFunction(wanted.toArray(String[]::new));
      return graph.calculateGradients(data, wanted);
    }
  }

  private static INDArray token(INDArray sequence, int t) {
    return sequence.get(NDArrayIndex.all(), NDArrayIndex.point(t), NDArrayIndex.all());
  }

  @Override
  public INDArray output(INDArray input) {
    return output(input, Map.of());
  }

  @Override
  public INDArray output(INDArray input, Map<String, INDArray> initialState) {
    Run run = new Run(input, initialState);
    String[] names = run.outputs.stream().map(SDVariable::name).toArray(String[]::new);
    Map<String, INDArray> found = run.graph.output(run.data, names);
    INDArray[] outputs = new INDArray[names.length];
    for (int t = 0; t < names.length; t++) {
      outputs[t] = found.get(names[t]);
    }
    return Nd4j.stack(1, outputs);
  }

  @Override
  public Map<String, INDArray> lastState(INDArray input, Map<String, INDArray> initialState) {
    Run run = new Run(input, initialState);
    Map<String, INDArray> last = new LinkedHashMap<>();
    for (String slot : map.map().stateSlots()) {
      String name = run.state.get(slot).name();
      last.put(slot, run.graph.output(run.data, name).get(name).dup());
    }
    return last;
  }

  @Override
  public Gradients gradients(INDArray input, INDArray outputGradient) {
    return gradients(input, Map.of(), outputGradient);
  }

  @Override
  public Gradients gradients(
      INDArray input, Map<String, INDArray> initialState, INDArray outputGradient) {
    Run run = new Run(input, initialState);
    Map<String, INDArray> found = run.gradients(outputGradient);
    run.data.forEach((name, value) -> found.putIfAbsent(name, Nd4j.zerosLike(value)));
    INDArray[] tokens = new INDArray[(int) input.size(1)];
    for (int t = 0; t < tokens.length; t++) {
      tokens[t] = found.get("token/" + t);
    }
    Map<String, INDArray> ofState = new LinkedHashMap<>();
    map.map().stateSlots().forEach(slot -> ofState.put(slot, found.get("start/" + slot)));
    Map<String, INDArray> byKey = new LinkedHashMap<>();
    parameters.forEach(
        (key, values) -> byKey.put(key, found.getOrDefault("map/" + key, Nd4j.zerosLike(values))));
    return new Gradients(Nd4j.stack(1, tokens), matrices(byKey, false), vectors(byKey), ofState);
  }

  @Override
  public Map<String, INDArray> weights() {
    return matrices(parameters, true);
  }

  @Override
  public Map<String, INDArray> biases() {
    return vectors(parameters);
  }

  private Map<String, INDArray> matrices(Map<String, INDArray> byKey, boolean withFixed) {
    Map<String, INDArray> matrices = new LinkedHashMap<>();
    model
        .blocks()
        .forEach(
            (key, block) -> matrices.put(key, Nd4j.zeros(DataType.DOUBLE, block.mask().shape())));
    for (RealizedBlock block : map.blocks()) {
      if (block.block().isTrainable()) {
        String key = map.parameters().get(block.parameter()).key();
        double[] entries = byKey.get(key).toDoubleVector();
        GoldenMaps.putEntries(entries, block.mask(), matrices.get(key(block)));
      } else if (withFixed && block.block().isFixed()) {
        GoldenMaps.putEntries(block.fixedValues(), block.mask(), matrices.get(key(block)));
      }
    }
    return matrices;
  }

  private Map<String, INDArray> vectors(Map<String, INDArray> byKey) {
    Map<String, INDArray> vectors = new LinkedHashMap<>();
    model.states().stream()
        .filter(state -> state.bias() != null)
        .forEach(s -> vectors.put(s.name(), byKey.get(Parameter.biasKey(s.name()))));
    return vectors;
  }

  /** The same network on single inputs, trained by ND4J's updaters, one for each variable. */
  TrainableNetwork trained(IUpdater updater, IUpdater biasUpdater) {
    return new Training(updater, biasUpdater);
  }

  private final class Training implements TrainableNetwork {
    private final OneToken network = new OneToken(GraphNetwork.this);
    private final List<IUpdater> updaters;
    private final Map<String, GradientUpdater<?>> byKey = new LinkedHashMap<>();
    private int updates;

    Training(IUpdater updater, IUpdater biasUpdater) {
      this.updaters = List.of(updater, biasUpdater);
      for (Parameter parameter : map.parameters()) {
        IUpdater own = parameter.isBias() ? biasUpdater : updater;
        long state = own.stateSize(parameter.length());
        INDArray view = state == 0 ? null : Nd4j.zeros(DataType.DOUBLE, 1, state);
        byKey.put(parameter.key(), own.instantiate(view, true));
      }
    }

    @Override
    public INDArray output(INDArray input) {
      return network.output(input);
    }

    @Override
    public Gradients gradients(INDArray input, INDArray outputGradient) {
      return network.gradients(input, outputGradient);
    }

    @Override
    public Map<String, INDArray> weights() {
      return network.weights();
    }

    @Override
    public Map<String, INDArray> biases() {
      return network.biases();
    }

    @Override
    public double loss(INDArray input, INDArray target) {
      INDArray error = output(input).sub(target);
      return error.mul(error).meanNumber().doubleValue();
    }

    @Override
    public Gradients lossGradients(INDArray input, INDArray target) {
      INDArray error = output(input).sub(target);
      return gradients(input, error.mul(2.0 / error.length()));
    }

    @Override
    public double fit(INDArray input, INDArray target) {
      final double before = loss(input, target);
      INDArray error = output(input).sub(target).muli(2.0 / target.length());
      Map<String, INDArray> gradients =
          new Run(OneToken.expand(input), Map.of()).gradients(OneToken.expand(error));
      byKey.forEach(
          (key, updater) -> {
            INDArray values = parameters.get(key);
            INDArray gradient =
                gradients.getOrDefault("map/" + key, Nd4j.zerosLike(values)).reshape(1, -1);
            updater.applyUpdater(gradient, updates, 0);
            values.subi(gradient.reshape(values.shape()));
          });
      updates++;
      return before;
    }

    @Override
    public List<IUpdater> updaters() {
      return updaters;
    }
  }
}
