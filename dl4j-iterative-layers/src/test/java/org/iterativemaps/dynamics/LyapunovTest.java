package org.iterativemaps.dynamics;

import static org.iterativemaps.dynamics.MapStepTest.drawn;
import static org.iterativemaps.dynamics.MapStepTest.normal;
import static org.iterativemaps.dynamics.MapStepTest.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

class LyapunovTest {

  private static BlockMap loop(int size, Activation activation) {
    return BlockMap.builder()
        .input("x", 1)
        .stateWithoutBias("h", size, activation.getActivationFunction())
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.dense())
        .output("h")
        .build();
  }

  private static MapStep step(BlockMap map, double drive, double... weights) {
    double[] driven = new double[map.slot("h").size()];
    Arrays.fill(driven, drive);
    return MapStep.of(
        new MapWeights(
            map.realize(),
            Map.of(Parameter.weightKey("x", "h"), driven, Parameter.weightKey("h", "h"), weights)),
        null,
        0);
  }

  private static double[][] tokens(int count, long seed) {
    double[] values = normal(count, seed);
    double[][] tokens = new double[count][];
    Arrays.setAll(tokens, t -> new double[] {values[t]});
    return tokens;
  }

  /** Of a linear map the logarithms of the eigenvalues' moduli. */
  @Test
  void ofALinearMap() {
    // Turned by a rotation of moduli 0.9, coupled one way to 0.5 and 0.2.
    double c = 0.9 * Math.cos(0.7);
    double s = 0.9 * Math.sin(0.7);
    MapStep step =
        step(
            loop(4, Activation.IDENTITY),
            0.1,
            c,
            -s,
            3,
            1,
            s,
            c,
            -2,
            0.5,
            0,
            0,
            0.5,
            4,
            0,
            0,
            0,
            0.2);
    double[] expected = {Math.log(0.9), Math.log(0.9), Math.log(0.5), Math.log(0.2)};
    double[] found = Lyapunov.exponents(step, tokens(300, 1), 1, 60, 4);
    assertArrayEquals(expected, found, 5e-3);
    assertEquals(found[0], Lyapunov.exponents(step, tokens(300, 1), 1, 60, 1)[0], 1e-12);
    assertArrayEquals(expected, Lyapunov.exponents(step, tokens(100, 1), 3, 20, 4), 5e-3);
  }

  /** Of one unit the mean logarithm of the slope, to rounding. */
  @ParameterizedTest
  @ValueSource(doubles = {0.4, -0.9, 1.5, -3})
  void ofOneUnit(double weight) {
    for (Injection injection : Injection.values()) {
      BlockMap map = loop(1, Activation.TANH).withInjection(injection);
      double[][] tokens = tokens(40, 3);
      double z = 0;
      double sum = 0;
      for (double[] token : tokens) {
        for (int k = 0; k < 2; k++) {
          double held = injection == Injection.HOLD || k == 0 ? token[0] : 0;
          z = Math.tanh(weight * z + 0.5 * held);
          sum += Math.log(Math.abs(weight * (1 - z * z)));
        }
      }
      double found = Lyapunov.exponents(step(map, 0.5, weight), tokens, 2, 0, 1)[0];
      assertEquals(sum / 80, found, 1e-9);
    }
  }

  /** The sum of all is the mean logarithm of the determinant; of a gated map, too. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void allOfAGatedMap(long seed) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .wire("g", 3, Activation.SIGMOID)
            .state("h", 3, Activation.TANH)
            .connect("x", "g", Sparsity.dense())
            .connect("h", "g", Sparsity.dense())
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .update("h", Update.gated("g"))
            .output("h")
            .build();
    MapStep step = MapStep.of(drawn(map, 1, seed), null, 0);
    double[][] tokens = tokens(20, seed);
    double[] state = new double[3];
    double sum = 0;
    for (double[] token : tokens) {
      MapStep at = step.withToken(token);
      double[][] j = at.jacobian(state).matrix();
      sum +=
          Math.log(
              Math.abs(
                  j[0][0] * (j[1][1] * j[2][2] - j[1][2] * j[2][1])
                      - j[0][1] * (j[1][0] * j[2][2] - j[1][2] * j[2][0])
                      + j[0][2] * (j[1][0] * j[2][1] - j[1][1] * j[2][0])));
      state = at.apply(state);
    }
    double[] found = Lyapunov.exponents(step, tokens, 1, 0, 3);
    assertEquals(sum / 20, Arrays.stream(found).sum(), 1e-9);
  }

  @Test
  void whatVanishesIsMinusInfinity() {
    MapStep nilpotent = step(loop(2, Activation.IDENTITY), 1, 0, 3, 0, 0);
    double[] found = Lyapunov.exponents(nilpotent, tokens(10, 1), 1, 0, 2);
    assertArrayEquals(new double[] {-1.0 / 0, -1.0 / 0}, found);
  }

  @Test
  void echoStates() {
    EchoState.Check check = EchoState.Check.withSteps(1);
    BlockMap one = loop(1, Activation.TANH);
    EchoState fading = check.along(step(one, 0.5, 0.8), tokens(80, 1));
    assertTrue(fading.holds(), fading + "");
    assertTrue(fading.firstDistance() > 0.1 && fading.largestExponent() < -0.2, fading + "");
    // Two fixed points: small differences fade, and starts stay apart.
    EchoState two = check.along(step(one, 0, 3), tokens(80, 1));
    assertFalse(two.holds(), two + "");
    assertTrue(two.lastDistance() > 0.9, two + "");
    // The same map under strong input has echo states.
    EchoState driven = check.along(step(one, 20, 3), tokens(80, 1));
    assertTrue(driven.holds(), driven + "");
    // Chaos
    MapStep wild = MapStep.of(drawn(loop(30, Activation.TANH), 0.5, 3), null, 0);
    EchoState chaos = check.along(wild.withToken(0), new double[80][1]);
    assertTrue(chaos.largestExponent() > 0, chaos + "");
    assertFalse(chaos.holds(), chaos + "");
  }

  @Test
  void wrongInputIsNamed() {
    MapStep step = step(loop(2, Activation.IDENTITY), 1, 2, 0, 0, 2);
    refused("tokens", () -> Lyapunov.exponents(step, new double[0][], 1, 0, 1));
    refused("stepsPerToken", () -> Lyapunov.exponents(step, tokens(3, 1), 0, 0, 1));
    refused("warmUp", () -> Lyapunov.exponents(step, tokens(3, 1), 1, 3, 1));
    refused("count", () -> Lyapunov.exponents(step, tokens(3, 1), 1, 0, 3));
    refused("nIn = 1", () -> Lyapunov.exponents(step, new double[][] {{1, 2}}, 1, 0, 1));
    refused("blows up", () -> Lyapunov.exponents(step, tokens(1100, 1), 1, 0, 1));
    refused("blows up", () -> EchoState.Check.withSteps(1).along(step, tokens(1100, 1)));
    refused("starts 0", () -> new EchoState.Check(1, 0, 1, 0, 0));
  }
}
