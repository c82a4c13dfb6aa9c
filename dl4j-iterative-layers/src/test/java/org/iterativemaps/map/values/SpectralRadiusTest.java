package org.iterativemaps.map.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpectralRadiusTest {

  /** Against all eigenvalues of the dense matrix; sizes on both sides of the switch of method. */
  @ParameterizedTest
  @CsvSource({
    "1,1,5",
    "2,1,50",
    "5,0.4,200",
    "30,0.05,100",
    "30,0.3,50",
    "99,0.1,5",
    "101,0.1,5",
    "150,0.02,10",
    "150,1,2",
    "300,0.03,3",
    "400,0.01,3",
    "400,0.5,1"
  })
  void isThatOfTheDenseMatrix(int size, double density, int seeds) {
    for (int seed = 0; seed < seeds; seed++) {
      WeightMask mask =
          Sparsity.density(density).draw(size, size, RandomSource.of(seed, "mask" + size));
      double[] values = values(mask, seed);
      double expected = dense(mask, values);
      double slack = Math.max(1e-9 * expected, size < 40 ? 1e-3 * (expected < 1e-2 ? 1 : 1e-6) : 0);
      assertEquals(expected, SpectralRadius.of(mask, values), slack, "seed " + seed);
    }
  }

  private static double[] values(WeightMask mask, long seed) {
    Random random = new Random(seed);
    return random.doubles(mask.entryCount(), -1, 1).toArray();
  }

  private static double dense(WeightMask mask, double[] values) {
    double[][] matrix = new double[mask.toSize()][mask.fromSize()];
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        matrix[to][mask.source(entry)] = values[entry];
      }
    }
    // Shifted by I, since the QR iteration of the library stumbles over some nearly nilpotent ones.
    for (int i = 0; i < matrix.length; i++) {
      matrix[i][i] += 1;
    }
    EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(matrix));
    double largest = 0;
    for (int i = 0; i < mask.toSize(); i++) {
      largest =
          Math.max(largest, Math.hypot(eigen.getRealEigenvalue(i) - 1, eigen.getImagEigenvalue(i)));
    }
    return largest;
  }

  /** Small components are exact; of larger ones as much as the vectors give. */
  @ParameterizedTest
  @CsvSource({"30,0.3,1e-9", "150,0.02,1e-2", "300,0.03,1e-2", "400,0.5,1e-2", "1000,0.01,2e-2"})
  void anEstimateIsNear(int size, double density, double tolerance) {
    WeightMask mask = Sparsity.density(density).draw(size, size, RandomSource.of(3, "mask" + size));
    double[] values = values(mask, 3);
    double expected = SpectralRadius.of(mask, values);
    double found = SpectralRadius.estimate(mask, values, 1e-3, 120);
    assertEquals(expected, found, tolerance * expected);
    assertEquals(found, SpectralRadius.estimate(mask, values, 1e-3, 120), "twice the same");
    if (size > 400) {
      // Few vectors see less of the spectrum: the bound is kept, and shows.
      assertTrue(Math.abs(SpectralRadius.estimate(mask, values, 1e-3, 2) - expected) > tolerance);
    }
  }

  @Test
  void anEstimateNeedsAResidualAndVectors() {
    WeightMask mask = WeightMask.dense(2, 2);
    double[] values = {1, 0, 0, 1};
    assertThrows(
        IllegalArgumentException.class, () -> SpectralRadius.estimate(mask, values, 0, 10));
    assertThrows(
        IllegalArgumentException.class,
        () -> SpectralRadius.estimate(mask, values, Double.NaN, 10));
    assertThrows(
        IllegalArgumentException.class, () -> SpectralRadius.estimate(mask, values, 1e-3, 1));
    values[1] = Double.NaN;
    assertThrows(
        IllegalArgumentException.class, () -> SpectralRadius.estimate(mask, values, 1e-3, 10));
  }

  @Test
  void aRotationHasAComplexPair() {
    double angle = 0.7;
    double[] rotation = {
      0.9 * Math.cos(angle), -0.9 * Math.sin(angle), 0.9 * Math.sin(angle), 0.9 * Math.cos(angle)
    };
    assertEquals(0.9, SpectralRadius.of(WeightMask.dense(2, 2), rotation), 1e-14);
  }

  /** n eigenvalues of one modulus, the product of the weights around the cycle to the power 1/n. */
  @ParameterizedTest
  @CsvSource({"3", "50", "250"})
  void aCycleHasTheGeometricMeanOfItsWeights(int size) {
    long[] cells = new long[size];
    double[] values = new double[size];
    double logs = 0;
    for (int to = 0; to < size; to++) {
      cells[to] = (long) to * size + (to + 1) % size;
      values[to] = (to % 2 == 0 ? 1 : -1) * (0.8 + 0.4 * to / size);
      logs += Math.log(Math.abs(values[to]));
    }
    assertEquals(
        Math.exp(logs / size),
        SpectralRadius.of(WeightMask.ofCells(size, size, cells), values),
        1e-9);
  }

  @Test
  void withoutCyclesItIsZeroAndTheDiagonalOfATriangleDecides() {
    int size = 2_000;
    boolean[][] below = new boolean[size][size];
    for (int to = 0; to < size; to++) {
      Arrays.fill(below[to], 0, to, true);
    }
    WeightMask strict = WeightMask.ofMatrix(below);
    assertEquals(0, SpectralRadius.of(strict, values(strict, 1)));
    for (int to = 0; to < size; to++) {
      below[to][to] = true;
    }
    WeightMask triangle = WeightMask.ofMatrix(below);
    double[] values = values(triangle, 2);
    double largest = 0;
    for (int to = 0; to < size; to++) {
      largest = Math.max(largest, Math.abs(values[triangle.targetStart(to + 1) - 1]));
    }
    assertEquals(largest, SpectralRadius.of(triangle, values));
  }

  /** Scaled by a power of two, the radius is scaled by it, to the last digit. */
  @ParameterizedTest
  @CsvSource({"2,1", "30,0.3", "99,0.1", "101,0.1", "150,0.05"})
  void smallAndLargeEntriesAreNoProblem(int size, double density) {
    for (int seed = 0; seed < 5; seed++) {
      WeightMask mask = Sparsity.density(density).draw(size, size, RandomSource.of(seed, "mask"));
      double[] values = values(mask, seed);
      double expected = SpectralRadius.of(mask, values);
      assertEquals(expected, dense(mask, values), 1e-9 * expected);
      for (double scale : new double[] {1e-300, 1e-20, 1e-9, 1e-4, 1e4, 1e20, 1e300}) {
        double exact = Math.scalb(1.0, Math.getExponent(scale));
        double[] scaled = Arrays.stream(values).map(v -> v * exact).toArray();
        assertEquals(exact * expected, SpectralRadius.of(mask, scaled), exact * expected * 1e-12);
        double[] rounded = Arrays.stream(values).map(v -> v * scale).toArray();
        assertEquals(scale * expected, SpectralRadius.of(mask, rounded), scale * expected * 1e-9);
      }
    }
  }

  /** Fixed values use it: one of the promises that a saved model finds its reservoir again. */
  @Test
  void aReservoirHasTheRadiusItWasGiven() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 300)
            .connectFixed("x", "h", Sparsity.dense(), WeightValues.uniform(-1, 1))
            .connectFixed("h", "h", Sparsity.density(0.05), WeightValues.spectralRadius(0.95))
            .output("h")
            .build();
    RealizedMap realized = map.realize();
    RealizedMap.RealizedBlock recurrent = realized.blocks().get(1);
    assertEquals(0.95, dense(recurrent.mask(), recurrent.fixedValues()), 1e-9);
    assertEquals(
        469935811, Arrays.hashCode(recurrent.fixedValues())); // equal to the bit on every JVM
  }

  @Test
  void thousandsOfUnitsAreNoProblem() {
    WeightMask mask = Sparsity.density(0.01).draw(3_000, 3_000, RandomSource.of(5, "mask"));
    RandomSource random = RandomSource.of(6, "values");
    double[] values = new double[mask.entryCount()];
    Arrays.setAll(values, i -> random.nextGaussian() / Math.sqrt(30));
    double radius = SpectralRadius.of(mask, values);
    assertTrue(radius > 0.95 && radius < 1.1, "circular law: " + radius);
  }

  @Test
  void wrongInputIsRefused() {
    WeightMask mask = WeightMask.dense(2, 2);
    assertRefused("slots of one size", WeightMask.dense(2, 3), new double[6]);
    assertRefused("one for each entry", mask, new double[3]);
    assertRefused("not finite", mask, new double[] {1, Double.NaN, 0, 0});
    double e = 1e-20; // the QR iteration does not settle here
    assertRefused(
        "eigenvalues of 4 units were not found",
        WeightMask.dense(4, 4),
        new double[] {e, 0, 0, 1, 0, e, 0, 1, 0, 0, e, 0, e, e, e, e});
    WeightMask line = WeightMask.ofCells(3, 3, new long[] {3, 7});
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> WeightValues.spectralRadius(1).draw(line, RandomSource.of(1, "values")))
            .getMessage();
    assertTrue(message.contains("no cycle"), message);
    assertThrows(IllegalArgumentException.class, () -> WeightValues.spectralRadius(-1));
  }

  private static void assertRefused(String says, WeightMask mask, double[] values) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> SpectralRadius.of(mask, values))
            .getMessage();
    assertTrue(message.contains(says), message);
  }
}
