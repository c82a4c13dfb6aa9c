package org.iterativemaps.reservoir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;

class MemoryCapacityTest {

  /** A delay line of n units knows the n - 1 inputs before the present one, and no other. */
  @Test
  void ofADelayLine() {
    Reservoir line =
        Reservoir.of(12)
            .pattern(Sparsity.line())
            .weights(WeightValues.constant(1))
            .inputPattern(Sparsity.explicit(WeightMask.ofCells(1, 12, new long[] {0})))
            .activation(Activation.IDENTITY);
    MemoryCapacity memory = MemoryCapacity.Measure.withDelays(20).of(line);
    double[] byDelay = memory.byDelay();
    assertEquals(20, byDelay.length);
    for (int k = 1; k <= 20; k++) {
      assertEquals(k < 12 ? 1 : 0, byDelay[k - 1], 0.01, "delay " + k);
    }
    assertEquals(11, memory.total(), 0.05);
  }

  /** Never above the units; more of it in linear reservoirs than in saturated ones. */
  @Test
  void isBoundedByTheUnits() {
    for (int seed = 0; seed < 5; seed++) {
      Reservoir reservoir = Reservoir.of(20).spectralRadius(0.9).inputScaling(0.1).seed(seed);
      double linear =
          MemoryCapacity.Measure.withDelays(60)
              .of(reservoir.activation(Activation.IDENTITY))
              .total();
      double weak = MemoryCapacity.Measure.withDelays(60).of(reservoir).total();
      double saturated =
          MemoryCapacity.Measure.withDelays(60).of(reservoir.inputScaling(10)).total();
      double noise = 60.0 / 5_000 * 2;
      assertTrue(linear <= 20 + noise && linear > 15, "linear " + linear);
      assertTrue(weak < linear + noise, "weak " + weak + ", linear " + linear);
      assertTrue(saturated < weak / 2, "saturated " + saturated + ", weak " + weak);
    }
  }

  /** What is always the same tells nothing; what is no number is no measurement, either. */
  @Test
  void answersThatTellNothing() {
    double[][] targets = {{9}, {1}, {2}, {4}};
    double[] answers = {0, 1, 3, 2};
    // Of (1, 3, 2) and (1, 2, 4): covariance 1 / 2, variances 1 and 7 / 3.
    double expected = 0.25 / (7.0 / 3);
    assertEquals(
        expected, MemoryCapacity.Measure.squaredCorrelation(answers, targets, 0, 1), 1e-12);
    double[] constant = {0, 3, 3, 3};
    assertEquals(0, MemoryCapacity.Measure.squaredCorrelation(constant, targets, 0, 1));
    double[] none = {0, 1, Double.NaN, 2};
    assertTrue(Double.isNaN(MemoryCapacity.Measure.squaredCorrelation(none, targets, 0, 1)));
  }

  @Test
  void whatIsWrongIsNamed() {
    refused("delays: found 0", () -> MemoryCapacity.Measure.withDelays(0));
    refused(
        "warmup: found 3, expected at least 4",
        () -> new MemoryCapacity.Measure(4, 3, 10, 10, 1, 0));
    refused("ridge: found -1.0", () -> new MemoryCapacity.Measure(4, 4, 10, 10, -1, 0));
    refused(
        "train: found 10 time steps for 20 units",
        () -> new MemoryCapacity.Measure(4, 4, 10, 10, 1, 0).of(Reservoir.of(20)));
    refused("reservoir: found null", () -> MemoryCapacity.Measure.withDelays(3).of(null));
  }

  private static void refused(String says, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }
}
