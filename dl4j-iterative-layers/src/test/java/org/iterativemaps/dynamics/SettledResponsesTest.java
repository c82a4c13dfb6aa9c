package org.iterativemaps.dynamics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.dynamics.SettledResponses.Fate;
import org.iterativemaps.dynamics.SettledResponses.Sample;
import org.iterativemaps.dynamics.SettledResponses.Settling;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SettledResponsesTest {
  private static final Settling SETTLING = Settling.withTolerance(1e-12).atMost(400);

  /** z = W z + U x + b, solved by Cramer's rule. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void twoLinearUnitsAreWhereTheEquationsSay(long seed) {
    RandomSource random = RandomSource.of(seed, "linear");
    double[] w = random(random, 4, 0.45);
    double[] u = random(random, 4, 1);
    double[] b = random(random, 2, 1);
    INDArray inputs = Nd4j.createFromArray(random(random, 10, 3)).reshape(5, 2);
    SettledResponses found =
        SettledResponses.of(two(Activation.IDENTITY, w, u, b), null, inputs, SETTLING);
    assertEquals(5, found.count(Fate.SETTLED));
    assertEquals(inputs, found.inputs());
    double determinant = (1 - w[0]) * (1 - w[3]) - w[1] * w[2];
    for (int i = 0; i < 5; i++) {
      double r0 = u[0] * inputs.getDouble(i, 0) + u[1] * inputs.getDouble(i, 1) + b[0];
      double r1 = u[2] * inputs.getDouble(i, 0) + u[3] * inputs.getDouble(i, 1) + b[1];
      double[] expected = {
        ((1 - w[3]) * r0 + w[1] * r1) / determinant, ((1 - w[0]) * r1 + w[2] * r0) / determinant
      };
      assertArrayEquals(expected, found.responses().getRow(i).toDoubleVector(), 1e-11);
    }
  }

  /** Of two rectified units that inhibit each other the one of the larger input is left. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theWinnerTakesAll(long seed) {
    double self = 0.6;
    double across = -0.5; // the difference grows by 1.1 a step
    MapWeights weights =
        two(
            Activation.RELU,
            new double[] {self, across, across, self},
            new double[] {1, 0, 0, 1},
            new double[2]);
    double[] x = random(RandomSource.of(seed, "race"), 40, 1);
    for (int i = 0; i < x.length; i++) {
      x[i] = 1 + Math.abs(x[i]);
    }
    INDArray inputs = Nd4j.createFromArray(x).reshape(20, 2);
    SettledResponses found = SettledResponses.of(weights, null, inputs, SETTLING);
    assertEquals(20, found.count(Fate.SETTLED), found::toString);
    for (int i = 0; i < 20; i++) {
      int winner = x[2 * i] > x[2 * i + 1] ? 0 : 1;
      double[] expected = new double[2];
      expected[winner] = x[2 * i + winner] / (1 - self);
      assertArrayEquals(expected, found.responses().getRow(i).toDoubleVector(), 1e-11);
    }
  }

  /** An unsteady fixed point is none that is reached: tanh(-w z) comes back after two steps. */
  @ParameterizedTest
  @ValueSource(doubles = {-1.2, -2, -5})
  void oscillationIsDetectedWithItsPeriod(double weight) {
    SettledResponses found =
        SettledResponses.of(
            one(Activation.TANH, weight), null, column(0.1, -0.3), SETTLING.atMost(200));
    assertEquals(2, found.count(Fate.OSCILLATES), found::toString);
    assertEquals(2, found.samples().get(0).period());
    assertTrue(found.samples().get(0).change() > 0.1);
    assertTrue(
        found.toString().contains("2 oscillate (first: input 0, period 2)"), found::toString);
    IllegalStateException none = assertThrows(IllegalStateException.class, found::responses);
    assertTrue(none.getMessage().contains("0 settled"), none::getMessage);
  }

  @Test
  void aLongerCycleIsFoundUpToTheLongestPeriod() {
    double third = 2 * Math.PI / 7; // a rotation by a seventh
    MapWeights weights =
        two(
            Activation.IDENTITY,
            new double[] {Math.cos(third), -Math.sin(third), Math.sin(third), Math.cos(third)},
            new double[] {1, 0, 0, 1},
            new double[2]);
    INDArray input = Nd4j.createFromArray(new double[][] {{1, 0}});
    Settling settling = Settling.withTolerance(1e-9).atMost(60);
    assertEquals(7, SettledResponses.of(weights, null, input, settling).samples().get(0).period());
    Settling tooShort = new Settling(1e-9, 60, 6, 1e9);
    assertEquals(
        Fate.UNSETTLED,
        SettledResponses.of(weights, null, input, tooShort).samples().get(0).fate());
  }

  /** Two steps change it by a fiftieth of what one does: within the tolerance. */
  @Test
  void aSpiralThatSlowlyComesToRestIsNoCycle() {
    MapWeights weights = one(Activation.IDENTITY, -0.98);
    Settling settling = Settling.withTolerance(1e-2).atMost(60);
    INDArray inputs = column(1, 4);
    SettledResponses early = SettledResponses.of(weights, null, inputs, settling);
    assertEquals(2, early.count(Fate.UNSETTLED), early::toString);
    SettledResponses late = SettledResponses.of(weights, null, inputs, settling.atMost(400));
    assertEquals(2, late.count(Fate.SETTLED), late::toString);
    assertTrue(late.samples().get(0).steps() < late.samples().get(1).steps());
  }

  @Test
  void whatBlowsUpIsDetected() {
    SettledResponses found =
        SettledResponses.of(one(Activation.IDENTITY, 1.5), null, column(1, 0, -1e200), SETTLING);
    assertEquals(
        List.of(Fate.DIVERGES, Fate.SETTLED, Fate.DIVERGES),
        found.samples().stream().map(Sample::fate).toList());
    assertEquals(1, found.samples().get(2).steps());
    assertEquals(Nd4j.zeros(DataType.DOUBLE, 1, 1), found.responses());
    assertTrue(found.toString().contains("2 diverge (first: input 0"), found::toString);
  }

  /** A square of an infinity, or what an activation makes of it, is no fixed point. */
  @Test
  void notANumberIsNoFixedPoint() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .stateWithoutBias("h", 1, Activation.CUBE)
            .stateWithoutBias("y", 1, Activation.IDENTITY)
            .connect("x", "h", BlockFunctions.identity())
            .connect("h", "h", BlockFunctions.identity())
            .connect(List.of("h", "h"), "y", BlockFunctions.product())
            .output("y")
            .build();
    MapWeights weights = new MapWeights(map.realize(), Map.of());
    Settling widest = new Settling(1e-9, 1000, 2, Double.MAX_VALUE);
    SettledResponses found = SettledResponses.of(weights, null, column(3), widest);
    assertEquals(Fate.DIVERGES, found.samples().get(0).fate(), found::toString);
  }

  /** What is no longer computed does not change what is: each input alone gives the same. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void inputsDoNotDependOnEachOther(long seed) {
    RandomSource random = RandomSource.of(seed, "batch");
    MapWeights weights = random(random, Injection.values()[(int) (seed % 2)]);
    INDArray inputs = Nd4j.createFromArray(random(random, 15, 2)).reshape(5, 3);
    SettledResponses all = SettledResponses.of(weights, null, inputs, SETTLING);
    int settled = 0;
    for (int i = 0; i < 5; i++) {
      INDArray row = inputs.getRow(i, true);
      SettledResponses alone = SettledResponses.of(weights, null, row, SETTLING);
      assertEquals(all.samples().get(i).fate(), alone.samples().get(0).fate());
      if (alone.count(Fate.SETTLED) == 1) {
        assertEquals(
            0,
            Magnitude.largestDifference(alone.responses(), all.responses().getRow(settled, true)),
            1e-11);
        settled++;
      }
    }
    assertEquals(all.count(Fate.SETTLED), settled);
    assertTrue(settled > 0, all::toString);
  }

  /** An impulse is gone after a step; where the map ends then is for its weights to say. */
  @Test
  void anImpulseChoosesBetweenTwoFixedPoints() {
    MapWeights weights = one(Activation.TANH, 2, Injection.IMPULSE);
    SettledResponses found = SettledResponses.of(weights, null, column(0.1, -0.3, 5), SETTLING);
    double z = 1; // z = tanh(2 z)
    for (int i = 0; i < 200; i++) {
      z = Math.tanh(2 * z);
    }
    assertArrayEquals(
        new double[] {z, -z, z}, found.responses().reshape(3).toDoubleVector(), 1e-11);
  }

  @Test
  void wrongInputIsRefused() {
    MapWeights weights = one(Activation.TANH, 0.5);
    String shape =
        assertThrows(
                IllegalArgumentException.class,
                () -> SettledResponses.of(weights, null, Nd4j.ones(2, 2), SETTLING))
            .getMessage();
    assertTrue(shape.contains("[2, 2], expected [samples, 1]"), shape);
    assertThrows(
        IllegalArgumentException.class,
        () -> SettledResponses.of(weights, null, column(Double.NaN), SETTLING));
    assertThrows(IllegalArgumentException.class, () -> Settling.withTolerance(-1));
    assertThrows(IllegalArgumentException.class, () -> Settling.withTolerance(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> SETTLING.atMost(1));
    assertThrows(
        IllegalArgumentException.class, () -> new Settling(0, 2, 2, Double.POSITIVE_INFINITY));
  }

  private static double[] random(RandomSource random, int count, double scale) {
    double[] numbers = new double[count];
    Arrays.setAll(numbers, i -> scale * (2 * random.nextDouble() - 1));
    return numbers;
  }

  private static INDArray column(double... values) {
    return Nd4j.createFromArray(values).reshape(values.length, 1);
  }

  private static MapWeights one(Activation activation, double weight) {
    return one(activation, weight, Injection.HOLD);
  }

  private static MapWeights one(Activation activation, double weight, Injection injection) {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 1)
            .stateWithoutBias("h", 1, activation)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .injection(injection)
            .build()
            .realize();
    return new MapWeights(
        map, Map.of("W[x->h]", new double[] {1}, "W[h->h]", new double[] {weight}));
  }

  /** Weights of two units, [to, from]. */
  private static MapWeights two(Activation activation, double[] w, double[] u, double[] b) {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 2, activation)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build()
            .realize();
    return new MapWeights(map, Map.of("W[x->h]", u, "W[h->h]", w, "b[h]", b));
  }

  /** Five units that settle for most inputs, and a read-out that nobody reads. */
  private static MapWeights random(RandomSource random, Injection injection) {
    BlockMapBuilder builder =
        BlockMap.builder()
            .input("x", 3)
            .state("h", 5, Activation.TANH)
            .state("y", 2, Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .injection(injection);
    RealizedMap map = builder.build().realize();
    Map<String, double[]> values = new HashMap<>();
    map.parameters().forEach(p -> values.put(p.key(), random(random, p.length(), 0.7)));
    return new MapWeights(map, values);
  }
}
