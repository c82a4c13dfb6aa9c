package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeakBootstrapTest {

  private static final double[] PROPORTIONS = {0.01, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.8};

  private static double truth(double x) {
    return 0.8 - 2 * (x - 0.35) * (x - 0.35);
  }

  private static double[][] accuracies(double noise, long seed) {
    Random random = new Random(seed);
    return Arrays.stream(PROPORTIONS)
        .mapToObj(
            x -> random.doubles(3).map(u -> truth(x) + noise * random.nextGaussian()).toArray())
        .toArray(double[][]::new);
  }

  @Test
  void withoutNoiseThereIsNoDoubt() {
    PeakBootstrap sure = PeakBootstrap.of(PROPORTIONS, accuracies(0, 1), 300, 1);
    assertEquals(0.35, sure.peakLow(), 1e-6);
    assertEquals(0.35, sure.peakHigh(), 1e-6);
    assertEquals(1, sure.peaksWithin(0.34, 0.36));
    assertEquals(0, sure.peaksWithin(0.36, 0.5));
    assertEquals(0.01, sure.places()[0], 1e-12);
    assertEquals(0.8, sure.places()[sure.places().length - 1], 1e-12);
    for (int i = 0; i < sure.places().length; i++) {
      assertEquals(truth(sure.places()[i]), sure.low()[i], 1e-6);
      assertEquals(truth(sure.places()[i]), sure.high()[i], 1e-6);
    }
  }

  /** Percentile intervals of few rows are somewhat too narrow; far from 95 % would be a mistake. */
  @Test
  void intervalsHoldTheTruthAboutAsOftenAsTheySay() {
    int held = 0;
    int banded = 0;
    int repeats = 200;
    for (int repeat = 0; repeat < repeats; repeat++) {
      PeakBootstrap found = PeakBootstrap.of(PROPORTIONS, accuracies(0.05, repeat), 200, repeat);
      held += found.peakLow() <= 0.35 && 0.35 <= found.peakHigh() ? 1 : 0;
      int middle = found.places().length / 2;
      double there = truth(found.places()[middle]);
      banded += found.low()[middle] <= there && there <= found.high()[middle] ? 1 : 0;
    }
    assertTrue(held > 0.8 * repeats && held < repeats, held + " of " + repeats);
    assertTrue(banded > 0.8 * repeats && banded < repeats, banded + " of " + repeats);
  }

  @Test
  void theSameSeedDrawsTheSame() {
    double[][] noisy = accuracies(0.1, 3);
    PeakBootstrap first = PeakBootstrap.of(PROPORTIONS, noisy, 50, 4);
    assertArrayEquals(first.peaks(), PeakBootstrap.of(PROPORTIONS, noisy, 50, 4).peaks());
    assertTrue(!Arrays.equals(first.peaks(), PeakBootstrap.of(PROPORTIONS, noisy, 50, 5).peaks()));
    double[] sorted = first.peaks().clone();
    Arrays.sort(sorted);
    assertArrayEquals(sorted, first.peaks());
  }

  /** Three plans: most draws lack one of them. */
  @Test
  void threePlansAreEnough() {
    double[] three = {0.1, 0.3, 0.5};
    double[][] values = {{0.2, 0.3}, {0.5, 0.6}, {0.3, 0.4}};
    for (double peak : PeakBootstrap.of(three, values, 100, 1).peaks()) {
      assertTrue(peak > 0.1 && peak < 0.5, "peak " + peak);
    }
  }
}
