package org.iterativemaps.map.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules for values that look at the mask; for the spectral radius see its own test. */
class WeightValuesTest {

  private static double[] draw(WeightValues rule, WeightMask mask, long seed) {
    double[] values = rule.draw(mask, RandomSource.of(seed, "values", "h", "h"));
    assertEquals(mask.entryCount(), values.length);
    return values;
  }

  private static WeightMask mask(Sparsity sparsity, int from, int to, long seed) {
    return sparsity.draw(from, to, RandomSource.of(seed, "mask", "h", "h"));
  }

  /** Means over seeds of sum_j w_ij² for each target unit: one for all, whatever its fan-in. */
  @Test
  void fanInPreservesTheVarianceOfEveryUnit() {
    WeightMask mask = mask(Sparsity.bernoulli(0.1), 60, 40, 1);
    for (double gain : new double[] {1, Math.sqrt(2)}) {
      double[] sum = new double[40];
      int draws = 2_000;
      for (int seed = 0; seed < draws; seed++) {
        double[] values = draw(WeightValues.fanIn(gain), mask, seed);
        for (int to = 0; to < 40; to++) {
          for (int e = mask.targetStart(to); e < mask.targetStart(to + 1); e++) {
            sum[to] += values[e] * values[e] / draws;
          }
        }
      }
      for (int to = 0; to < 40; to++) {
        if (mask.targetStart(to + 1) > mask.targetStart(to)) {
          assertEquals(gain * gain, sum[to], 5 * gain * gain * Math.sqrt(2.0 / draws));
        }
      }
    }
  }

  @Test
  void fanAverageTakesBothIntoAccount() {
    // Source 0 reaches all targets; target 0 hears all sources.
    WeightMask mask =
        WeightMask.ofMatrix(
            new boolean[][] {{true, true, true}, {true, false, false}, {true, false, false}});
    double[] fans = {(3 + 3) / 2.0, (3 + 1) / 2.0, (3 + 1) / 2.0, (1 + 3) / 2.0, (1 + 3) / 2.0};
    double[] squares = new double[5];
    int draws = 20_000;
    for (int seed = 0; seed < draws; seed++) {
      double[] values = draw(WeightValues.fanAverage(1), mask, seed);
      for (int e = 0; e < 5; e++) {
        squares[e] += values[e] * values[e] / draws;
      }
    }
    for (int e = 0; e < 5; e++) {
      assertEquals(1 / fans[e], squares[e], 5 / fans[e] * Math.sqrt(2.0 / draws));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "20,20,1", "20,20,3", "21,34,4", "34,21,4", "50,50,50", "120,120,2"})
  void orthogonalIsOrthogonalExactly(int from, int to, int groups) {
    for (Sparsity sparsity :
        new Sparsity[] {Sparsity.groups(groups), groups == 1 ? Sparsity.dense() : null}) {
      for (long seed = 0; sparsity != null && seed < 20; seed++) {
        WeightMask mask = mask(sparsity, from, to, seed);
        double[] values = draw(WeightValues.orthogonal(0.5), mask, seed);
        double[][] w = new double[to][from];
        for (int t = 0; t < to; t++) {
          for (int e = mask.targetStart(t); e < mask.targetStart(t + 1); e++) {
            w[t][mask.source(e)] = values[e];
          }
        }
        assertProductIsDiagonal(w, mask, from <= to);
      }
    }
  }

