package org.iterativemaps.dynamics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.SparseMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MapStepTest {
  private static final double BUMP = 1e-6;

  /** A map with normally distributed numbers. */
  static MapWeights drawn(BlockMap map, double spread, long seed) {
    RealizedMap realized = map.realize();
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Parameter parameter : realized.parameters()) {
      RandomSource random = RandomSource.of(seed, "drawn", parameter.key());
      double[] own = new double[parameter.length()];
      Arrays.setAll(own, i -> spread * random.nextGaussian());
      values.put(parameter.key(), own);
    }
    return new MapWeights(realized, values);
  }

  static double[] normal(int size, long seed) {
    RandomSource random = RandomSource.of(seed, "normal");
    return IntStream.range(0, size).mapToDouble(i -> random.nextGaussian()).toArray();
  }

  private static MapStep step(BlockMap map, long seed) {
    return MapStep.of(
        drawn(map, 0.6, seed),
        Activation.TANH.getActivationFunction(),
        normal(map.input().size(), seed + 1000));
  }

  /** One of linear blocks and one of gates, products and normalisations, both with a state. */
  private static List<BlockMap> maps(long seed) {
    RandomPrograms random = new RandomPrograms(seed);
    BlockMap linear;
    do {
      linear = random.map(Activation.TANH, Activation.SIGMOID, Activation.SOFTPLUS);
    } while (!hasState(linear));
    BlockMap gated;
    int next = 0;
    do {
      RandomPrograms other = new RandomPrograms(1000 * seed + next++);
      gated = other.gatedMap(true, Activation.TANH, Activation.SIGMOID);
    } while (!hasState(gated) || gated.isLinear());
    return List.of(linear, gated);
  }

  private static boolean hasState(BlockMap map) {
    return !Schedule.sequence(map, 1).carried().isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void itIsTheKernelsStep(long seed) {
    for (BlockMap map : maps(seed)) {
      MapStep step = step(map, seed);
      double[][] states = {normal(step.size(), seed), normal(step.size(), seed + 1)};
      MapProgram program =
          MapProgram.sequence(
              step.weights().realized(), 1, Activation.TANH.getActivationFunction());
      INDArray[] z = new INDArray[map.slots().size()];
      for (int slot = 0; slot < z.length; slot++) {
        Slot s = map.slots().get(slot);
        z[slot] = Nd4j.zeros(org.nd4j.linalg.api.buffer.DataType.DOUBLE, 2, s.size());
        if (s.isInput()) {
          z[slot].addiRowVector(Nd4j.createFromArray(step.token()).reshape(1, s.size()));
        } else if (step.slots().contains(s)) {
          for (int row = 0; row < 2; row++) {
            int from = step.offset(s.name());
            z[slot].putRow(
                row, Nd4j.createFromArray(Arrays.copyOfRange(states[row], from, from + s.size())));
          }
        }
      }
      INDArray[] parameters =
          step.weights().realized().parameters().stream()
              .map(p -> Nd4j.createFromArray(step.weights().values(p.key())))
              .toArray(INDArray[]::new);
      INDArray[] expected = new ReferenceKernel(program).step(parameters, z);
      double[][] found = step.apply(states);
      double[][] outputs = step.outputs(states);
      for (int row = 0; row < 2; row++) {
        for (Slot slot : step.slots()) {
          int from = step.offset(slot.name());
          assertArrayEquals(
              expected[map.indexOf(slot.name())].getRow(row).toDoubleVector(),
              Arrays.copyOfRange(found[row], from, from + slot.size()),
              1e-13);
        }
        assertArrayEquals(
            expected[map.indexOf(map.output().name())].getRow(row).toDoubleVector(),
            outputs[row],
            1e-13);
      }
      assertArrayEquals(found[1], step.apply(states[1]), 1e-13);
      assertNotSame(found[0], step.apply(states)[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theJacobianIsTheSlopeOfTheStep(long seed) {
    for (BlockMap map : maps(seed)) {
      MapStep step = step(map, seed);
      double[] state = normal(step.size(), seed);
      Jacobian jacobian = step.jacobian(state);
      double[][] matrix = jacobian.matrix();
      for (int from = 0; from < step.size(); from++) {
        double[] up = state.clone();
        double[] down = state.clone();
        up[from] += BUMP;
        down[from] -= BUMP;
        double[][] moved = step.apply(new double[][] {up, down});
        for (int to = 0; to < step.size(); to++) {
          double slope = (moved[0][to] - moved[1][to]) / (2 * BUMP);
          assertEquals(slope, matrix[to][from], 1e-8, map + " at " + to + ", " + from);
        }
      }
      double[] v = normal(step.size(), seed + 7);
      double[][] states = {state};
      assertArrayEquals(
          jacobian.transposedTimes(v), step.vectorJacobian(states, new double[][] {v})[0], 1e-12);
      assertArrayEquals(
          jacobian.times(v), step.jacobianVector(states, new double[][] {v})[0], 1e-12);
      // Both ways to it
      SparseMatrix byRows = JacobianRows.of(step, state);
      for (int to = 0; to < step.size(); to++) {
        assertArrayEquals(byRows.toDense()[to], matrix[to], 1e-13);
      }
    }
  }

  @Test
  void aTokenOfItsOwn() {
    MapStep step =
        step(
            BlockMap.builder()
                .input("x", 1)
                .state("h", 2, Activation.TANH)
                .connect("x", "h", Sparsity.dense())
                .connect("h", "h", Sparsity.dense())
                .output("h")
                .build(),
            3);
    double[][] states = {{0.1, 0.2}};
    double[] before = step.apply(states)[0];
    MapStep other = step.withToken(step.token()[0] + 1);
    assertTrue(Math.abs(other.apply(states)[0][0] - before[0]) > 1e-3);
    assertArrayEquals(before, step.apply(states)[0]);
  }

  @Test
  void wrongInputIsNamed() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 2, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .output("h")
            .build();
    refused("no state", () -> step(map, 1));
    BlockMap looped = map.toBuilder().connect("h", "h", Sparsity.dense()).build();
    MapWeights weights = drawn(looped, 1, 1);
    refused("nIn = 2", () -> MapStep.of(weights, null, 1));
    refused("NaN at 1", () -> MapStep.of(weights, null, 1, Double.NaN));
    MapStep step = MapStep.of(weights, null, 1, 2);
    refused("expected 2", () -> step.apply(new double[][] {{1, 2}, {1}}));
    refused("no rows", () -> step.apply(new double[0][]));
    refused("NaN", () -> step.jacobian(1, Double.NaN));
    refused("as many as", () -> step.vectorJacobian(new double[1][2], new double[2][2]));
    refused("'y'", () -> step.offset("y"));
    BlockMap attention =
        looped.toBuilder()
            .connect(List.of("h", "h", "h"), "h", BlockFunctions.attention(1, 2))
            .build();
    refused("examples of 2 tokens", () -> MapStep.of(drawn(attention, 1, 1), null, 1, 2));
  }

  static void refused(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
