package org.iterativemaps.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.iterativemaps.dynamics.ImpulseResponse.Measurement;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ImpulseResponseTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void anMlpForgetsAfterItsDepth(int depth) {
    BlockMapBuilder builder = BlockMap.builder().input("x", 3);
    for (int i = 1; i <= depth; i++) {
      builder.state("h" + i, 4, Activation.TANH);
      builder.connect(i == 1 ? "x" : "h" + (i - 1), "h" + i, Sparsity.dense());
    }
    RealizedMap map = builder.output("h" + depth).build().realize();
    assertEquals(OptionalInt.of(depth), ImpulseResponse.ofStructure(map));
    assertEquals(OptionalInt.of(depth), measured(map, 0.9, 1e-13));
  }

  /** A loop of slots that is none of units: strictly triangular h->h. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aStrictlyTriangularBlockIsNilpotent(long seed) {
    Random random = new Random(seed);
    int size = 2 + random.nextInt(6);
    boolean[][] below = new boolean[size][size];
    for (int to = 1; to < size; to++) {
      for (int from = 0; from < to; from++) {
        below[to][from] = random.nextInt(3) == 0;
      }
    }
    below[1][0] = true;
    RealizedMap map = withLoop(size, below);
    assertEquals(OptionalInt.of(nilpotency(below)), ImpulseResponse.ofStructure(map));
    assertEquals(OptionalInt.of(nilpotency(below)), measured(map, 0.9, 1e-14));
    below[0][size - 1] = true; // closes a loop if the last unit hears of the first
    OptionalInt closed = ImpulseResponse.ofStructure(withLoop(size, below));
    assertEquals(nilpotency(below) <= size, closed.isPresent());
  }

  @Test
  void loopsForgetAsFastAsTheyContract() {
    boolean[][] self = {{true}};
    RealizedMap map = withLoop(1, self);
    assertEquals(OptionalInt.empty(), ImpulseResponse.ofStructure(map));
    // From both sides of zero, tanh'(0) = 1: the weight is the rate.
    int slow = measured(map, 0.9, 1e-6).orElseThrow();
    int fast = measured(map, 0.45, 1e-6).orElseThrow();
    assertTrue(fast < slow, fast + " " + slow);
    assertTrue(fast <= 1 + Math.log(1e-6) / Math.log(0.45), "" + fast);
    assertEquals(OptionalInt.empty(), measured(map, 3.0, 1e-6)); // two fixed points
  }

  @Test
  void unitsThatTheOutputDoesNotReadDoNotMatter() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 3, Activation.TANH)
            .state("y", 1, Activation.TANH)
            .state("aside", 2, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .connect("h", "aside", Sparsity.dense())
            .connect("aside", "aside", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    assertEquals(OptionalInt.of(2), ImpulseResponse.ofStructure(map));
  }

  @Test
  void wrongInputIsNamed() {
    RealizedMap map = withLoop(2, new boolean[][] {{true, false}, {false, true}});
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                ImpulseResponse.measured(
                    map,
                    new ActivationTanH(),
                    new INDArray[3],
                    Nd4j.ones(5),
                    Measurement.withTolerance(1e-3)));
    assertTrue(refused.getMessage().contains("found 5 units"), refused::getMessage);
    assertThrows(IllegalArgumentException.class, () -> Measurement.withTolerance(-1));
  }

  private static RealizedMap withLoop(int size, boolean[][] loop) {
    return BlockMap.builder()
        .input("x", 1)
        .stateWithoutBias("h", size, new ActivationTanH())
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.explicit(WeightMask.ofMatrix(loop)))
        .output("h")
        .build()
        .realize();
  }

  /** The smallest n with M^n = 0; beyond the size if there is none. */
  private static int nilpotency(boolean[][] m) {
    double[][] values = new double[m.length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m.length; j++) {
        values[i][j] = m[i][j] ? 1 : 0;
      }
    }
    INDArray matrix = Nd4j.createFromArray(values);
    INDArray power = matrix.dup();
    for (int n = 1; n <= m.length; n++) {
      if (Magnitude.largest(power) == 0) {
        return n;
      }
      power = power.mmul(matrix);
    }
    return m.length + 1;
  }

  private static OptionalInt measured(RealizedMap map, double weight, double tolerance) {
    INDArray[] parameters =
        map.parameters().stream()
            .map(p -> Nd4j.valueArrayOf(new long[] {p.length()}, weight).castTo(DataType.DOUBLE))
            .toArray(INDArray[]::new);
    INDArray token = Nd4j.zeros(map.map().input().size());
    return ImpulseResponse.measured(
        map,
        new ActivationTanH(),
        parameters,
        token,
        new Measurement(tolerance, MOST_STEPS, 8, 1, 0));
  }

  private static final int MOST_STEPS = 150;

  /** x and h to q, k, v, attention of them to h; or all that in a nested map that y reads. */
  private static BlockMap attention(int time, boolean isNested) {
    BlockMapBuilder map = BlockMap.builder().input("x", 2);
    for (String wire : List.of("q", "k", "v")) {
      map.wireWithoutBias(wire, 2, Activation.IDENTITY).connect("x", wire, Sparsity.dense());
      if (!isNested) {
        map.connect("h", wire, Sparsity.dense());
      }
    }
    BlockMap attention =
        map.stateWithoutBias("h", 2, Activation.TANH)
            .connect(List.of("q", "k", "v"), "h", BlockFunctions.attention(1, time))
            .output("h")
            .build();
    return !isNested
        ? attention
        : BlockMap.builder()
            .input("x", 2)
            .stateWithoutBias("y", 2, Activation.TANH)
            .connect("x", "y", Sparsity.dense())
            .connect(List.of("y"), "y", BlockFunctions.nested(attention, 1))
            .output("y")
            .build();
  }

  /** A start knows nothing of the others: attention to tokens that are alike is their value. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void attentionSeesOneStartAtATime(boolean isNested) {
    for (double weight : new double[] {0.2, 0.35}) {
      OptionalInt alone = measured(attention(1, isNested).realize(), weight, 1e-9);
      assertTrue(alone.isPresent(), "weight " + weight);
      for (int time : new int[] {2, 3, 10}) {
        RealizedMap map = attention(time, isNested).realize();
        assertEquals(alone, measured(map, weight, 1e-9), time + " tokens, weight " + weight);
      }
    }
    // Two fixed points, whose mean is a third.
    assertEquals(OptionalInt.empty(), measured(attention(3, isNested).realize(), 2, 1e-6));
  }

  @Test
  void attentionToExamplesThatFitNoGroupIsRefused() {
    BlockMapBuilder map = BlockMap.builder().input("x", 1);
    for (int time : new int[] {1021, 1031, 1033}) {
      map.state("h" + time, 1, Activation.TANH)
          .connect(List.of("x", "x", "x"), "h" + time, BlockFunctions.attention(1, time));
    }
    RealizedMap realized = map.output("h1033").build().realize();
    String message =
        assertThrows(IllegalArgumentException.class, () -> measured(realized, 0, 1e-6))
            .getMessage();
    assertTrue(message.contains("attention block x,x,x->h1031"), message);
  }

  /** One component becomes NaN before the other does. */
  @Test
  void aMapThatBlowsUpHasNotForgotten() {
    double[][] turning = {{3, 3}, {-3, 3}};
    assertEquals(
        OptionalInt.empty(), measured(new Linear(turning, new ActivationIdentity()), 1, 600));
  }

  /** Not-a-number is zero to ReLU: from there on all starts agree. */
  @Test
  void anActivationThatSwallowsNotANumberDoesNotHideIt() {
    double[][] growing = {{4, -4, 0}, {3, 2, -7}, {5, -5, 2}};
    assertEquals(OptionalInt.empty(), measured(new Linear(growing, new ActivationReLU()), 1));
    double[][] steep = {{1e200, -1e200}, {-1e200, 1e200}};
    assertEquals(OptionalInt.empty(), measured(new Linear(steep, new ActivationReLU()), 1));
  }

  @Test
  void aHiddenSlotThatBlowsUpBehindASaturatedOutputHasNotForgotten() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 1)
            .stateWithoutBias("h", 1, new ActivationIdentity())
            .stateWithoutBias("y", 1, new ActivationTanH())
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    INDArray[] parameters = {
      Nd4j.createFromArray(10.0), Nd4j.createFromArray(3.0), Nd4j.createFromArray(5.0)
    };
    Measurement longRun = Measurement.withTolerance(1e-9);
    assertEquals(
        OptionalInt.empty(),
        ImpulseResponse.measured(map, null, parameters, Nd4j.ones(1), longRun));
    Measurement shortRun = new Measurement(1e-9, 100, 8, 1, 0); // it is finite for so long
    assertTrue(ImpulseResponse.measured(map, null, parameters, Nd4j.ones(1), shortRun).isPresent());
  }

  /** One slot h, h->h dense, x->h = 1. */
  private record Linear(double[][] loop, IActivation activation) {
    RealizedMap map() {
      return BlockMap.builder()
          .input("x", 1)
          .stateWithoutBias("h", loop.length, activation)
          .connect("x", "h", Sparsity.dense())
          .connect("h", "h", Sparsity.dense())
          .output("h")
          .build()
          .realize();
    }

    INDArray[] parameters() {
      return new INDArray[] {
        Nd4j.ones(DataType.DOUBLE, loop.length), Nd4j.toFlattened('c', Nd4j.createFromArray(loop))
      };
    }
  }

  private static OptionalInt measured(Linear linear, double token) {
    return measured(linear, token, MOST_STEPS);
  }

  private static OptionalInt measured(Linear linear, double token, int mostSteps) {
    return ImpulseResponse.measured(
        linear.map(),
        null,
        linear.parameters(),
        Nd4j.valueArrayOf(new long[] {1}, token, DataType.DOUBLE),
        new Measurement(1e-6, mostSteps, 8, 1, 0));
  }

  /** In plain Java. */
  private static OptionalInt bruteForce(Linear linear, DoubleUnaryOperator a, double token) {
    int size = linear.loop.length;
    RandomSource random = RandomSource.of(0, "start", "h");
    double[][] states = new double[9][size];
    for (int row = 1; row < states.length; row++) {
      Arrays.setAll(states[row], i -> 2 * random.nextDouble() - 1);
    }
    int since = 0;
    for (int step = 1; step <= MOST_STEPS; step++) {
      for (int row = 0; row < states.length; row++) {
        states[row] = next(linear.loop, states[row], a, token);
      }
      double apart = 0;
      for (double[] state : states) {
        for (int i = 0; i < size; i++) {
          if (!(Math.abs(state[i]) <= 1e150)) {
            return OptionalInt.empty();
          }
          apart = Math.max(apart, Math.abs(state[i] - states[0][i]));
        }
      }
      since = apart > 1e-6 ? 0 : since == 0 ? step : since;
    }
    return since == 0 ? OptionalInt.empty() : OptionalInt.of(since);
  }

  private static double[] next(double[][] loop, double[] old, DoubleUnaryOperator a, double token) {
    double[] next = new double[old.length];
    for (int to = 0; to < next.length; to++) {
      double sum = token;
      for (int from = 0; from < old.length; from++) {
        sum += loop[to][from] * old[from];
      }
      next[to] = a.applyAsDouble(sum);
    }
    return next;
  }

  /** A rotation by an angle, stretched: the spectral radius is known. */
  private static double[][] rotation(Random random, double radius) {
    double angle = 0.1 + 3 * random.nextDouble();
    double skew = 1 + random.nextDouble();
    return new double[][] {
      {radius * Math.cos(angle), -radius * skew * Math.sin(angle)},
      {radius / skew * Math.sin(angle), radius * Math.cos(angle)}
    };
  }

  private static double[][] random(Random random, double spread) {
    double[][] loop = new double[1 + random.nextInt(5)][];
    for (int to = 0; to < loop.length; to++) {
      loop[to] = random.doubles(loop.length, -spread, spread).toArray();
    }
    return loop;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void rotationsForgetIfAndOnlyIfTheyShrink(long seed) {
    Random random = new Random(seed);
    ActivationIdentity identity = new ActivationIdentity();
    for (double radius : new double[] {1, 1.05, 1.6, 2.2, 4, 40, 1e9}) {
      Linear linear = new Linear(rotation(random, radius), identity);
      assertEquals(OptionalInt.empty(), measured(linear, 1), "radius " + radius);
    }
    for (double radius : new double[] {0.3, 0.6, 0.85}) {
      int steps = measured(new Linear(rotation(random, radius), identity), 1).orElseThrow();
      double least = Math.log(1e-6) / Math.log(radius);
      assertTrue(Math.abs(steps - least) < 2 + 8 / -Math.log(radius), steps + " and " + least);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.4, 0.7, 1.2, 3, 30, 1e60})
  void verdictsAreThoseOfBruteForce(double spread) {
    Map<IActivation, DoubleUnaryOperator> activations =
        Map.of(
            new ActivationIdentity(), z -> z,
            new ActivationTanH(), Math::tanh,
            new ActivationReLU(), z -> z > 0 ? z : 0 * z, // keeps not-a-number
            new ActivationCube(), z -> z * z * z);
    activations.forEach(
        (activation, a) -> {
          for (long seed = 0; seed < 4; seed++) {
            double[][] loop = random(new Random(seed), spread);
            Linear linear = new Linear(loop, activation);
            OptionalInt expected = bruteForce(linear, a, 0.3);
            OptionalInt found = measured(linear, 0.3);
            String message = activation + ", seed " + seed + ": " + found + ", not " + expected;
            assertEquals(expected.isPresent(), found.isPresent(), message);
            if (expected.isPresent()) { // but for rounding
              assertEquals(expected.getAsInt(), found.getAsInt(), 1, message);
            }
          }
        });
  }
}
