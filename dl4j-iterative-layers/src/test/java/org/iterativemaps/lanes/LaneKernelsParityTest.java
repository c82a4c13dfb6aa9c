package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real numbers, to a tolerance from the sum of the magnitudes of what is added up. */
class LaneKernelsParityTest {
  // Far under one lost term of a thousand, far above the rounding of a sum of floats.
  private static final double TOLERANCE = 8 * Math.ulp(1f);

  private final LaneKernels kernels = LaneKernelSelection.selected();

  @ParameterizedTest(name = "{0} -> {1}, density {2}")
  @CsvSource({"101, 97, 0.1", "3001, 40, 0.3", "40, 3001, 0.05", "500, 501, 0.5"})
  void sparse(int from, int to, double density) {
    Random random = new Random(from + 7L * to);
    for (int batch : new int[] {1, 24, 100}) {
      int lanes = kernels.tileLanes(batch);
      WeightMask mask = LaneCase.mask(from, to, density, random);
      LaneCase c = new LaneCase(mask, lanes, random::nextGaussian);
      LaneCase.Run run = new LaneCase.Run(kernels, c);
      assertClose(c.product(), run.y, "y");
      assertClose(c.inputGradient(), run.dx, "dx");
      assertClose(c.weightGradient(), run.dw, "dw");
    }
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({"101, 97", "3001, 40", "40, 3001"})
  void dense(int from, int to) {
    Random random = new Random(from + 7L * to);
    for (int batch : new int[] {1, 24, 100}) {
      int lanes = kernels.tileLanes(batch);
      LaneCase c = new LaneCase(WeightMask.dense(from, to), lanes, random::nextGaussian);
      LaneCase.Run run = new LaneCase.Run(kernels, c, 2);
      assertClose(c.product(), run.y, "y");
      assertClose(c.inputGradient(), run.dx, "dx");
      assertClose(c.weightGradient(), run.dw, "dw");
    }
  }

  @Test
  void notANumberAndInfinityReachWhatReadsThemAndNothingElse() {
    Random random = new Random(3);
    for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      int lanes = 4 * kernels.vectorLanes();
      WeightMask mask = LaneCase.mask(60, 50, 0.2, random);
      LaneCase c = new LaneCase(mask, lanes, () -> 1 + random.nextInt(3));
      c.x[LaneCase.X_AT + 17 * lanes + 5] = poison;
      c.dy[LaneCase.Y_AT + 21 * lanes + 9] = poison;
      LaneCase.Run run = new LaneCase.Run(kernels, c);
      int poisoned =
          assertSameFiniteness(c.product()[0], run.y)
              + assertSameFiniteness(c.inputGradient()[0], run.dx)
              + assertSameFiniteness(c.weightGradient()[0], run.dw);
      assertTrue(poisoned > 10, "nothing was poisoned");
    }
  }

  private static int assertSameFiniteness(double[] expected, float[] found) {
    int poisoned = 0;
    for (int i = 0; i < found.length; i++) {
      if (Double.isFinite(expected[i])) {
        assertEquals((float) expected[i], found[i]);
      } else {
        assertEquals(Double.isNaN(expected[i]), Float.isNaN(found[i]));
        assertTrue(!Float.isFinite(found[i]));
        poisoned++;
      }
    }
    return poisoned;
  }

  private static void assertClose(double[][] expected, float[] found, String what) {
    assertEquals(expected[0].length, found.length);
    for (int i = 0; i < found.length; i++) {
      double tolerance = TOLERANCE * expected[1][i];
      assertEquals(expected[0][i], found[i], tolerance, what + " at " + i);
    }
  }
}
