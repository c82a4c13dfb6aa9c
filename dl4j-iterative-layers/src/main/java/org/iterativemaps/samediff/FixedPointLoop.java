package org.iterativemaps.samediff;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.Enter;
import org.nd4j.linalg.factory.Nd4j;

/** The loop of {@link SDIterative#fixedPoint}, from one {@link SDFixedPoint} to the next. */
final class FixedPointLoop {
  private FixedPointLoop() {}

  static SDFixedPoint write(
      SameDiff graph,
      String name,
      Map<String, SDVariable> start,
      double tolerance,
      int maxSteps,
      StateFunction function) {
    List<String> slots = List.copyOf(start.keySet());
    SDVariable[] ends =
        graph.whileLoop(
            Stream.concat(slots.stream(), Stream.of("residual", "steps"))
                .map(variable -> name + "/" + variable)
                .toArray(String[]::new),
            name + "/loop",
            variables(before(graph, name, start)),
            (sd, v) -> goesOn(sd, point(slots, v), tolerance, maxSteps),
            (sd, v) -> variables(next(sd, point(slots, v), name, function)));
    refuseInvariants(graph, name);
    keepConstantsWhenSaved(graph);
    return point(slots, ends);
  }

  private static SDVariable[] variables(SDFixedPoint point) {
    List<SDVariable> variables = new ArrayList<>(point.state().values());
    variables.addAll(List.of(point.residual(), point.steps()));
    return variables.toArray(SDVariable[]::new);
  }

  private static SDFixedPoint point(List<String> slots, SDVariable[] variables) {
    Map<String, SDVariable> state = new LinkedHashMap<>();
    for (int i = 0; i < slots.size(); i++) {
      state.put(slots.get(i), variables[i]);
    }
    return new SDFixedPoint(state, variables[slots.size()], variables[slots.size() + 1]);
  }

  /** The residual is above any tolerance, so that the first step is run. */
  private static SDFixedPoint before(SameDiff graph, String name, Map<String, SDVariable> start) {
    DataType type = start.values().iterator().next().dataType();
    return new SDFixedPoint(
        start,
        graph.constant(name + "/before", Nd4j.scalar(Double.POSITIVE_INFINITY).castTo(type)),
        graph.constant(name + "/none", Nd4j.scalar(0.0).castTo(type)));
  }

  /** A comparison with a NaN is false, which is not to end the loop as if it were there. */
  private static SDVariable goesOn(
      SameDiff sd, SDFixedPoint point, double tolerance, int maxSteps) {
    SDVariable isNaN = sd.math().isNaN(point.residual());
    SDVariable moves = sd.math().or(point.residual().gt(tolerance), isNaN);
    return sd.math().and(moves, point.steps().lt(maxSteps));
  }

  private static SDFixedPoint next(
      SameDiff sd, SDFixedPoint point, String name, StateFunction function) {
    Map<String, SDVariable> state = new LinkedHashMap<>(point.state());
    Map<String, SDVariable> after =
        SDIterative.applied("fixedPoint '" + name + "'", function, new LinkedHashMap<>(state));
    state.replaceAll((slot, value) -> after.get(slot)); // in the order of the slots
    SDVariable change = null;
    SDVariable lost = null; // 0, or NaN: ND4J's maximum passes over a NaN
    for (Map.Entry<String, SDVariable> slot : state.entrySet()) {
      SDVariable moved = slot.getValue().sub(point.state().get(slot.getKey()));
      SDVariable most = sd.math().abs(moved).max();
      SDVariable none = moved.mul(0).sum();
      change = change == null ? most : sd.math().max(change, most);
      lost = lost == null ? none : lost.add(none);
    }
    return new SDFixedPoint(state, change.add(lost), point.steps().add(1.0));
  }

  /** SameDiff would run them in the first pass only, and then give no output. */
  private static void refuseInvariants(SameDiff graph, String name) {
    for (SameDiffOp op : graph.getOps().values()) {
      List<String> inputs = op.getInputsToOp();
      if (op.getName().startsWith(name + "/loop/body/")
          && !(op.getOp() instanceof Enter)
          && !inputs.isEmpty()
          && inputs.stream().allMatch(input -> entersAsConstant(graph, input))) {
        throw new IllegalArgumentException(
            "fixedPoint '"
                + name
                + "': operation "
                + op.getOp().opName()
                + " with result '"
                + op.getOutputsOfOp().get(0)
                + "' does not depend on the state; write it before the loop");
      }
    }
  }

  private static boolean entersAsConstant(SameDiff graph, String variable) {
    String writer = graph.getVariables().get(variable).getOutputOfOp();
    return writer == null
        || graph.getOps().get(writer).getOp() instanceof Enter enter && enter.isConstant();
  }

  /**
   * SameDiff (1.0.0-M2.1) does not save that a variable enters a loop as a constant; a loaded graph
   * then waits for ever for its next value and gives no output. The property is read on loading if
   * it is there, so the operation is replaced by one that writes it.
   */
  private static void keepConstantsWhenSaved(SameDiff graph) {
    for (SameDiffOp op : graph.getOps().values()) {
      if (op.getOp().getClass() == Enter.class && ((Enter) op.getOp()).isConstant()) {
        op.setOp(new ConstantEnter(graph, (Enter) op.getOp()));
      }
    }
  }

  /** {@link Enter} that saves its constancy. */
  private static final class ConstantEnter extends Enter {
    ConstantEnter(SameDiff graph, Enter original) {
      setSameDiff(graph);
      setOwnName(original.getOwnName());
      setFrameName(original.getFrameName());
      setConstant(true);
    }

    @Override
    public Map<String, Object> propertiesForFunction() {
      Map<String, Object> properties = super.propertiesForFunction();
      properties.put("isConstant", true);
      return properties;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
