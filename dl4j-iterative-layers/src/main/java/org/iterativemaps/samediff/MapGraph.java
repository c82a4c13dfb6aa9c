package org.iterativemaps.samediff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockSite;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Writes steps of a map into a graph.
 *
 * <p>A state is a map from slot name to variable; a slot that is not in it is zero. What was
 * written once is not written again: a slot whose sources are those of the step before keeps its
 * variable, and a product with a held input is computed once per token. SameDiff itself leaves out
 * what the output does not need.
 */
final class MapGraph {
  /** Where parameters and constants come from. */
  interface Values {
    /** Weights as a matrix W[to, from], all else as a vector. */
    SDVariable parameter(Parameter parameter);

    /** Makes a constant the first time. */
    SDVariable constant(String key, Supplier<INDArray> value);
  }

  private static final String ZERO = "0"; // no variable has this name: they begin with a letter

  private final BlockMap map;
  private final SameDiff graph;
  private final DataType dataType;
  private final Map<String, SDVariable> parameters = new HashMap<>();
  private final Values values;
  private final Map<String, IActivation> activations = new HashMap<>();
  private final List<List<Block>> arrivals = new ArrayList<>();
  private final Map<List<Object>, SDVariable> written = new HashMap<>();

  MapGraph(RealizedMap realized, SameDiff graph, DataType dataType, Values values) {
    this.map = realized.map();
    this.graph = graph;
    this.dataType = dataType;
    this.values = values;
    for (Parameter parameter : realized.parameters()) {
      parameters.put(parameter.key(), values.parameter(parameter));
    }
    for (Slot slot : map.slots()) {
      arrivals.add(map.blocks().stream().filter(b -> b.to().equals(slot.name())).toList());
      if (!slot.isInput()) {
        activations.put(slot.name(), activation(slot));
      }
    }
  }

  private static IActivation activation(Slot slot) {
    try {
      if (slot.activation() == null) {
        throw new IllegalArgumentException("no activation; name one for the slot");
      }
      SDActivations.check(slot.activation());
      return slot.activation();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("slot '" + slot.name() + "': " + e.getMessage(), e);
    }
  }

  /** The state at the beginning: the token, and zeros. */
  Map<String, SDVariable> start(SDVariable input) {
    return new LinkedHashMap<>(Map.of(map.input().name(), input));
  }

  /**
   * K steps; the token is taken out after the first where the map says impulse.
   *
   * @param prefix names the values of step k {@code prefix/slot/k}; null leaves them unnamed
   */
  Map<String, SDVariable> iterate(Map<String, SDVariable> state, int steps, String prefix) {
    Map<String, SDVariable> now = new LinkedHashMap<>(state);
    for (int k = 1; k <= steps; k++) {
      now = step(now, prefix, k);
      if (map.injection() == Injection.IMPULSE) {
        now.remove(map.input().name());
      }
    }
    return now;
  }

  /**
   * Writes what depends on the input alone. SameDiff runs an operation of a loop's body that reads
   * only variables from outside in the first pass and never again, so it has to stand before it.
   */
  void writeInputOnly(SDVariable input) {
    Map<String, SDVariable> state = start(input);
    Map<String, SDVariable> seen = new HashMap<>(state);
    for (int s = 0; s < map.slots().size(); s++) {
      Slot slot = map.slots().get(s);
      for (Block block : arrivals.get(s)) {
        if (seen.keySet().containsAll(block.sources())) {
          arrival(block, seen, state);
        }
      }
      if (slot.isWire()
          && arrivals.get(s).stream().allMatch(c -> seen.keySet().containsAll(c.sources()))) {
        seen.put(slot.name(), cell(s, seen, state, null, 1));
      }
    }
  }

  /** One step; the input stays as it is. */
  Map<String, SDVariable> step(Map<String, SDVariable> state, String prefix, int k) {
    Map<String, SDVariable> seen = new HashMap<>(state); // and the wires of this step
    Map<String, SDVariable> next = new LinkedHashMap<>();
    if (state.containsKey(map.input().name())) {
      next.put(map.input().name(), state.get(map.input().name()));
    }
    for (int s = 0; s < map.slots().size(); s++) {
      if (map.slots().get(s).isWire()) {
        seen.put(map.slots().get(s).name(), cell(s, seen, state, prefix, k));
      }
    }
    for (int s = 0; s < map.slots().size(); s++) {
      if (map.slots().get(s).isState()) {
        next.put(map.slots().get(s).name(), cell(s, seen, state, prefix, k));
      }
    }
    return next;
  }

  private SDVariable cell(
      int s, Map<String, SDVariable> seen, Map<String, SDVariable> state, String prefix, int k) {
    Slot slot = map.slots().get(s);
    List<Object> key = new ArrayList<>(List.of(slot.name()));
    for (Block block : arrivals.get(s)) {
      block.sources().forEach(from -> key.add(name(seen.get(from))));
    }
    slot.gates().forEach(gate -> key.add(name(seen.get(gate))));
    if (slot.update().readsOldValue()) {
      key.add(name(seen.get(slot.name())));
    }
    SDVariable known = written.get(key);
    if (known != null) {
      return known;
    }
    SDVariable value = value(slot, s, seen, state);
    if (prefix != null) {
      // A plain wire's value may be another slot's variable, which keeps its own name.
      if (seen.containsValue(value)) {
        value = graph.identity(value);
      }
      value.rename(prefix + "/" + slot.name() + "/" + k);
    }
    written.put(key, value);
    return value;
  }

