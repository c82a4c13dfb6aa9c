package org.iterativemaps.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.iterativemaps.dynamics.Behaviour.Probe;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

class BehaviourTest {
  private static final double[][] TOKENS = {{0}, {0.5}, {-1.3}, {2}};

  private static Behaviour of(Activation activation, double w, double[]... tokens) {
    return Behaviour.of(SmallMaps.looped(activation, new double[][] {{w}}), null, tokens);
  }

  /** h <- w h + x rests at x / (1 - w), and two starts are w^k apart after k steps. */
  @ParameterizedTest
  @ValueSource(doubles = {-0.9, -0.4, 0.3, 0.8, 0.93})
  void aLinearUnit(double w) {
    Behaviour found = of(Activation.IDENTITY, w, TOKENS);
    assertTrue(found.settles(), found::toString);
    for (double sensitivity : found.sensitivities()) {
      assertEquals(1 / (1 - w), sensitivity, 1e-5);
    }
    assertTrue(found.responds());
    for (int step = 0; step <= 40; step++) {
      double expected = Math.pow(Math.abs(w), step);
      assertEquals(expected, found.distances().get(step), 1e-9);
      assertEquals(expected, found.farthest().get(step), 1e-9);
    }
    int forgets = (int) Math.ceil(Math.log(1e-3) / Math.log(Math.abs(w)));
    assertEquals(OptionalInt.of(forgets), found.forgetsAfter(1e-3));
    assertFalse(found.remembers());
    // From zero with a token of 2: the change in step k is 2 |w|^(k-1), relative to the largest.
    int steps = 1;
    double h = 0;
    while (true) {
      double next = w * h + 2;
      if (Math.abs(next - h) <= 1e-6 * Math.max(1, Math.abs(next))) {
        break;
      }
      h = next;
      steps++;
    }
    assertEquals(steps, found.settledAfter().get(3));
    assertEquals(1, found.settledAfter().get(0)); // zero is where it rests
  }

  @Test
  void aLatchRemembersAndRespondsLittle() {
    Behaviour found = of(Activation.TANH, 3, new double[] {0.1}, new double[] {-0.2});
    assertTrue(found.remembers(), found::toString);
    assertEquals(OptionalInt.empty(), found.forgetsAfter(1e-3));
    assertTrue(found.settles());
    double m = found.medianSensitivity().orElseThrow();
    assertTrue(m > 0 && m < 0.05, "saturated: " + m);
  }

  @Test
  void whatGoesToAndFroOrBlowsUpDoesNotSettle() {
    Behaviour found = of(Activation.TANH, -3, new double[] {0.1});
    assertEquals(List.of(Behaviour.UNSETTLED), found.settledAfter());
    assertEquals(OptionalDouble.empty(), found.medianSensitivity());
    assertEquals(OptionalInt.empty(), found.medianSteps());
    assertFalse(found.responds() || found.settles());
    Behaviour growing = of(Activation.IDENTITY, 1e3, new double[] {1});
    assertEquals(List.of(Behaviour.DIVERGED), growing.settledAfter());
    assertTrue(growing.remembers());
    assertEquals(Double.POSITIVE_INFINITY, growing.distances().get(200));
    assertFalse(growing.toString().contains("NaN"), growing::toString);
  }

  /** The kernel runs what plain Java does not know. */
  @Test
  void aLayersActivationIsTheDefault() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .state("h", 3)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    MapWeights weights = MapStepTest.drawn(map, 0.3, 5);
    Probe probe = new Probe(1e-6, 40, 1, 1, 0);
    for (Activation activation : List.of(Activation.SOFTSIGN, Activation.TANH)) {
      Behaviour found =
          Behaviour.of(weights, activation.getActivationFunction(), probe, new double[] {0.5});
      assertTrue(found.settles() && !found.remembers(), found::toString);
    }
  }

  @Test
  void wrongInputIsNamed() {
    MapWeights weights = SmallMaps.looped(Activation.TANH, new double[][] {{0.5}});
    assertRefused("tokens: found none", () -> Behaviour.of(weights, null));
    assertRefused("token: found 2", () -> Behaviour.of(weights, null, new double[2]));
    assertRefused("found tolerance NaN", () -> new Probe(Double.NaN, 1, 1, 1, 0));
    assertRefused("mostSteps 0", () -> new Probe(1, 0, 1, 1, 0));
    assertRefused("pairs 0", () -> new Probe(1, 1, 0, 1, 0));
    assertRefused("spread 0.0", () -> new Probe(1, 1, 1, 0, 0));
    Behaviour found = of(Activation.TANH, 0.5, new double[] {1});
    assertRefused("share: found 0.0", () -> found.forgetsAfter(0));
  }

  private static void assertRefused(
      String message, org.junit.jupiter.api.function.Executable call) {
    String found = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(found.contains(message), found);
  }
}
