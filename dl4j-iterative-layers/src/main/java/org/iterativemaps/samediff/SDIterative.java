package org.iterativemaps.samediff;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Iterated maps as SameDiff operations, beside {@code sd.nn()} and {@code sd.rnn()}.
 *
 * <pre>{@code
 * SDIterative iterative = new SDIterative(sd);
 * SDMap map = iterative.blockMap("map", blockMap);
 * SDVariable y = iterative.iterate("y", map, x, 5);
 * }</pre>
 *
 * <p>Everything but {@link #fixedPoint} is differentiated by SameDiff. The steps are unrolled: the
 * graph grows with K (and with the time steps), the weights do not. Names given are those of the
 * variables returned; the values of step k are {@code name/slot/k}. Wrong shapes, types and names
 * are refused with an {@link IllegalArgumentException} that names operation and variable, as far as
 * SameDiff knows shapes while a graph is built.
 *
 * <p>SameDiff 1.0.0-M2.1 reuses the memory of arrays of one shape whatever their order, and gives
 * wrong numbers from the second call on where both orders occur. Sequences are therefore brought
 * into 'c' order here. Operations of your own beside these may still need placeholders in 'c' order
 * ({@code dup('c')}). The map layers and the map vertex of DL4J networks build no graphs.
 */
public final class SDIterative {
  private final SameDiff graph;
  private final SparseLinear linear;

  /**
   * Operations that write into a graph.
   *
   * @param graph the graph
   */
  public SDIterative(SameDiff graph) {
    this.graph = graph;
    this.linear = new SparseLinear(graph);
  }

  /** The graph. */
  public SameDiff graph() {
    return graph;
  }

  /**
   * x (W * mask)^T + b: a linear map of which only some weights exist.
   *
   * <p>The mask is multiplied with the weights once per evaluation. Gradients of masked weights are
   * zero, but they are parameters of the graph: updaters keep state for them. It is the faster of
   * the two forms above about one weight in a hundred; {@link #sparseLinear} is the smaller.
   *
   * @param name of the result
   * @param input x, [rows, from]
   * @param weights W, [to, from]
   * @param mask which of them exist
   * @param bias b, [to], or null
   * @return [rows, to]
   */
  public SDVariable maskedLinear(
      String name, SDVariable input, SDVariable weights, WeightMask mask, SDVariable bias) {
    return linear.masked(name, input, weights, mask, bias);
  }

  /**
   * x W^T + b, where W[to, from] holds the given weights at the places of the mask and is zero
   * elsewhere.
   *
   * <p>They are spread into W once per evaluation, by a sum over segments, whose gradient is a
   * gather: about 0.4 microseconds per weight each way on a CPU, against about 5 nanoseconds per
   * cell for {@link #maskedLinear}.
   *
   * @param name of the result
   * @param input x, [rows, from]
   * @param weights the weights that exist, [entries], in the order of the mask
   * @param mask where they are
   * @param bias b, [to], or null
   * @return [rows, to]
   */
  public SDVariable sparseLinear(
      String name, SDVariable input, SDVariable weights, WeightMask mask, SDVariable bias) {
    return linear.sparse(name, input, weights, mask, bias);
  }

  /**
   * The matrix W[to, from] of the weights that exist.
   *
   * @param name of the result
   * @param weights [entries], in the order of the mask
   * @param mask where they are
   * @return [to, from], zero where no weight exists
   */
  public SDVariable spread(String name, SDVariable weights, WeightMask mask) {
    return linear.spread(name, weights, mask);
  }

  /** As {@link #blockMap(String, BlockMap, DataType)}, in FLOAT. */
  public SDMap blockMap(String name, BlockMap map) {
    return blockMap(name, map, DataType.FLOAT);
  }

  /**
   * Puts the weights of a map into the graph.
   *
   * @param name prefix of its variables; one map to a name
   * @param map its input size known
   * @param dataType FLOAT or DOUBLE: that of its input, too
   * @throws IllegalStateException if the map's input size is open
   */
  public SDMap blockMap(String name, BlockMap map, DataType dataType) {
    RealizedMap realized = map.realize();
    realized.parameters().forEach(p -> Checks.free(graph, name + "/" + p.key()));
    return new SDMap(name, realized, this, dataType);
  }

  /**
   * One step of a map: z_i &lt;- U_i(z_i, A_i(N_i(sum_j F_ij(z_j)) + b_i)).
   *
   * @param name values are {@code name/slot/1}
   * @param map the map
   * @param state [rows, size] by slot; slots left out are zero
   * @return the new state, the input as it was
   */
  public Map<String, SDVariable> step(String name, SDMap map, Map<String, SDVariable> state) {
    return iterateFrom("step", name, map, state, 1);
  }

  /**
   * K steps of a map from a state of zeros: y = A_K … A_1 (x), all with the same weights.
   *
   * @param name of the result; values on the way are {@code name/slot/k}
   * @param map the map
   * @param input x, [rows, size of the input slot]
   * @param steps K, at least 1
   * @return the output slot after K steps
   */
  public SDVariable iterate(String name, SDMap map, SDVariable input, int steps) {
    Checks.free(graph, name);
    Map<String, SDVariable> end =
        iterateFrom("iterate", name, map, map.steps().start(input), steps);
    return graph.identity(name, end.get(map.description().output().name()));
  }

  /**
   * K steps of a map from any state.
   *
   * @param name values on the way are {@code name/slot/k}
   * @param map the map
   * @param state [rows, size] by slot, the input among them; slots left out are zero
   * @param steps K, at least 1
   * @return the state after K steps, by slot
   */
  public Map<String, SDVariable> iterate(
      String name, SDMap map, Map<String, SDVariable> state, int steps) {
    return iterateFrom("iterate", name, map, state, steps);
  }

  private Map<String, SDVariable> iterateFrom(
      String op, String name, SDMap map, Map<String, SDVariable> state, int steps) {
    String what = op + " '" + name + "'";
    Checks.steps(what, steps);
    map.check(what, state);
    return map.steps().iterate(state, steps, name);
  }

  /**
   * A function applied K times: z_K = F(F(… z_0)).
   *
   * @param name of the result; values on the way are {@code name/k}
   * @param start z_0
   * @param steps K, at least 1
   * @param function F, written into the graph K times; variables it trains are made outside of it
   */
  public SDVariable iterate(
      String name, SDVariable start, int steps, UnaryOperator<SDVariable> function) {
    return iterate(name, Map.of("z", start), steps, z -> Map.of("z", function.apply(z.get("z"))))
        .get("z");
  }

  /**
   * A function of several slots applied K times.
   *
   * @param name of a single slot's result; values are {@code name/slot/k} where there are several
   * @param start by slot
   * @param steps K, at least 1
   * @param function one step, with the same slots
   * @return the state after K steps
   */
  public Map<String, SDVariable> iterate(
      String name, Map<String, SDVariable> start, int steps, StateFunction function) {
    String what = "iterate '" + name + "'";
    Checks.steps(what, steps);
    Map<String, SDVariable> state = start;
    for (int k = 1; k <= steps; k++) {
      Map<String, SDVariable> next = applied(what, function, state);
      Map<String, SDVariable> named = new LinkedHashMap<>();
      for (Map.Entry<String, SDVariable> slot : next.entrySet()) {
        String stem = next.size() == 1 ? name : name + "/" + slot.getKey();
        boolean isResult = next.size() == 1 && k == steps;
        named.put(
            slot.getKey(),
            graph.identity(Checks.free(graph, isResult ? stem : stem + "/" + k), slot.getValue()));
      }
      state = named;
    }
    return state;
  }

  static Map<String, SDVariable> applied(
      String what, StateFunction function, Map<String, SDVariable> state) {
    Map<String, SDVariable> next = function.apply(state);
    if (!next.keySet().equals(state.keySet())) {
      throw new IllegalArgumentException(
          what
              + ": the function gave slots "
              + next.keySet()
              + ", expected those it was given, "
              + state.keySet());
    }
    return next;
  }

  /**
   * A map over a sequence, the state carried from token to token: z_{t+1} = (A b M)^K Inject(x_t)
   * z_t.
   *
   * @param name of the result; values on the way are {@code name/t/slot/k}
   * @param map the map
   * @param tokens [batch, size of the input slot, time], time known
   * @param steps K per token, at least 1
   * @return the output slot after each token, [batch, size, time]
   */
  public SDVariable iterateSequence(String name, SDMap map, SDVariable tokens, int steps) {
    int time = TimeSteps.known("iterateSequence '" + name + "'", tokens);
    return iterateSequence(name, map, tokens, steps, time);
  }

  /**
   * As {@link #iterateSequence(String, SDMap, SDVariable, int)}, on the result of another
   * operation, whose shape SameDiff does not know while the graph is built.
   *
   * @param name of the result
   * @param map the map
   * @param tokens [batch, size of the input slot, time]
   * @param steps K per token, at least 1
   * @param timeSteps time, at least 1; sequences of another length fail when the graph runs
   * @return the output slot after each token, [batch, size, time]
   */
  public SDVariable iterateSequence(
      String name, SDMap map, SDVariable tokens, int steps, int timeSteps) {
    String what = "iterateSequence '" + name + "'";
    Checks.steps(what, steps);
    int size = map.description().input().size();
    Checks.dataType(what, tokens, map.dataType());
    SDVariable[] inputs = TimeSteps.of(graph, what, tokens, size, timeSteps);
    SDVariable[] outputs = new SDVariable[inputs.length];
    Map<String, SDVariable> state = new LinkedHashMap<>();
    for (int t = 0; t < inputs.length; t++) {
      state.put(map.description().input().name(), inputs[t]);
      state = map.steps().iterate(state, steps, name + "/" + t);
      outputs[t] = state.get(map.description().output().name());
    }
    return graph.stack(Checks.free(graph, name), 2, outputs);
  }

  /**
   * A function over a sequence: z_{t+1} = F_x(F_x(… z_t)), K times with x = x_t.
   *
   * @param name of the result
   * @param tokens [batch, features, time], time known
   * @param start z_0, [batch, size]
   * @param steps K per token, at least 1
   * @param function F of a token and the state
   * @return the state after each token, [batch, size, time]
   */
  public SDVariable iterateSequence(
      String name,
      SDVariable tokens,
      SDVariable start,
      int steps,
      BinaryOperator<SDVariable> function) {
    int time = TimeSteps.known("iterateSequence '" + name + "'", tokens);
    return iterateSequence(name, tokens, start, steps, time, function);
  }

  /**
   * As {@link #iterateSequence(String, SDVariable, SDVariable, int, BinaryOperator)}, on the result
   * of another operation, whose shape SameDiff does not know while the graph is built.
   *
   * @param name of the result
   * @param tokens [batch, features, time]
   * @param start z_0, [batch, size]
   * @param steps K per token, at least 1
   * @param timeSteps time, at least 1; sequences of another length fail when the graph runs
   * @param function F of a token and the state
   * @return the state after each token, [batch, size, time]
   */
  public SDVariable iterateSequence(
      String name,
      SDVariable tokens,
      SDVariable start,
      int steps,
      int timeSteps,
      BinaryOperator<SDVariable> function) {
    String what = "iterateSequence '" + name + "'";
    Checks.steps(what, steps);
    SDVariable[] inputs = TimeSteps.of(graph, what, tokens, -1, timeSteps);
    SDVariable[] outputs = new SDVariable[inputs.length];
    SDVariable state = start;
    for (int t = 0; t < inputs.length; t++) {
      SDVariable token = inputs[t];
      state = iterate(name + "/" + t, state, steps, z -> function.apply(token, z));
      outputs[t] = state;
    }
    return graph.stack(Checks.free(graph, name), 2, outputs);
  }

  /**
   * Steps until nothing changes any more: z* = F(z*; x). Inference only: SameDiff cannot
   * differentiate its loops, and a gradient that passes through this one is refused when it is
   * built.
   *
   * @param name the state is {@code name/slot}, further {@code name/residual} and {@code
   *     name/steps}
   * @param map the map, its input held
   * @param input x, [rows, size of the input slot]
   * @param tolerance the loop ends when no value changes by more, above 0
   * @param maxSteps it ends anyway after so many, at least 1
   */
  public SDFixedPoint fixedPoint(
      String name, SDMap map, SDVariable input, double tolerance, int maxSteps) {
    String what = "fixedPoint '" + name + "'";
    if (map.description().injection() != Injection.HOLD) {
      throw new IllegalArgumentException(
          what + ": map '" + map.name() + "' forgets its input after a step; use Injection.HOLD");
    }
    map.check(what, map.steps().start(input));
    MapGraph body = map.newSteps();
    body.writeInputOnly(input);
    String slot = map.description().input().name();
    Map<String, SDVariable> start = new LinkedHashMap<>();
    for (String state : map.description().stateSlots()) {
      int size = map.description().slot(state).size();
      start.put(state, map.steps().zeros(size, map.steps().start(input)));
    }
    return fixedPoint(
        name,
        start,
        tolerance,
        maxSteps,
        state -> {
          Map<String, SDVariable> with = new LinkedHashMap<>(state);
          with.put(slot, input);
          Map<String, SDVariable> next = body.step(with, null, 1);
          next.remove(slot);
          return next;
        });
  }

  /**
   * A function of several slots, applied until nothing changes any more. Inference only.
   *
   * @param name the state is {@code name/slot}, further {@code name/residual} and {@code
   *     name/steps}
   * @param start by slot
   * @param tolerance the loop ends when no value changes by more, above 0
   * @param maxSteps it ends anyway after so many, at least 1
   * @param function one step; may read variables of the graph from outside the loop, but an
   *     operation that reads nothing else has to be written before
   */
  public SDFixedPoint fixedPoint(
      String name,
      Map<String, SDVariable> start,
      double tolerance,
      int maxSteps,
      StateFunction function) {
    String what = "fixedPoint '" + name + "'";
    Checks.steps(what, maxSteps);
    if (!(tolerance > 0) || Double.isInfinite(tolerance)) {
      throw new IllegalArgumentException(
          what + ": found tolerance " + tolerance + ", expected a finite number above 0");
    }
    start.keySet().forEach(slot -> Checks.free(graph, name + "/" + slot));
    return FixedPointLoop.write(graph, name, start, tolerance, maxSteps, function);
  }
}
