package org.iterativemaps.dynamics;

import static org.iterativemaps.dynamics.MapStepTest.drawn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.DoubleUnaryOperator;
import org.iterativemaps.dynamics.ImpulseResponse.Measurement;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Verdicts of {@link ImpulseResponse} on maps of several slots, against plain loops. */
class BruteForceTest {
  private static final int MOST_STEPS = 60;
  private static final double TOLERANCE = 1e-6;
  private static final List<Activation> ACTIVATIONS =
      List.of(Activation.TANH, Activation.IDENTITY, Activation.RELU, Activation.CUBE);

  private static DoubleUnaryOperator function(Slot slot) {
    return switch (slot.activation().toString()) {
      case "tanh" -> Math::tanh;
      case "identity" -> z -> z;
      case "relu" -> z -> z > 0 ? z : 0 * z; // keeps not-a-number
      case "cube" -> z -> z * z * z;
      default -> throw new AssertionError(slot.activation());
    };
  }

  private static int below(RandomSource random, int bound) {
    return (int) (bound * random.nextDouble());
  }

  private static BlockMap random(long seed) {
    RandomSource random = RandomSource.of(seed, "map");
    int slots = 1 + below(random, 4);
    BlockMapBuilder map =
        BlockMap.builder().input("x", 2).seed(seed).injection(Injection.values()[below(random, 2)]);
    boolean isTame = below(random, 2) == 0;
    for (int s = 0; s < slots; s++) {
      Activation activation =
          isTame ? Activation.TANH : ACTIVATIONS.get(below(random, ACTIVATIONS.size()));
      map.state("s" + s, 1 + below(random, 3), activation);
      map.connect(s == 0 ? "x" : "s" + (s - 1), "s" + s, Sparsity.dense());
    }
    for (int from = 0; from < slots; from++) {
      for (int to = 0; to < slots; to++) {
        if (from != to - 1 && below(random, 4) == 0) {
          map.connect("s" + from, "s" + to, Sparsity.entries(1));
        }
      }
    }
    return map.output("s" + (slots - 1)).build();
  }

  /** All units in a row, the input first: W[to][from]. */
  private static double[][] matrix(MapWeights weights, int[] first) {
    List<Slot> slots = weights.map().slots();
    double[][] all = new double[first[slots.size()]][first[slots.size()]];
    for (int to = 0; to < slots.size(); to++) {
      for (int from = 0; from < slots.size(); from++) {
        double[][] block = weights.matrix(slots.get(from).name(), slots.get(to).name());
        for (int i = 0; i < block.length; i++) {
          System.arraycopy(block[i], 0, all[first[to] + i], first[from], block[i].length);
        }
      }
    }
    return all;
  }

