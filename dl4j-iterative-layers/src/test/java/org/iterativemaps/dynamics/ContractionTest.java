package org.iterativemaps.dynamics;

import static org.iterativemaps.dynamics.MapStepTest.drawn;
import static org.iterativemaps.dynamics.MapStepTest.normal;
import static org.iterativemaps.dynamics.MapStepTest.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

class ContractionTest {
  private static final IActivation NONE = null;

  /** Three modules that hear of each other, a read-out that nobody hears of. */
  static BlockMapBuilder assembly() {
    return BlockMap.builder()
        .input("x", 3)
        .state("a", 6, Activation.TANH)
        .state("b", 5, Activation.SIGMOID)
        .state("c", 4, Activation.RELU)
        .state("y", 2, Activation.SOFTMAX)
        .connect("x", "a", Sparsity.dense())
        .connect("a", "a", Sparsity.dense())
        .connect("b", "b", Sparsity.density(0.5))
        .connect("c", "c", Sparsity.diagonal())
        .connect("a", "b", Sparsity.dense())
        .connect("b", "c", Sparsity.density(0.5))
        .connect("c", "a", Sparsity.dense())
        .connect("c", "y", Sparsity.dense())
        .output("y");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void gainsAreNormsTimesSlopes(long seed) {
    MapWeights weights = drawn(assembly().build(), 0.3, seed);
    Contraction contraction = Contraction.of(weights, NONE);
    String[] slots = {"a", "b", "c"};
    double[] slopes = {1, 0.25, 1};
    double[][] gains = contraction.gains();
    for (int to = 0; to < 3; to++) {
      for (int from = 0; from < 3; from++) {
        double[][] matrix = weights.matrix(slots[from], slots[to]);
        double norm = new SingularValueDecomposition(new Array2DRowRealMatrix(matrix)).getNorm();
        assertEquals(slopes[to] * norm, gains[to][from], 1e-12);
      }
    }
    double[] eigenvalues =
        new EigenDecomposition(new Array2DRowRealMatrix(gains)).getRealEigenvalues();
    assertEquals(Arrays.stream(eigenvalues).max().orElseThrow(), contraction.rate(), 1e-9);
  }

  /** Every step, from near and from far, on changing tokens. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyStepShrinksTheDistance(long seed) {
    MapWeights raw = drawn(assembly().build(), 0.8, seed);
    double limit = 0.9;
    assertTrue(Contraction.of(raw, NONE).rate() > limit);
    MapWeights weights = Contraction.limited(raw, NONE, limit);
    Contraction contraction = Contraction.of(weights, NONE);
    assertEquals(limit, contraction.rate(), 1e-12);
    assertSame(weights, Contraction.limited(weights, NONE, limit + 1e-9));
    SlotNorm norm = contraction.norm(limit + 1e-6);
    assertEquals(3, norm.scales().size());
    MapStep step = MapStep.of(weights, NONE, normal(3, seed));
    for (double spread : new double[] {1e-3, 1, 100}) {
      double[][] states = {normal(step.size(), seed), normal(step.size(), seed + 1)};
      for (double[] state : states) {
        Arrays.setAll(state, i -> spread * state[i]);
      }
      double before = norm.distance(states[0], states[1]);
      for (int t = 0; t < 20 && before > 1e-9; t++) {
        states = step.withToken(normal(3, seed + t)).apply(states);
        double after = norm.distance(states[0], states[1]);
        assertTrue(after <= norm.bound() * before + 1e-14, after + " after " + before);
        before = after;
      }
    }
  }

  /** The bound is reached: identity activations and one direction. */
  @Test
  void theBoundIsSharp() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .state("a", 1, Activation.IDENTITY)
            .state("b", 1, Activation.IDENTITY)
            .connect("x", "a", Sparsity.dense())
            .connect("a", "b", Sparsity.dense())
            .connect("b", "a", Sparsity.dense())
            .output("b")
            .build();
    MapWeights drawn = drawn(map, 1, 4);
    MapWeights weights = Contraction.limited(drawn, NONE, 0.5);
    assertEquals(0.5, Contraction.of(weights, NONE).rate(), 1e-12);
    MapStep step = MapStep.of(weights, NONE, 0.3);
    assertEquals(0.5, step.jacobian(0, 0).spectralRadius(), 1e-12);
    assertArrayEquals(drawn.weights("x", "a"), weights.weights("x", "a")); // not in the loop
  }