  /** 0.25 I on the shorter side; units of a group's longer side share fewer directions. */
  private static void assertProductIsDiagonal(double[][] w, WeightMask mask, boolean columns) {
    int n = columns ? mask.fromSize() : mask.toSize();
    int other = columns ? mask.toSize() : mask.fromSize();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < other; k++) {
          sum += columns ? w[k][i] * w[k][j] : w[i][k] * w[j][k];
        }
        assertEquals(i == j ? 0.25 : 0, sum, 1e-13, i + " " + j);
      }
    }
  }

  @Test
  void orthogonalWeightsComeFromTheWholeGroup() {
    double[] determinants = new double[200];
    for (int seed = 0; seed < 200; seed++) {
      double[] w = draw(WeightValues.orthogonal(1), WeightMask.dense(2, 2), seed);
      determinants[seed] = w[0] * w[3] - w[1] * w[2];
      assertEquals(1, Math.abs(determinants[seed]), 1e-13);
    }
    long rotations = Arrays.stream(determinants).filter(d -> d > 0).count();
    assertTrue(rotations > 60 && rotations < 140, "rotations " + rotations);
  }

  @Test
  void identityLeaningKeepsTheDiagonal() {
    WeightMask mask = WeightMask.dense(50, 50);
    double[] values = draw(WeightValues.identityLeaning(0.9, 0.1), mask, 1);
    double noise = 0;
    for (int e = 0; e < values.length; e++) {
      if (e % 51 == 0) {
        assertEquals(0.9, values[e]);
      } else {
        noise += values[e] * values[e];
      }
    }
    assertEquals(0.1, Math.sqrt(noise / 50), 0.01);
    double[] exact = draw(WeightValues.identityLeaning(1, 0), mask, 1);
    assertEquals(50, Arrays.stream(exact).sum());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theSpectralNormIsWhatWasAskedFor(long seed) {
    WeightMask mask = mask(Sparsity.density(0.2), 40, 25, seed);
    double[] values = draw(WeightValues.spectralNorm(1.7), mask, seed);
    assertEquals(1.7, SpectralNorm.of(SparseMatrix.of(mask, values)), 1e-12);
    double[] normal = draw(WeightValues.gaussian(0, 1), mask, seed);
    assertEquals(normal[3] / normal[0], values[3] / values[0], 1e-12);
    assertThrows(IllegalArgumentException.class, () -> WeightValues.spectralNorm(-1));
  }

  /** Saved models and published figures depend on these: never change them. */
  @Test
  void valuesArePinned() {
    WeightMask mask = mask(Sparsity.density(0.2), 30, 30, 1);
    assertEquals(1984956319, Arrays.hashCode(draw(WeightValues.fanIn(1), mask, 1)));
    assertEquals(-529837231, Arrays.hashCode(draw(WeightValues.fanAverage(1), mask, 1)));
    assertEquals(-425530300, Arrays.hashCode(draw(WeightValues.spectralRadius(0.9), mask, 1)));
    assertEquals(-1624828306, Arrays.hashCode(draw(WeightValues.spectralNorm(0.9), mask, 1)));
    WeightMask groups = mask(Sparsity.groups(4), 30, 30, 1);
    assertEquals(202651010, Arrays.hashCode(draw(WeightValues.orthogonal(1), groups, 1)));
    WeightMask dense = WeightMask.dense(5, 5);
    assertEquals(1605566639, Arrays.hashCode(draw(WeightValues.identityLeaning(1, 0.1), dense, 1)));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    WeightMask sparse = mask(Sparsity.density(0.3), 20, 20, 1);
    assertRefused("Sparsity.groups", WeightValues.orthogonal(1), sparse);
    assertRefused("one size", WeightValues.identityLeaning(1, 0), WeightMask.dense(2, 3));
    assertRefused(
        "diagonal",
        WeightValues.identityLeaning(1, 0),
        WeightMask.ofMatrix(new boolean[][] {{false, true}, {true, false}}));
    assertThrows(IllegalArgumentException.class, () -> WeightValues.fanIn(-1));
    assertThrows(IllegalArgumentException.class, () -> WeightValues.orthogonal(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> WeightValues.identityLeaning(1, -1));
  }

  private static void assertRefused(String says, WeightValues rule, WeightMask mask) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> draw(rule, mask, 1)).getMessage();
    assertTrue(message.contains(says), message);
  }
}
