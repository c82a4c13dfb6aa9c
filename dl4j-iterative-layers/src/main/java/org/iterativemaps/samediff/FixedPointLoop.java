package org.iterativemaps.samediff;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.Enter;
import org.nd4j.linalg.factory.Nd4j;

/** The loop of {@link SDIterative#fixedPoint}. */
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
    int residual = slots.size();
    int count = residual + 1;
    DataType type = start.get(slots.get(0)).dataType();
    List<SDVariable> variables = new ArrayList<>(start.values());
    List<String> names = new ArrayList<>(slots.stream().map(s -> name + "/" + s).toList());
    // Above any tolerance, so that the first step is run.
    variables.add(
        graph.constant(name + "/before", Nd4j.scalar(Double.POSITIVE_INFINITY).castTo(type)));
    names.add(name + "/residual");
    variables.add(graph.constant(name + "/none", Nd4j.scalar(0.0).castTo(type)));
    names.add(name + "/steps");
    SDVariable[] ends =
        graph.whileLoop(
            names.toArray(String[]::new),
            name + "/loop",
            variables.toArray(SDVariable[]::new),
            (sd, v) -> {
              // A comparison with a NaN is false, which is not to end the loop as if it were there.
              SDVariable isNaN = sd.math().isNaN(v[residual]);
              SDVariable goesOn = sd.math().or(v[residual].gt(tolerance), isNaN);
              return sd.math().and(goesOn, v[count].lt(maxSteps));
            },
            (sd, v) -> {
              Map<String, SDVariable> before = new LinkedHashMap<>();
              for (int i = 0; i < slots.size(); i++) {
                before.put(slots.get(i), v[i]);
              }
              Map<String, SDVariable> after =
                  SDIterative.applied("fixedPoint '" + name + "'", function, before);
              SDVariable[] next = new SDVariable[v.length];
              SDVariable change = null;
              SDVariable lost = null; // 0, or NaN: ND4J's maximum passes over a NaN
              for (int i = 0; i < slots.size(); i++) {
                next[i] = after.get(slots.get(i));
                SDVariable moved = next[i].sub(v[i]);
                SDVariable most = sd.math().abs(moved).max();
                SDVariable none = moved.mul(0).sum();
                change = change == null ? most : sd.math().max(change, most);
                lost = lost == null ? none : lost.add(none);
              }
              next[residual] = change.add(lost);
              next[count] = v[count].add(1.0);
              return next;
            });
    refuseInvariants(graph, name);
    keepConstantsWhenSaved(graph);
    Map<String, SDVariable> state = new LinkedHashMap<>();
    for (int i = 0; i < slots.size(); i++) {
      state.put(slots.get(i), ends[i]);
    }
    return new SDFixedPoint(state, ends[residual], ends[count]);
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
