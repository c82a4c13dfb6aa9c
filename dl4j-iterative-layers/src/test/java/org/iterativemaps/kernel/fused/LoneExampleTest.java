package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A tile of one example, which is moved and activated by itself, of more units than at a time. */
class LoneExampleTest {
  private static final int UNITS = FusedCall.LONE + 37;
  private static final int TOKEN = FusedCall.LONE + 5;
  private static final double BOUND = 200 * Math.ulp(1f);

  private static MapProgram program() {
    BlockMap map =
        BlockMap.builder()
            .input("x", TOKEN)
            .state("h", UNITS, Activation.TANH)
            .state("g", 7, Activation.SWISH)
            .connect("x", "h", Sparsity.fanIn(3))
            .connect("h", "h", Sparsity.fanIn(2))
            .connect("h", "g", Sparsity.fanIn(4))
            .connect("g", "h", Sparsity.fanIn(1))
            .output("h")
            .build();
    return MapProgram.sequence(map.realize(), 2, null);
  }

  private static INDArray random(DataType type, int seed, long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape, 'f');
    Random random = new Random(seed);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array.castTo(type).dup('f');
  }

  private static INDArray[] parameters(MapProgram program, DataType type) {
    return program.realized().parameters().stream()
        .map(parameter -> random(type, parameter.length(), parameter.length()).muli(0.5))
        .toArray(INDArray[]::new);
  }

  /** Forward from zeros and on from there, and back. */
  private static List<INDArray> run(
      MapKernel kernel, MapProgram program, DataType type, int batch) {
    INDArray[] parameters = parameters(program, type);
    INDArray output = Nd4j.create(type, new long[] {batch, UNITS, 3}, 'f');
    List<INDArray> all = new ArrayList<>();
    kernel.forward(parameters, random(type, 1, batch, TOKEN, 3), null, null, output, false);
    all.add(output.dup());
    INDArray[] state = kernel.lastState();
    kernel.forward(parameters, random(type, 2, batch, TOKEN, 3), null, state, output, true);
    all.add(output);
    INDArray[] gradients = new INDArray[parameters.length];
    for (int p = 0; p < gradients.length; p++) {
      gradients[p] = parameters[p].like();
    }
    INDArray inputGradient = Nd4j.create(type, new long[] {batch, TOKEN, 3}, 'f');
    kernel.backward(random(type, 3, batch, UNITS, 3), 0, gradients, inputGradient);
    all.add(inputGradient);
    all.addAll(List.of(gradients));
    for (INDArray[] states : List.of(kernel.lastState(), kernel.stateGradient())) {
      for (INDArray ofSlot : states) {
        if (ofSlot != null) {
          all.add(ofSlot);
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aloneAndBehindFullTiles(int tiles) {
    MapProgram program = program();
    int batch = tiles * LaneKernelSelection.selected().tileLanes(1000) + 1;
    List<INDArray> expected = run(new ReferenceKernel(program), program, DataType.DOUBLE, batch);
    List<INDArray> found = run(TestMachine.kernel(program), program, DataType.FLOAT, batch);
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < found.size(); i++) {
      double scale = Math.max(1, Magnitude.largest(expected.get(i)));
      double difference =
          Magnitude.largestDifference(expected.get(i), found.get(i).castTo(DataType.DOUBLE));
      assertTrue(difference <= BOUND * scale, "array " + i + ": " + difference + " of " + scale);
    }
  }

  /** One time step as matrices, in both orders, is the sequence of one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 40})
  void matricesAreOneTimeStep(int batch) {
    MapProgram program = program();
    INDArray[] parameters = parameters(program, DataType.FLOAT);
    INDArray input = random(DataType.FLOAT, 1, batch, TOKEN);
    INDArray gradient = random(DataType.FLOAT, 2, batch, UNITS);
    List<List<INDArray>> runs = new ArrayList<>();
    for (char order : new char[] {'f', 'c'}) {
      for (boolean isMatrix : new boolean[] {true, false}) {
        MapKernel kernel = TestMachine.kernel(program);
        assertTrue(kernel.takesMatrices());
        INDArray output = Nd4j.create(DataType.FLOAT, new long[] {batch, UNITS}, order);
        INDArray inputGradient = Nd4j.create(DataType.FLOAT, new long[] {batch, TOKEN}, order);
        INDArray[] gradients = new INDArray[parameters.length];
        for (int p = 0; p < gradients.length; p++) {
          gradients[p] = parameters[p].like();
        }
        INDArray in = axes(input.dup(order), isMatrix);
        kernel.forward(parameters, in, null, null, axes(output, isMatrix), true);
        INDArray back = axes(gradient.dup(order), isMatrix);
        kernel.backward(back, 0, gradients, axes(inputGradient, isMatrix));
        List<INDArray> run = new ArrayList<>(List.of(gradients));
        run.addAll(List.of(output, inputGradient));
        runs.add(run);
      }
    }
    for (List<INDArray> run : runs) {
      for (int i = 0; i < run.size(); i++) {
        assertArrayEquals(
            runs.get(0).get(i).dup('c').data().asFloat(), run.get(i).dup('c').data().asFloat());
      }
    }
  }

  private static INDArray axes(INDArray matrix, boolean isMatrix) {
    return isMatrix ? matrix : matrix.reshape(matrix.ordering(), matrix.size(0), matrix.size(1), 1);
  }

  /** Arrays of an earlier state are written to where they fit, and only then. */
  @Test
  void lastStateInArraysOfAnEarlierOne() {
    MapProgram program = program();
    INDArray[] parameters = parameters(program, DataType.FLOAT);
    MapKernel kernel = TestMachine.kernel(program);
    INDArray output = Nd4j.create(DataType.FLOAT, new long[] {2, UNITS}, 'f');
    kernel.forward(parameters, random(DataType.FLOAT, 1, 2, TOKEN), null, null, output, false);
    INDArray[] first = kernel.lastState();
    kernel.forward(parameters, random(DataType.FLOAT, 2, 2, TOKEN), null, first, output, false);
    INDArray[] fresh = kernel.lastState();
    INDArray[] again = kernel.lastState(first);
    INDArray one = Nd4j.create(DataType.FLOAT, new long[] {1, UNITS}, 'f');
    kernel.forward(parameters, random(DataType.FLOAT, 3, 1, TOKEN), null, null, one, false);
    INDArray[] smaller = kernel.lastState(again);
    for (int slot : program.schedule().carried()) {
      assertTrue(again[slot] == first[slot]);
      assertEquals(fresh[slot], again[slot]);
      assertEquals(1, smaller[slot].size(0));
    }
  }
}
