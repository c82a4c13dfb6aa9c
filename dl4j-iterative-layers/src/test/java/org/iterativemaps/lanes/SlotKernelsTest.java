package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.iterativemaps.map.Normalisation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gates, products and normalisations against their formulas, in double, with and without vectors.
 */
class SlotKernelsTest {
  private static final int AT = 5;
  private static final float GUARD = 77;

  private final Random random = new Random(7);

  private static LaneKernels kernels(boolean isPlain) {
    return isPlain ? new ScalarLaneKernels() : LaneKernelSelection.selected();
  }

  private float[] numbers(int length) {
    float[] numbers = new float[length + 2 * AT];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i < AT || i >= AT + length ? GUARD : (float) random.nextGaussian();
    }
    return numbers;
  }

  /** What is in front of the numbers and behind them stays as it was. */
  private static void assertAll(int length, IntToDoubleFunction expected, float[] found) {
    for (int i = 0; i < length; i++) {
      double value = expected.applyAsDouble(i);
      double bound = 16 * Math.ulp(1f) * Math.max(1, Math.abs(value));
      assertEquals(value, found[AT + i], bound, "element " + i);
    }
    for (int i = 0; i < AT; i++) {
      assertEquals(GUARD, found[i]);
      assertEquals(GUARD, found[AT + length + i]);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void productsAreAddedAndSubtracted(boolean isPlain) {
    LaneKernels lanes = kernels(isPlain);
    SlotKernels kernels = lanes.slots();
    // The last is longer than the pieces that long slots are cut into.
    for (int vectors : new int[] {1, 3, 3000}) {
      int length = vectors * lanes.vectorLanes();
      float[] u = numbers(length);
      float[] v = numbers(length);
      float[] y = numbers(length);
      float[] old = y.clone();
      kernels.addProduct(length, u, AT, v, AT, y, AT);
      assertAll(length, i -> old[AT + i] + (double) u[AT + i] * v[AT + i], y);
      float[] sum = y.clone();
      kernels.subtractProduct(length, u, AT, v, AT, y, AT);
      assertAll(length, i -> sum[AT + i] - (double) u[AT + i] * v[AT + i], y);
      kernels.multiply(length, u, AT, v, AT, y, AT);
      assertAll(length, i -> (double) u[AT + i] * v[AT + i], y);
      kernels.scale(length, 0.3f, u, AT, y, AT);
      assertAll(length, i -> (double) 0.3f * u[AT + i], y);
      float[] square = u.clone();
      kernels.addProduct(length, square, AT, square, AT, square, AT);
      assertAll(length, i -> u[AT + i] + (double) u[AT + i] * u[AT + i], square);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void unitsAreScaled(boolean isPlain) {
    LaneKernels kernels = kernels(isPlain);
    int lanes = 2 * kernels.vectorLanes();
    int units = 5;
    float[] gain = {2, -1, 0.5f, 0, 3};
    float[] bias = {1, 2, 3, 4, 5};
    float[] x = numbers(units * lanes);
    float[] z = numbers(units * lanes);
    kernels.slots().scaleUnits(gain, bias, units, lanes, x, AT, z, AT);
    assertAll(units * lanes, i -> (double) gain[i / lanes] * x[AT + i] + bias[i / lanes], z);
    float[] old = x.clone();
    kernels.slots().scaleUnits(gain, null, units, lanes, x, AT, x, AT);
    assertAll(units * lanes, i -> (double) gain[i / lanes] * old[AT + i], x);
  }

  @Test
  void epsilonIsThatOfMaps() {
    assertEquals(Normalisation.EPSILON, SlotKernels.EPSILON);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void normalisedLaneByLaneAndBack(boolean isPlain) {
    LaneKernels kernels = kernels(isPlain);
    for (boolean isCentred : new boolean[] {false, true}) {
      for (int units : new int[] {1, 5, 37}) {
        normalise(kernels, isCentred, units, 2 * kernels.vectorLanes());
      }
    }
  }

  private void normalise(LaneKernels kernels, boolean isCentred, int units, int lanes) {
    int length = units * lanes;
    float[] u = numbers(length);
    float[] n = numbers(length);
    float[] root = numbers(lanes);
    kernels.slots().normalise(isCentred, units, lanes, u, AT, n, AT, root, AT);
    double[] mean = new double[lanes];
    double[] by = new double[lanes];
    for (int i = 0; i < length; i++) {
      mean[i % lanes] += isCentred ? (double) u[AT + i] / units : 0;
    }
    for (int i = 0; i < length; i++) {
      by[i % lanes] += Math.pow(u[AT + i] - mean[i % lanes], 2) / units;
    }
    for (int lane = 0; lane < lanes; lane++) {
      by[lane] = Math.sqrt(by[lane] + Normalisation.EPSILON);
    }
    assertAll(lanes, lane -> by[lane], root);
    // A lone unit minus its mean is rounding, over a root of nearly nothing.
    if (units > 1 || !isCentred) {
      assertAll(length, i -> (u[AT + i] - mean[i % lanes]) / by[i % lanes], n);
    }
    float[] g = numbers(length);
    float[] old = g.clone();
    double[] along = new double[lanes];
    double[] middle = new double[lanes];
    for (int i = 0; i < length; i++) {
      along[i % lanes] += (double) g[AT + i] * n[AT + i] / units;
      middle[i % lanes] += isCentred ? (double) g[AT + i] / units : 0;
    }
    kernels.slots().normaliseBack(isCentred, units, lanes, n, AT, root, AT, g, AT);
    double[] largest = {1};
    for (int lane = 0; lane < lanes; lane++) {
      largest[0] = Math.max(largest[0], 4 / root[AT + lane]);
    }
    for (int i = 0; i < length; i++) {
      int lane = i % lanes;
      double expected = (old[AT + i] - n[AT + i] * along[lane] - middle[lane]) / root[AT + lane];
      assertEquals(expected, g[AT + i], 16 * Math.ulp(1f) * largest[0]);
    }
  }
}
