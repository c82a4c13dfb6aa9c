package org.iterativemaps.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Maps of every function, against the same maps as SameDiff operations, which SameDiff
 * differentiates: values, and the gradients of all that goes in.
 */
class NonlinearKernelTest {
  private static final int BATCH = 4;
  private static final int TIME = 2;

  /** A random map with random data. */
  private static final class Case {
    final MapProgram program;
    final BlockMap map;
    final INDArray[] parameters;
    final INDArray input;
    final INDArray[] initial;
    final INDArray outputGradient;
    final INDArray[] lastGradient;

    Case(long seed) {
      RandomPrograms random = new RandomPrograms(seed);
      this.map = random.nonlinearMap();
      RealizedMap realized = map.realize();
      this.program = MapProgram.sequence(realized, 1 + random.below(4), null);
      this.parameters = random.parameters(realized, DataType.DOUBLE);
      for (INDArray parameter : parameters) {
        parameter.muli(0.5);
      }
      this.input = random.normal(DataType.DOUBLE, BATCH, map.input().size(), TIME);
      this.outputGradient = random.normal(DataType.DOUBLE, BATCH, map.output().size(), TIME);
      this.initial = states(random);
      this.lastGradient = states(random);
    }

    private INDArray[] states(RandomPrograms random) {
      INDArray[] states = new INDArray[map.slots().size()];
      for (int slot : program.schedule().carried()) {
        states[slot] = random.normal(DataType.DOUBLE, BATCH, program.size(slot));
      }
      return states;
    }