  private static String name(SDVariable variable) {
    return variable == null ? ZERO : variable.name();
  }

  private SDVariable value(
      Slot slot, int s, Map<String, SDVariable> seen, Map<String, SDVariable> state) {
    SDVariable sum = null;
    for (Block block : arrivals.get(s)) {
      SDVariable arrival = arrival(block, seen, state);
      if (arrival != null) {
        sum = sum == null ? arrival : sum.add(arrival);
      }
    }
    SDVariable u = normalised(slot, sum == null ? zeros(slot.size(), state) : sum);
    if (slot.hasBias()) {
      u = u.add(parameters.get(Parameter.biasKey(slot.name())));
    }
    SDVariable activated = SDActivations.apply(graph, activations.get(slot.name()), u);
    return updated(slot, activated, seen, state);
  }

  private SDVariable arrival(
      Block block, Map<String, SDVariable> seen, Map<String, SDVariable> state) {
    BlockSite site = map.site(block);
    SDVariable[] sources = new SDVariable[block.sources().size()];
    boolean[] isZero = new boolean[sources.length];
    List<Object> key = new ArrayList<>(List.of(block));
    for (int i = 0; i < sources.length; i++) {
      sources[i] = seen.get(block.sources().get(i));
      isZero[i] = sources[i] == null;
      key.add(name(sources[i]));
    }
    if (block.function().vanishes(isZero)) {
      return null;
    }
    for (int i = 0; i < sources.length; i++) {
      sources[i] = isZero[i] ? zeros(site.from().get(i).size(), state) : sources[i];
    }
    return written.computeIfAbsent(
        key, k -> GraphFunctions.apply(block.function(), new Scope(site), sources));
  }

  private SDVariable normalised(Slot slot, SDVariable u) {
    if (!slot.isNormalised()) {
      return u;
    }
    SDVariable gain = parameters.get(Parameter.gainKey(slot.name()));
    SDVariable centred =
        slot.normalisation() == Normalisation.LAYER ? u.sub(graph.mean(u, true, 1)) : u;
    SDVariable meanSquare = graph.mean(centred.mul(centred), true, 1);
    SDVariable root = graph.math().sqrt(meanSquare.add(Normalisation.EPSILON));
    return centred.div(root).mul(gain);
  }

  private SDVariable updated(
      Slot slot, SDVariable a, Map<String, SDVariable> seen, Map<String, SDVariable> state) {
    Update update = slot.update();
    SDVariable old = seen.get(slot.name());
    return switch (update.kind()) {
      case REPLACE -> a;
      case RESIDUAL -> plus(update.scale() == 1 ? a : a.mul(update.scale()), old);
      case LEAKY -> plus(a.mul(update.scale()), old == null ? null : old.mul(1 - update.scale()));
      case GATED -> {
        SDVariable keep = orZeros(update.keep(), slot, seen, state);
        // a + g (z - a), one product fewer than g z + (1 - g) a
        yield a.add(keep.mul(old == null ? a.neg() : old.sub(a)));
      }
      case TWO_GATES -> {
        SDVariable written = orZeros(update.write(), slot, seen, state).mul(a);
        yield old == null
            ? written
            : written.add(orZeros(update.keep(), slot, seen, state).mul(old));
      }
    };
  }

  private static SDVariable plus(SDVariable a, SDVariable orNull) {
    return orNull == null ? a : a.add(orNull);
  }

  private SDVariable orZeros(
      String name, Slot slot, Map<String, SDVariable> seen, Map<String, SDVariable> state) {
    return seen.containsKey(name) ? seen.get(name) : zeros(slot.size(), state);
  }

  /** [rows, size] of zeros, with the rows of any slot that is not zero. */
  SDVariable zeros(int size, Map<String, SDVariable> state) {
    Map.Entry<String, SDVariable> any =
        state.entrySet().stream()
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "state: found no slot at all, expected one or more of "
                            + map.slots().stream().map(Slot::name).toList()));
    int columns = map.slot(any.getKey()).size();
    return written.computeIfAbsent(
        List.of(ZERO, any.getValue().name(), size),
        key -> {
          SDVariable like = graph.zerosLike(any.getValue());
          return columns == size
              ? like
              : like.mmul(
                  values.constant(
                      "zeros[" + columns + "," + size + "]",
                      () -> Nd4j.zeros(dataType, columns, size)));
        });
  }

  private final class Scope implements BlockScope {
    private final BlockSite site;

    Scope(BlockSite site) {
      this.site = site;
    }

    @Override
    public SameDiff graph() {
      return graph;
    }

    @Override
    public DataType dataType() {
      return dataType;
    }

    @Override
    public BlockSite site() {
      return site;
    }

    @Override
    public SDVariable parameter(String key) {
      return parameters.get(key);
    }

    @Override
    public SDVariable constant(String key, Supplier<INDArray> value) {
      return values.constant(key, () -> value.get().castTo(dataType));
    }
  }
}