  @Test
  void mapsWithoutALoopOfSlotsAreNilpotent() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 3, Activation.TANH)
            .state("g", 3, Activation.TANH)
            .state("y", 1, Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "g", Sparsity.dense())
            .connect("g", "y", Sparsity.dense())
            .output("y")
            .build();
    MapWeights weights = drawn(map, 30, 2);
    Contraction contraction = Contraction.of(weights, NONE);
    assertEquals(0, contraction.rate());
    assertSame(weights, Contraction.limited(weights, NONE, 0.01));
    SlotNorm norm = contraction.norm(0.1);
    MapStep step = MapStep.of(weights, NONE, 1, 2);
    double[][] states = {normal(6, 1), normal(6, 2)};
    double before = norm.distance(states[0], states[1]);
    states = step.apply(states);
    assertTrue(norm.distance(states[0], states[1]) <= 0.1 * before);
    states = step.apply(states);
    assertEquals(0, norm.distance(states[0], states[1])); // as many steps as slots in a row
  }

  @Test
  void onlyLoopsAboveTheLimitChangeAndFixedWeightsNever() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("a", 4, Activation.TANH)
            .state("b", 4, Activation.TANH)
            .connect("x", "a", Sparsity.dense())
            .connect("a", "a", Sparsity.dense())
            .connect("a", "b", Sparsity.dense())
            .connectFixed("b", "b", Sparsity.diagonal(), WeightValues.constant(0.5))
            .connect("b", "b", Sparsity.density(0.5))
            .output("b")
            .build();
    MapWeights drawn = drawn(map, 1, 9);
    MapWeights weights = Contraction.limited(drawn, NONE, 0.8);
    double[][] gains = Contraction.of(weights, NONE).gains();
    assertEquals(0.8, gains[0][0], 1e-12);
    assertEquals(0.8, gains[1][1], 1e-12);
    assertArrayEquals(drawn.weights("a", "b"), weights.weights("a", "b"));
    refused("rate of 0.5", () -> Contraction.limited(drawn, NONE, 0.4));
    refused("limit", () -> Contraction.limited(drawn, NONE, 0));
    refused("limit", () -> Contraction.limited(drawn, NONE, Double.NaN));
    refused("above the rate", () -> Contraction.of(weights, NONE).norm(0.8 - 1e-9));
    refused("above the rate", () -> Contraction.of(weights, NONE).norm(Double.NaN));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theBoundBySlopeIsOneOfTheJacobians(long seed) {
    MapWeights weights = drawn(assembly().build(), 0.5, seed);
    double bound = Contraction.bySlope(weights, NONE);
    MapStep step = MapStep.of(weights, NONE, normal(3, seed));
    for (int i = 0; i < 20; i++) {
      assertTrue(step.jacobian(normal(step.size(), 100 * seed + i)).norm() <= bound);
    }
  }

  @Test
  void whatHasNoBoundIsRefused() {
    BlockMap gated = assembly().connect(List.of("a", "a"), "a", BlockFunctions.product()).build();
    refused("contraction: block a,a->a", () -> Contraction.of(drawn(gated, 1, 1), NONE));
    BlockMap normalised = assembly().normalise("b", Normalisation.RMS).build();
    refused("slot 'b' is normalised", () -> Contraction.bySlope(drawn(normalised, 1, 1), NONE));
    BlockMap steep =
        assembly()
            .state("s", 2, Activation.CUBE)
            .connect("s", "s", Sparsity.dense())
            .connect("a", "s", Sparsity.dense())
            .connect("s", "a", Sparsity.dense())
            .build();
    refused("no largest slope", () -> Contraction.of(drawn(steep, 1, 1), NONE));
  }
}