  private static int[] first(BlockMap map) {
    int[] first = new int[map.slots().size() + 1];
    for (int s = 0; s < map.slots().size(); s++) {
      first[s + 1] = first[s] + map.slots().get(s).size();
    }
    return first;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.8, 2, 30})
  void verdictsOnMapsOfSeveralSlots(double spread) {
    int present = 0;
    for (long seed = 1; seed <= 8; seed++) {
      MapWeights weights = drawn(random(seed), spread, seed);
      OptionalInt expected = bruteForce(weights, new double[] {0.4, -0.7});
      INDArray[] parameters =
          weights.realized().parameters().stream()
              .map(p -> Nd4j.createFromArray(weights.values(p.key())))
              .toArray(INDArray[]::new);
      OptionalInt found =
          ImpulseResponse.measured(
              weights.realized(),
              null,
              parameters,
              Nd4j.createFromArray(0.4, -0.7),
              new Measurement(TOLERANCE, MOST_STEPS, 4, 1, 0));
      String message = weights.map() + ", seed " + seed + ": " + found + ", not " + expected;
      assertEquals(expected.isPresent(), found.isPresent(), message);
      assertEquals(expected.orElse(0), found.orElse(0), 1, message); // but for rounding
      present += expected.isPresent() ? 1 : 0;
    }
    assertTrue(present > 0 && present <= 8, present + " forget"); // some do
  }

  private static OptionalInt bruteForce(MapWeights weights, double[] token) {
    BlockMap map = weights.map();
    int[] first = first(map);
    double[][] matrix = matrix(weights, first);
    boolean[] matters = reaching(matrix, first, map.indexOf(map.output().name()));
    double[][] states = new double[5][matrix.length];
    for (int s = 1; s < map.slots().size(); s++) {
      RandomSource random = RandomSource.of(0, "start", map.slots().get(s).name());
      for (int row = 1; row < states.length; row++) {
        for (int i = first[s]; i < first[s + 1]; i++) {
          states[row][i] = 2 * random.nextDouble() - 1;
        }
      }
    }
    int since = 0;
    for (int step = 1; step <= MOST_STEPS; step++) {
      boolean isThere = step == 1 || map.injection() == Injection.HOLD;
      double apart = 0;
      for (int row = 0; row < states.length; row++) {
        System.arraycopy(isThere ? token : new double[2], 0, states[row], 0, 2);
        double[] next = new double[matrix.length];
        for (int s = 1; s < map.slots().size(); s++) {
          double[] bias = weights.bias(map.slots().get(s).name());
          for (int i = first[s]; i < first[s + 1]; i++) {
            double sum = bias[i - first[s]];
            for (int from = 0; from < matrix.length; from++) {
              sum += matrix[i][from] == 0 ? 0 : matrix[i][from] * states[row][from];
            }
            next[i] = function(map.slots().get(s)).applyAsDouble(sum);
            if (matters[i] && !(Math.abs(next[i]) <= 1e150)) {
              return OptionalInt.empty();
            }
          }
        }
        states[row] = next;
        for (int i = first[first.length - 2]; i < matrix.length; i++) {
          apart = Math.max(apart, Math.abs(next[i] - states[0][i]));
        }
      }
      since = !(apart <= TOLERANCE) ? 0 : since == 0 ? step : since;
    }
    return since == 0 ? OptionalInt.empty() : OptionalInt.of(since);
  }

  /** All units of slots from which the output can be reached. */
  private static boolean[] reaching(double[][] matrix, int[] first, int output) {
    boolean[] slots = new boolean[first.length - 1];
    slots[output] = true;
    for (int round = 0; round < slots.length; round++) {
      for (int to = 0; to < slots.length; to++) {
        for (int from = 1; from < slots.length; from++) {
          for (int i = first[to]; slots[to] && i < first[to + 1]; i++) {
            for (int j = first[from]; j < first[from + 1]; j++) {
              slots[from] |= matrix[i][j] != 0;
            }
          }
        }
      }
    }
    boolean[] units = new boolean[matrix.length];
    for (int s = 0; s < slots.length; s++) {
      Arrays.fill(units, first[s], first[s + 1], slots[s]);
    }
    return units;
  }

  /** No walk of as many steps as the answer ends in the output, and one of fewer does. */
  @Test
  void structureIsTheLongestWalk() {
    int finite = 0;
    for (long seed = 1; seed <= 300; seed++) {
      BlockMap map = random(seed);
      int[] first = first(map);
      double[][] matrix = matrix(drawn(map, 1, seed), first);
      boolean[] ends = new boolean[matrix.length]; // of walks to the output
      int output = map.indexOf(map.output().name());
      Arrays.fill(ends, first[output], first[output + 1], true);
      int steps = 0;
      while (steps <= matrix.length && anyState(ends)) {
        boolean[] before = new boolean[matrix.length];
        for (int to = first[1]; to < matrix.length; to++) {
          for (int from = first[1]; ends[to] && from < matrix.length; from++) {
            before[from] |= matrix[to][from] != 0;
          }
        }
        ends = before;
        steps++;
      }
      OptionalInt expected = anyState(ends) ? OptionalInt.empty() : OptionalInt.of(steps);
      finite += expected.isPresent() ? 1 : 0;
      assertEquals(expected, ImpulseResponse.ofStructure(map.realize()), map + ", seed " + seed);
    }
    assertTrue(finite > 50 && finite < 250, finite + " of 300");
  }

  private static boolean anyState(boolean[] units) {
    for (boolean unit : units) {
      if (unit) {
        return true;
      }
    }
    return false;
  }

  /** Starts in different phases of a cycle stay apart, however small it is. */
  @ParameterizedTest
  @ValueSource(doubles = {-1.001, -1.5, -3, -50})
  void aCycleIsNotForgotten(double weight) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .stateWithoutBias("h", 1, Activation.TANH.getActivationFunction())
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    INDArray[] parameters = {Nd4j.createFromArray(1.0), Nd4j.createFromArray(weight)};
    Measurement measurement = new Measurement(1e-9, 100, 4, 1, 0);
    INDArray nothing = Nd4j.zeros(DataType.DOUBLE, 1);
    assertEquals(
        OptionalInt.empty(),
        ImpulseResponse.measured(map.realize(), null, parameters, nothing, measurement));
    // Strong input ends the cycle, and then the start is forgotten.
    INDArray strong = Nd4j.valueArrayOf(new long[] {1}, 100.0, DataType.DOUBLE);
    assertTrue(
        ImpulseResponse.measured(map.realize(), null, parameters, strong, measurement).isPresent());
  }
}