    INDArray token(INDArray sequence, int t) {
      return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t)).dup('c');
    }
  }

  /** What comes out, by a name. */
  private static Map<String, INDArray> kernel(Case c) {
    ReferenceKernel kernel = new ReferenceKernel(c.program);
    INDArray output = Nd4j.create(DataType.DOUBLE, c.outputGradient.shape());
    kernel.forward(c.parameters, c.input, null, c.initial, output, true);
    INDArray[] gradients = new INDArray[c.parameters.length];
    for (int p = 0; p < gradients.length; p++) {
      gradients[p] = c.parameters[p].like();
    }
    INDArray inputGradient = c.input.like();
    kernel.backward(c.outputGradient, c.lastGradient, 0, gradients, inputGradient);
    Map<String, INDArray> found = new LinkedHashMap<>();
    for (int t = 0; t < TIME; t++) {
      found.put("output " + t, c.token(output, t));
      found.put("token/" + t, c.token(inputGradient, t));
    }
    for (int p = 0; p < gradients.length; p++) {
      found.put("map/" + c.program.realized().parameters().get(p).key(), gradients[p]);
    }
    for (int slot : c.program.schedule().carried()) {
      String name = c.map.slots().get(slot).name();
      found.put("last " + name, kernel.lastState()[slot]);
      INDArray gradient = kernel.stateGradient()[slot];
      found.put("start/" + name, gradient == null ? c.initial[slot].like() : gradient);
    }
    return found;
  }

  private static Map<String, INDArray> graph(Case c) {
    SameDiff graph = SameDiff.create();
    SDIterative iterative = new SDIterative(graph);
    SDMap looped = iterative.blockMap("map", c.map, DataType.DOUBLE);
    List<String> wanted = new ArrayList<>();
    for (int p = 0; p < c.parameters.length; p++) {
      String key = c.program.realized().parameters().get(p).key();
      looped.variable(key).getArr().assign(c.parameters[p]);
      wanted.add("map/" + key);
    }
    Map<String, INDArray> data = new LinkedHashMap<>();
    Map<String, SDVariable> state = new LinkedHashMap<>();
    for (int slot = 0; slot < c.initial.length; slot++) {
      String name = c.map.slots().get(slot).name();
      if (c.map.slots().get(slot).isState()) {
        INDArray start =
            c.initial[slot] == null
                ? Nd4j.zeros(DataType.DOUBLE, BATCH, c.program.size(slot))
                : c.initial[slot];
        state.put(name, placeholder(graph, data, "start/" + name, start));
      }
    }
    SDVariable loss = null;
    List<SDVariable> outputs = new ArrayList<>();
    for (int t = 0; t < TIME; t++) {
      state.put("x", placeholder(graph, data, "token/" + t, c.token(c.input, t)));
      state = iterative.iterate("t" + t, looped, state, c.program.schedule().steps());
      outputs.add(state.get(c.map.output().name()));
      SDVariable weights = graph.constant(c.token(c.outputGradient, t));
      SDVariable part = outputs.get(t).mul(weights).sum();
      loss = loss == null ? part : loss.add(part);
    }
    for (int slot : c.program.schedule().carried()) {
      SDVariable last = state.get(c.map.slots().get(slot).name());
      loss = loss.add(last.mul(graph.constant(c.lastGradient[slot].dup('c'))).sum());
    }
    graph.setLossVariables(graph.identity("loss", loss).name());
    wanted.addAll(data.keySet());
    graph.createGradFunction(wanted.toArray(String[]::new));
    Map<String, INDArray> expected = new LinkedHashMap<>(graph.calculateGradients(data, wanted));
    for (int t = 0; t < TIME; t++) {
      expected.put("output " + t, value(graph, data, outputs.get(t)));
    }
    for (int slot : c.program.schedule().carried()) {
      String name = c.map.slots().get(slot).name();
      expected.put("last " + name, value(graph, data, state.get(name)));
    }
    return expected;
  }

  private static SDVariable placeholder(
      SameDiff graph, Map<String, INDArray> data, String name, INDArray value) {
    data.put(name, value.dup('c'));
    return graph.placeHolder(name, DataType.DOUBLE, -1, value.size(1));
  }

  private static INDArray value(SameDiff graph, Map<String, INDArray> data, SDVariable variable) {
    return graph.output(data, variable.name()).get(variable.name()).dup();
  }

  @Test
  void valuesAndGradientsAreThoseOfTheGraph() {
    int compared = 0;
    for (long seed = 0; seed < 80; seed++) {
      Case c = new Case(seed);
      Map<String, INDArray> found = kernel(c);
      if (found.values().stream().anyMatch(NonlinearKernelTest::isLarge)) {
        continue; // the map blows up
      }
      compared++;
      Map<String, INDArray> expected = graph(c);
      for (Map.Entry<String, INDArray> one : found.entrySet()) {
        String which = "seed " + seed + ", " + one.getKey() + " of " + c.map;
        INDArray other = expected.get(one.getKey());
        if (other == null) { // the graph leaves out what no output depends on
          assertEquals(0, Magnitude.largest(one.getValue()), which);
          continue;
        }
        double scale = 1 + Magnitude.largest(other);
        double error =
            Magnitude.largestDifference(other.reshape(one.getValue().shape()), one.getValue());
        assertTrue(error < 1e-9 * scale, () -> which + ": error " + error);
      }
    }
    assertTrue(compared > 50, "compared " + compared);
  }

  private static boolean isLarge(INDArray array) {
    return !Magnitude.isFinite(array) || Magnitude.largest(array) > 1e4;
  }

  /** The equation, step by step, on the state that all slots have. */
  @Test
  void aStepIsAStep() {
    int compared = 0;
    for (long seed = 100; seed < 180; seed++) {
      Case c = new Case(seed);
      ReferenceKernel kernel = new ReferenceKernel(c.program);
      INDArray output = Nd4j.create(DataType.DOUBLE, c.outputGradient.shape());
      kernel.forward(c.parameters, c.input, null, c.initial, output, false);
      if (isLarge(output)) {
        continue;
      }
      compared++;
      INDArray[] z = new INDArray[c.initial.length];
      for (int slot = 0; slot < z.length; slot++) {
        z[slot] =
            c.initial[slot] == null
                ? Nd4j.zeros(DataType.DOUBLE, BATCH, c.program.size(slot))
                : c.initial[slot];
      }
      int x = c.program.inputSlot();
      boolean isImpulse = c.map.injection() == Injection.IMPULSE;
      for (int t = 0; t < TIME; t++) {
        z[x] = c.token(c.input, t);
        for (int k = 0; k < c.program.schedule().steps(); k++) {
          z = kernel.step(c.parameters, z);
          z[x] = isImpulse ? z[x].like() : z[x];
        }
        String which = "seed " + seed + ", token " + t + " of " + c.map;
        double error = Magnitude.largestDifference(c.token(output, t), z[c.program.outputSlot()]);
        assertTrue(error < 1e-9, () -> which + ": error " + error);
      }
    }
    assertTrue(compared > 50, "compared " + compared);
  }
}
