package org.iterativemaps.samediff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.gradient.Gradient;
import org.iterativemaps.kernel.DenseBlock;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Runs a map over a batch of sequences in a SameDiff graph, forward and backward: what the layers
 * and the vertex share.
 *
 * <p>Backward differentiates sum(output * epsilon) with epsilon, the gradient of the output, as a
 * placeholder; the forward pass is part of it and so is run twice in training. Parameters are
 * placeholders, too. Sparse weights are spread into matrices on the heap, once per call, and their
 * gradients gathered there: SameDiff's own operations take half a microsecond per weight. A graph
 * is built for every length of sequences and kept; the arrays of its last call only until {@link
 * #rest}.
 *
 * <p>Not thread-safe; arguments are not checked here.
 */
final class GraphRun {
  private static final int MOST_GRAPHS = 8;

  private final SDMapSettings settings;
  private final IActivation otherActivation;
  private final DataType dataType;
  private final Map<String, DenseBlock> spread = new HashMap<>();
  private final Map<Shape, Unrolled> graphs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Shape, Unrolled> eldest) {
          return size() > MOST_GRAPHS;
        }
      };

  /**
   * What is run.
   *
   * @param parameters compact, by key
   * @param input [batch, nIn, time]
   * @param mask [batch, time] of 0 and 1, or null
   * @param initial state before the first token by slot, or null for zeros that nothing is known of
   */
  record Call(
      Map<String, INDArray> parameters,
      INDArray input,
      INDArray mask,
      Map<String, INDArray> initial) {}

  /**
   * What comes out.
   *
   * @param output [batch, nOut, time]
   * @param lastState by slot
   */
  record Result(INDArray output, Map<String, INDArray> lastState) {}

  /**
   * Gradients of sum(output * epsilon).
   *
   * @param parameters compact, by key
   * @param input [batch, nIn, time]
   * @param initial by slot, empty if the call had no initial state
   */
  record Gradients(
      Map<String, INDArray> parameters, INDArray input, Map<String, INDArray> initial) {

    /** Copies the parameters' gradients into DL4J's views of them. */
    Gradient into(Map<String, INDArray> views, Gradient gradient) {
      views.forEach((key, view) -> gradient.setGradientFor(key, view.assign(parameters.get(key))));
      return gradient;
    }
  }

  private record Shape(long time, boolean hasMask, boolean hasInitial) {}

  private record Unrolled(
      SameDiff graph, Map<String, SDVariable> last, GraphSession forward, GraphSession backward) {}

  GraphRun(SDMapSettings settings, IActivation otherActivation, DataType dataType) {
    this.settings = settings;
    this.otherActivation = otherActivation;
    this.dataType = dataType;
    for (SDParameter parameter : settings.parameters()) {
      if (parameter.isWeight()) {
        spread.put(parameter.key(), Spread.dense(parameter.mask()));
      }
    }
    settings.map().slots().stream()
        .filter(slot -> !slot.isInput())
        .forEach(slot -> MapGraph.activation(slot, otherActivation));
  }

  SDMapSettings settings() {
    return settings;
  }

  Result forward(Call call) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Unrolled unrolled = unrolled(call);
      List<String> wanted = new ArrayList<>(List.of("output"));
      unrolled.last.forEach((slot, variable) -> wanted.add(variable.name()));
      unrolled.forward.open(unrolled.graph);
      Map<String, INDArray> found =
          unrolled.graph.output(placeholders(call), wanted.toArray(String[]::new));
      Map<String, INDArray> last = new LinkedHashMap<>();
      unrolled.last.forEach(
          (slot, variable) -> last.put(slot, found.get(variable.name()).dup('f')));
      Result result = new Result(found.get("output").dup('f'), last);
      release(unrolled.graph);
      return result;
    }
  }

  /**
   * Gradients of a call.
   *
   * @param epsilon gradient of the output, [batch, nOut, time]
   * @param first what the tokens before this one put into the state is taken as given (truncated
   *     BPTT)
   */
  Gradients backward(Call call, INDArray epsilon, int first) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      long time = call.input.size(2);
      if (first == 0) {
        return backward(call, epsilon);
      }
      Map<String, INDArray> before = forward(times(call, 0, first)).lastState();
      Call tail = times(call, first, time);
      Gradients found =
          backward(
              new Call(tail.parameters, tail.input, tail.mask, before),
              times(epsilon, first, time));
      INDArray input = Nd4j.zeros(dataType, call.input.shape());
      times(input, first, time).assign(found.input);
      return new Gradients(found.parameters, input, found.initial);
    }
  }

  private Gradients backward(Call call, INDArray epsilon) {
    Unrolled unrolled = unrolled(call);
    SameDiff graph = unrolled.graph;
    Map<String, INDArray> placeholders = placeholders(call);
    placeholders.put("epsilon", epsilon.castTo(dataType));
    List<String> wanted = new ArrayList<>(placeholders.keySet());
    wanted.removeAll(List.of("epsilon", "mask"));
    if (!graph.hasGradientFunction()) {
      graph.setLossVariables("loss");
      graph.createGradFunction(wanted.toArray(String[]::new));
    }
    unrolled.backward.open(graph.getFunction("grad"));
    Map<String, INDArray> found = graph.calculateGradients(placeholders, wanted);
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (SDParameter parameter : settings.parameters()) {
      INDArray gradient = orZeros(found, parameter.key(), placeholders);
      parameters.put(
          parameter.key(),
          parameter.isWeight() ? spread.get(parameter.key()).entries(gradient) : gradient.dup());
    }
    Map<String, INDArray> initial = new LinkedHashMap<>();
    if (call.initial != null) {
      for (String slot : settings.map().stateSlots()) {
        initial.put(slot, orZeros(found, start(slot), placeholders).dup('f'));
      }
    }
    INDArray input = orZeros(found, "input", placeholders).dup('f');
    release(graph);
    release(graph.getFunction("grad"));
    return new Gradients(parameters, input, initial);
  }

  /** What the output does not depend on has no gradient in the graph. */
  private static INDArray orZeros(
      Map<String, INDArray> found, String name, Map<String, INDArray> placeholders) {
    INDArray gradient = found.get(name);
    return gradient == null ? Nd4j.zerosLike(placeholders.get(name)) : gradient;
  }

  /** Leaves the arrays of the last calls to the garbage collector, until the next call. */
  void rest() {
    for (Unrolled unrolled : graphs.values()) {
      unrolled.forward.rest(unrolled.graph);
      if (unrolled.graph.hasGradientFunction()) {
        unrolled.backward.rest(unrolled.graph.getFunction("grad"));
      }
    }
  }

  /** Whether arrays of a call are held. */
  boolean holdsArrays() {
    return graphs.values().stream()
        .map(Unrolled::graph)
        .anyMatch(
            graph ->
                !graph.getSessions().isEmpty()
                    || graph.hasGradientFunction()
                        && !graph.getFunction("grad").getSessions().isEmpty());
  }

  /** Arrays may belong to a workspace that closes before the next call. */
  private static void release(SameDiff graph) {
    graph.clearPlaceholders(true);
    graph.clearOpInputs();
  }

  private Map<String, INDArray> placeholders(Call call) {
    Map<String, INDArray> all = new LinkedHashMap<>();
    all.put("input", call.input.castTo(dataType));
    for (SDParameter parameter : settings.parameters()) {
      INDArray values = call.parameters.get(parameter.key());
      all.put(
          parameter.key(),
          parameter.isWeight()
              ? spread.get(parameter.key()).matrix(new INDArray[] {values}, dataType)
              : values.castTo(dataType));
    }
    if (call.mask != null) {
      all.put("mask", call.mask.castTo(dataType));
    }
    if (call.initial != null) {
      long batch = call.input.size(0);
      for (String slot : settings.map().stateSlots()) {
        INDArray given = call.initial.get(slot);
        all.put(
            start(slot),
            given == null
                ? Nd4j.zeros(dataType, batch, settings.map().slot(slot).size())
                : given.castTo(dataType));
      }
    }
    return all;
  }

  private static Call times(Call call, long from, long to) {
    return new Call(
        call.parameters,
        times(call.input, from, to).dup('f'),
        call.mask == null
            ? null
            : call.mask.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup(),
        from == 0 ? call.initial : null);
  }

  private static INDArray times(INDArray sequence, long from, long to) {
    return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
  }

  private static String start(String slot) {
    return "start/" + slot;
  }

  private Unrolled unrolled(Call call) {
    Shape shape = new Shape(call.input.size(2), call.mask != null, call.initial != null);
    return graphs.computeIfAbsent(shape, this::unroll);
  }

  private Unrolled unroll(Shape shape) {
    SameDiff graph = SameDiff.create();
    SDBlockMap map = settings.map();
    MapGraph steps = new MapGraph(map, graph, dataType, otherActivation, values(graph));
    int time = (int) shape.time;
    SDVariable[] tokens =
        graph.unstack(graph.placeHolder("input", dataType, -1, map.input().size(), time), 2, time);
    SDVariable[] mask =
        shape.hasMask
            ? graph.unstack(graph.placeHolder("mask", dataType, -1, time), 1, time)
            : null;
    Map<String, SDVariable> state = new LinkedHashMap<>();
    if (shape.hasInitial) {
      for (String slot : map.stateSlots()) {
        state.put(slot, graph.placeHolder(start(slot), dataType, -1, map.slot(slot).size()));
      }
    }
    SDVariable[] outputs = new SDVariable[time];
    for (int t = 0; t < time; t++) {
      state.put(map.input().name(), tokens[t]);
      state = steps.iterate(state, settings.steps(), null);
      state.remove(map.input().name());
      if (mask != null) {
        SDVariable column = graph.reshape(mask[t], -1, 1);
        state.replaceAll((slot, value) -> value.mul(column));
      }
      outputs[t] = state.get(map.output().name());
    }
    SDVariable output = graph.stack("output", 2, outputs);
    SDVariable epsilon = graph.placeHolder("epsilon", dataType, -1, map.output().size(), time);
    output.mul(epsilon).sum("loss");
    return new Unrolled(graph, state, new GraphSession(), new GraphSession());
  }

  private MapGraph.Values values(SameDiff graph) {
    Map<String, SDVariable> constants = new HashMap<>();
    return new MapGraph.Values() {
      @Override
      public SDVariable parameter(SDParameter parameter) {
        long[] shape =
            parameter.isWeight()
                ? new long[] {parameter.mask().toSize(), parameter.mask().fromSize()}
                : new long[] {parameter.length()};
        return graph.placeHolder(parameter.key(), dataType, shape);
      }

      @Override
      public SDVariable constant(String key, Supplier<INDArray> value) {
        return constants.computeIfAbsent(key, k -> graph.constant(k, value.get()));
      }
    };
  }
}
