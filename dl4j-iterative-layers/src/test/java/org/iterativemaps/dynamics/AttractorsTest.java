package org.iterativemaps.dynamics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.iterativemaps.dynamics.Attractor.Stability;
import org.iterativemaps.dynamics.Attractors.Search;
import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

class AttractorsTest {
  private static final Search SEARCH = Search.of(16, 2);

  private static MapStep tanh(double w) {
    return SmallMaps.step(Activation.TANH, new double[] {w});
  }

  private static double[] states(Attractor attractor) {
    return IntStream.range(0, attractor.period())
        .mapToDouble(i -> attractor.state(i)[0])
        .sorted()
        .toArray();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.9, -0.5, 0.2, 0.6, 0.99})
  void belowOneEverythingGoesToZero(double w) {
    Attractors found = Attractors.of(tanh(w), SEARCH);
    assertTrue(found.isGlobal(), found::toString);
    Attractor zero = found.all().get(0);
    assertEquals(0, zero.state(0)[0], 1e-12);
    assertEquals(w, zero.eigenvalues().get(0).real(), 1e-12);
    assertEquals(1, zero.share());
    assertFalse(zero.isSpiral());
    assertEquals(List.of(), found.unreached());
    // The change of a step falls like |w|^steps, and 1 + |w| times as large at its beginning.
    int most = (int) (Math.log(1e-8 / 4) / Math.log(Math.abs(w))) + 2;
    for (int steps : found.steps()) {
      assertTrue(steps <= most && steps > most / 3, steps + " of " + most);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.05, 1.2, 2, 5})
  void aboveOneTheForkHasTwoPointsAndTheZeroBetweenThem(double w) {
    Attractors found = Attractors.of(tanh(w), SEARCH);
    double m = SmallMaps.positive(w);
    assertEquals(2, found.fixedPoints().size(), found::toString);
    assertEquals(2, found.all().size());
    assertEquals(16, found.all().stream().mapToInt(Attractor::starts).sum());
    double[] points = found.all().stream().mapToDouble(a -> a.state(0)[0]).sorted().toArray();
    assertArrayEquals(new double[] {-m, m}, points, 1e-12);
    for (Attractor point : found.all()) {
      assertEquals(Stability.STABLE, point.stability());
      assertEquals(w * (1 - m * m), point.spectralRadius(), 1e-10);
      assertTrue(point.residual() < 1e-14);
    }
    assertEquals(1, found.unreached().size(), found::toString);
    Attractor zero = found.unreached().get(0);
    assertEquals(0, zero.state(0)[0], 1e-12);
    assertEquals(Stability.UNSTABLE, zero.stability());
    assertEquals(0, zero.starts());
    assertFalse(found.isGlobal());
  }

  @Test
  void theSignOfTheStartDecides() {
    double[][] starts = {{-1.5}, {1e-3}, {0.7}, {-1e-3}, {0}};
    Attractors found = Attractors.from(tanh(2), starts, SEARCH);
    int[] reached = found.reached();
    assertEquals(3, found.all().size(), found::toString); // zero stays where it is
    assertEquals(reached[0], reached[3]);
    assertEquals(reached[1], reached[2]);
    assertTrue(found.all().get(reached[1]).state(0)[0] > 0.5);
    assertTrue(found.all().get(reached[0]).state(0)[0] < -0.5);
    assertEquals(Stability.UNSTABLE, found.all().get(reached[4]).stability());
    assertEquals(2, reached[4], "the fewest starts come last");
    assertTrue(found.steps()[1] > found.steps()[2], Arrays.toString(found.steps()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1.05, -1.2, -2, -5})
  void belowMinusOneItGoesToAndFro(double w) {
    Attractors found = Attractors.of(tanh(w), SEARCH);
    double m = SmallMaps.positive(-w);
    assertEquals(1, found.cycles().size(), found::toString);
    assertEquals(1, found.all().size());
    Attractor cycle = found.all().get(0);
    assertEquals(2, cycle.period());
    assertArrayEquals(new double[] {-m, m}, states(cycle), 1e-11);
    double slope = w * (1 - m * m);
    assertEquals(slope * slope, cycle.spectralRadius(), 1e-10);
    assertEquals(Stability.STABLE, cycle.stability());
    assertEquals(0, found.unreached().get(0).state(0)[0], 1e-12);
  }

  /** From side to side, by a share of 1e-4 in a step: after two steps almost the same again. */
  @Test
  void aSlowApproachIsNoCycle() {
    Attractors found = Attractors.of(tanh(-0.9999), Search.of(2, 2).atMost(100_000).reachedOnly());
    assertTrue(found.cycles().isEmpty(), found::toString);
    found.fixedPoints().forEach(a -> assertEquals(0, a.state(0)[0], 1e-9));
    Attractors atOne = Attractors.of(tanh(1), SEARCH.atMost(2_000));
    assertEquals(16, atOne.unsettled(), atOne::toString); // it falls like 1 / sqrt(steps)
    assertEquals(List.of(), atOne.all());
    assertEquals(Stability.MARGINAL, atOne.unreached().get(0).stability());
  }

  @Test
  void twoUnitsThatInhibitEachOther() {
    MapStep step = SmallMaps.step(Activation.TANH, new double[][] {{1, -1}, {-1, 1}});
    Attractors found = Attractors.of(step, SEARCH);
    double m = SmallMaps.positive(2);
    assertEquals(2, found.fixedPoints().size(), found::toString);
    for (Attractor point : found.fixedPoints()) {
      double[] state = point.state(0);
      assertEquals(m, Math.abs(state[0]), 1e-12);
      assertEquals(-state[0], state[1], 1e-12);
      assertEquals(Stability.STABLE, point.stability());
    }
    assertEquals(1, found.unreached().size(), found::toString);
    Attractor saddle = found.unreached().get(0);
    assertEquals(Stability.SADDLE, saddle.stability());
    assertArrayEquals(new double[2], saddle.state(0), 1e-12);
    assertEquals(2, saddle.eigenvalues().get(0).real(), 1e-12);
    assertEquals(0, saddle.eigenvalues().get(1).real(), 1e-12);
  }

  /** Signs go round a ring: all alike stay, the others are one of two travelling patterns. */
  @Test
  void signsOfARing() {
    double[][] ring = {{0, 0, 2}, {2, 0, 0}, {0, 2, 0}};
    double[][] starts = States.random(200, 3, 2, RandomSource.of(1, "ring"));
    Attractors found = Attractors.from(SmallMaps.step(Activation.TANH, ring), starts, SEARCH);
    assertEquals(2, found.fixedPoints().size(), found::toString);
    assertEquals(2, found.cycles().size());
    int[] reached = found.reached();
    int[] byPositives = new int[4];
    Arrays.fill(byPositives, -1);
    for (int i = 0; i < starts.length; i++) {
      int positive = (int) Arrays.stream(starts[i]).filter(v -> v > 0).count();
      assertEquals(positive % 3 == 0 ? 1 : 3, found.all().get(reached[i]).period());
      assertTrue(byPositives[positive] == -1 || byPositives[positive] == reached[i]);
      byPositives[positive] = reached[i];
    }
    assertEquals(4, Arrays.stream(byPositives).distinct().count());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 8, 64})
  void aRotationClosesAfterItsPeriod(int period) {
    MapStep step = SmallMaps.step(Activation.IDENTITY, SmallMaps.rotation(2 * Math.PI / period));
    Attractors found = Attractors.of(step, Search.of(5, 2));
    assertEquals(5, found.cycles().size(), found::toString);
    for (Attractor cycle : found.cycles()) {
      assertEquals(period, cycle.period());
      assertEquals(Stability.MARGINAL, cycle.stability());
      double radius = Math.hypot(cycle.state(0)[0], cycle.state(0)[1]);
      for (int i = 1; i < period; i++) {
        assertEquals(radius, Math.hypot(cycle.state(i)[0], cycle.state(i)[1]), 1e-9);
      }
    }
  }

  @Test
  void aTurnThatNeverClosesDoesNotSettleAndOneThatShrinksIsASpiral() {
    MapStep turning = SmallMaps.step(Activation.IDENTITY, SmallMaps.rotation(1));
    Attractors found = Attractors.of(turning, Search.of(8, 2).atMost(500));
    assertEquals(8, found.unsettled(), found::toString);
    assertArrayEquals(IntStream.generate(() -> 500).limit(8).toArray(), found.steps());
    double[][] shrinking = SmallMaps.rotation(1);
    for (double[] row : shrinking) {
      Arrays.setAll(row, i -> 0.9 * row[i]);
    }
    Attractors spiral = Attractors.of(SmallMaps.step(Activation.TANH, shrinking), SEARCH);
    assertTrue(spiral.isGlobal() && spiral.all().get(0).isSpiral(), spiral::toString);
  }

  @Test
  void periodsDouble() {
    double[][] starts = {{0.3}, {0.8}};
    Search quick = SEARCH.reachedOnly();
    // The fixed point, with slope 2 - r, until r = 3.
    Attractors one = Attractors.from(SmallMaps.logistic(2.8), starts, quick);
    assertEquals(1 - 1 / 2.8, one.all().get(0).state(0)[0], 1e-12);
    assertEquals(-0.8, one.all().get(0).eigenvalues().get(0).real(), 1e-9);
    double r = 3.2;
    double[][] more = {{0.3}, {0.8}, {-0.1}, {1.1}}; // the last two fall for ever
    Search fewer = new Search(1, 1, 0, 1e-8, 10_000, 64, 1e-4, 8); // the kernel is slow
    Attractors two = Attractors.from(SmallMaps.logistic(r), more, fewer);
    double root = Math.sqrt((r - 3) * (r + 1));
    assertArrayEquals(
        new double[] {(r + 1 - root) / (2 * r), (r + 1 + root) / (2 * r)},
        states(two.cycles().get(0)),
        1e-11);
    assertEquals(4 + 2 * r - r * r, two.cycles().get(0).eigenvalues().get(0).real(), 1e-9);
    double[] unstable = two.unreached().stream().mapToDouble(a -> a.state(0)[0]).sorted().toArray();
    assertArrayEquals(new double[] {0, 1 - 1 / r}, unstable, 1e-12);
    assertArrayEquals(new int[] {0, 0, -2, -2}, two.reached());
    double[][] periods = {{3.5, 4}, {3.55, 8}, {3.83, 3}};
    for (double[] known : periods) {
      Attractors found = Attractors.from(SmallMaps.logistic(known[0]), starts, quick);
      assertEquals(known[1], found.all().get(0).period(), found::toString);
    }
    Attractors chaos = Attractors.from(SmallMaps.logistic(3.9), starts, quick.atMost(150));
    assertEquals(2, chaos.unsettled(), chaos::toString);
  }

  /** Plain Java: the last states of a long run, and the first that comes back. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void smallMapsByBruteForce(long seed) {
    RandomSource random = RandomSource.of(seed, "brute force");
    int size = 2 + (int) (seed % 3);
    double[][] loop = new double[size][size];
    for (double[] row : loop) {
      Arrays.setAll(row, i -> 1.2 * random.nextGaussian());
    }
    double[][] starts = States.random(40, size, 2, random);
    Attractors found =
        Attractors.from(SmallMaps.step(Activation.TANH, loop), starts, SEARCH.reachedOnly());
    int[] reached = found.reached();
    for (int i = 0; i < starts.length; i++) {
      double[] state = starts[i];
      for (int step = 0; step < 10_000; step++) {
        state = next(loop, state);
      }
      int period = 1;
      double[] later = next(loop, state);
      while (period < 65 && States.distance(later, state) > 1e-7) {
        later = next(loop, later);
        period++;
      }
      if (period == 65) {
        assertEquals(Attractors.UNSETTLED, reached[i], found::toString);
      } else {
        Attractor own = found.all().get(reached[i]);
        assertEquals(period, own.period(), found::toString);
        assertTrue(own.passesBy(state, 1e-6), found::toString);
      }
    }
  }

  private static double[] next(double[][] loop, double[] state) {
    return Arrays.stream(loop)
        .mapToDouble(
            row ->
                Math.tanh(IntStream.range(0, row.length).mapToDouble(i -> row[i] * state[i]).sum()))
        .toArray();
  }

  @Test
  void whatBlowsUpIsNoFixedPoint() {
    Attractors found = Attractors.of(SmallMaps.step(Activation.IDENTITY, new double[] {3}), SEARCH);
    assertEquals(16, found.diverged(), found::toString);
    assertEquals(List.of(), found.all());
    assertTrue(Arrays.stream(found.reached()).allMatch(r -> r == Attractors.DIVERGED));
    // Not a number is zero to ReLU, but infinity came before.
    double[][] growing = {{4, -4, 0}, {3, 2, -7}, {5, -5, 2}};
    Attractors swallowed = Attractors.of(SmallMaps.step(Activation.RELU, growing), SEARCH);
    swallowed.all().forEach(a -> assertTrue(DoubleStream.of(a.state(0)).allMatch(v -> v < 1e9)));
    assertTrue(swallowed.diverged() > 0, swallowed::toString);
  }

  /** Plain Java where all activations are known, and the kernel otherwise. */
  @ParameterizedTest
  @EnumSource(names = {"TANH", "SIGMOID", "RELU", "IDENTITY"})
  void bothWaysOfSteppingAgree(Activation activation) {
    double[][] loop = States.random(4, 4, 1, RandomSource.of(3, "loop"));
    MapStep step = SmallMaps.step(activation, loop).withToken(0.1, -0.4, 0.7, 0.3);
    assertEquals(PlainStep.class, Stepping.of(step).getClass());
    double[][] states = States.random(5, 4, 2, RandomSource.of(4, "states"));
    double[][] expected = step.apply(states);
    double[][] found = Stepping.of(step).apply(states);
    for (int row = 0; row < states.length; row++) {
      assertArrayEquals(expected[row], found[row], 1e-14);
      double[][] slopes = step.jacobian(states[row]).matrix();
      double[][] own = Stepping.of(step).jacobian(states[row]).toDense();
      for (int to = 0; to < 4; to++) {
        assertArrayEquals(slopes[to], own[to], 1e-14);
      }
    }
    MapStep other = SmallMaps.step(Activation.SOFTSIGN, new double[][] {{0.4}});
    assertEquals(Stepping.OfKernel.class, Stepping.of(other).getClass());
    assertTrue(Attractors.of(other, Search.of(2, 1)).isGlobal());
  }

  @Test
  void theSameSeedGivesTheSame() {
    MapStep step = SmallMaps.step(Activation.TANH, new double[][] {{1.1, -0.3}, {0.7, 0.4}});
    Attractors found = Attractors.of(step, SEARCH);
    assertEquals(found.toString(), Attractors.of(step, SEARCH).toString());
    assertArrayEquals(found.steps(), Attractors.of(step, SEARCH).steps());
    assertFalse(Arrays.equals(found.steps(), Attractors.of(step, SEARCH.withSeed(1)).steps()));
  }

  @Test
  void wrongInputIsNamed() {
    MapStep step = tanh(0.5);
    assertRefused("starts: found none", () -> Attractors.from(step, new double[0][], SEARCH));
    assertRefused(
        "starts: found NaN", () -> Attractors.from(step, new double[][] {{Double.NaN}}, SEARCH));
    assertRefused(
        "expected 1 units each", () -> Attractors.from(step, new double[][] {{1, 2}}, SEARCH));
    assertRefused("starts: found 0", () -> Search.of(0, 1));
    assertRefused("spread: found 0.0", () -> Search.of(1, 0));
    assertRefused("spread: found Infinity", () -> Search.of(1, Double.POSITIVE_INFINITY));
    assertRefused("tolerance: found NaN", () -> SEARCH.withTolerance(Double.NaN));
    assertRefused("tolerance: found 0.0", () -> SEARCH.withTolerance(0));
    assertRefused("mostSteps: found 0", () -> SEARCH.atMost(0));
    assertRefused("longestCycle: found 0", () -> new Search(1, 1, 0, 1e-8, 1, 0, 1e-4, 0));
    assertRefused("apart: found 1.0E-8", () -> new Search(1, 1, 0, 1e-8, 1, 1, 1e-8, 0));
    assertRefused("newtonStarts: found -1", () -> new Search(1, 1, 0, 1e-8, 1, 1, 1e-4, -1));
  }

  private static void assertRefused(
      String message, org.junit.jupiter.api.function.Executable call) {
    String found = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(found.contains(message), found);
  }
}
