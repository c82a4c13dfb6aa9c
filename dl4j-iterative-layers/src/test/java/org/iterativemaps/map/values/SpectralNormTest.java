package org.iterativemaps.map.values;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpectralNormTest {

  private static SparseMatrix matrix(Sparsity sparsity, int from, int to, long seed) {
    RandomSource random = RandomSource.of(seed, "norm");
    WeightMask mask = sparsity.draw(from, to, random);
    return SparseMatrix.of(mask, WeightValues.gaussian(0, 1).draw(mask, random));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void itIsTheLargestSingularValue(long seed) {
    int from = 1 + (int) (seed * 37 % 90);
    int to = 1 + (int) (seed * 53 % 110);
    for (Sparsity sparsity : List.of(Sparsity.dense(), Sparsity.density(0.1), Sparsity.fanIn(1))) {
      SparseMatrix matrix = matrix(sparsity, from, to, seed);
      RealMatrix dense = new Array2DRowRealMatrix(matrix.toDense());
      double expected = new SingularValueDecomposition(dense).getNorm();
      assertEquals(expected, SpectralNorm.of(matrix), 1e-11 * expected, sparsity + "");
    }
  }

  /** Of every shape, where the vectors of one side or of both are used up. */
  @Test
  void smallMatrices() {
    for (int from = 1; from <= 6; from++) {
      for (int to = 1; to <= 6; to++) {
        for (long seed = 0; seed < 10; seed++) {
          SparseMatrix matrix = matrix(Sparsity.density(0.6), from, to, seed);
          RealMatrix dense = new Array2DRowRealMatrix(matrix.toDense());
          double expected = new SingularValueDecomposition(dense).getNorm();
          assertEquals(expected, SpectralNorm.of(matrix), 1e-13 * expected, from + ", " + to);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1000, -200, 0, 200, 1000})
  void itScalesExactlyWithPowersOfTwo(int exponent) {
    SparseMatrix matrix = matrix(Sparsity.density(0.3), 20, 30, 7);
    double[] values = matrix.values();
    Arrays.setAll(values, e -> Math.scalb(values[e], exponent));
    double norm = SpectralNorm.of(SparseMatrix.of(matrix.mask(), values));
    assertEquals(Math.scalb(SpectralNorm.of(matrix), exponent), norm);
  }

  /** No gap between singular values, or all of them one. */
  @Test
  void specialMatrices() {
    RandomSource random = RandomSource.of(5, "special");
    WeightMask dense = WeightMask.dense(60, 60);
    double[] orthogonal = WeightValues.orthogonal(3).draw(dense, random);
    assertEquals(3, SpectralNorm.of(SparseMatrix.of(dense, orthogonal)), 1e-12);
    double[] ones = new double[3600];
    Arrays.fill(ones, -0.5);
    assertEquals(30, SpectralNorm.of(SparseMatrix.of(dense, ones)), 1e-12); // rank 1
    WeightMask diagonal = Sparsity.diagonal().draw(500, 500, random);
    double[] steps = new double[500];
    Arrays.setAll(steps, i -> -(1 + i) / 500.0);
    assertEquals(1, SpectralNorm.of(SparseMatrix.of(diagonal, steps)), 1e-12);
    WeightMask single = WeightMask.dense(1, 1);
    assertEquals(2.5, SpectralNorm.of(SparseMatrix.of(single, new double[] {-2.5})));
    assertEquals(0, SpectralNorm.of(SparseMatrix.of(single, new double[] {0})));
    WeightMask empty = WeightMask.ofCells(3, 4, new long[0]);
    assertEquals(0, SpectralNorm.of(SparseMatrix.of(empty, new double[0])));
  }

  /** Blocks that share no unit, of norms 1e-9 apart: the largest is found among them. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void manyNormsThatAreNearlyTheSame(long seed) {
    int count = 12;
    int size = 15;
    SparseMatrix all =
        SparseMatrix.of(WeightMask.ofCells(count * size, count * size, new long[0]), new double[0]);
    double largest = 0;
    for (int i = 0; i < count; i++) {
      SparseMatrix block = matrix(Sparsity.dense(), size, size, 100 * seed + i);
      RealMatrix dense = new Array2DRowRealMatrix(block.toDense());
      double[] factors = new double[size];
      Arrays.fill(factors, (1 + 1e-9 * i) / new SingularValueDecomposition(dense).getNorm());
      largest = Math.max(largest, 1 + 1e-9 * i);
      all =
          all.plus(block.rowsTimes(factors).placed(count * size, count * size, i * size, i * size));
    }
    assertEquals(largest, SpectralNorm.of(all), 1e-12);
  }

  /** A thousand units are no trouble, and the number is the same everywhere. */
  @Test
  void large() {
    SparseMatrix matrix = matrix(Sparsity.density(0.02), 1000, 1000, 1);
    double norm = SpectralNorm.of(matrix);
    double[] vector = new double[1000];
    Arrays.fill(vector, 1);
    double length = 0;
    for (int i = 0; i < 3000; i++) { // plain power iteration
      vector = matrix.transposedTimes(matrix.times(vector));
      length = Math.sqrt(OrthogonalValues.dot(vector, vector));
      for (int j = 0; j < vector.length; j++) {
        vector[j] /= length;
      }
    }
    assertTrue(norm * norm >= length * (1 - 1e-12), norm * norm + " " + length);
    assertEquals(length, norm * norm, 1e-5 * length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sumsAndProductsAreThoseOfTheDenseMatrices(long seed) {
    SparseMatrix a = matrix(Sparsity.density(0.3), 7, 5, seed);
    SparseMatrix b = matrix(Sparsity.density(0.4), 7, 5, seed + 10);
    RealMatrix sum =
        new Array2DRowRealMatrix(a.toDense()).add(new Array2DRowRealMatrix(b.toDense()));
    SparseMatrix found = a.plus(b);
    assertArrayEquals(sum.getData(), found.toDense());
    double[] v = {1, -2, 3, 0.5, 4, 0, 2};
    double[] u = {2, 1, -1, 0.25, 3};
    assertArrayEquals(sum.operate(v), found.times(v), 1e-14);
    assertArrayEquals(sum.preMultiply(u), found.transposedTimes(u), 1e-14);
    double[][] placed = a.placed(10, 9, 2, 3).toDense();
    assertEquals(a.toDense()[4][6], placed[7][8]);
    assertEquals(a.mask().entryCount(), a.placed(10, 9, 2, 3).mask().entryCount());
    double[][] rows = a.rowsTimes(u).toDense();
    assertEquals(a.toDense()[4][6] * 3, rows[4][6]);
  }

  @Test
  void eigenvaluesAreThoseOfTheComponents() {
    // A rotation by a right angle, a unit that hears of it, and a chain of two.
    double[][] rows = {
      {0, -2, 0, 0, 0}, {2, 0, 0, 0, 0}, {1, 0, 3, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 7, 0}
    };
    boolean[][] exists = new boolean[5][5];
    double[] values = {-2, 2, 1, 3, 1, 7};
    for (int to = 0; to < 5; to++) {
      for (int from = 0; from < 5; from++) {
        exists[to][from] = rows[to][from] != 0;
      }
    }
    List<Eigenvalue> found = Eigenvalue.of(SparseMatrix.of(WeightMask.ofMatrix(exists), values));
    double[] moduli = found.stream().mapToDouble(Eigenvalue::modulus).toArray();
    assertArrayEquals(new double[] {3, 2, 2, 0, 0}, moduli, 1e-14);
    assertEquals(2, Math.abs(found.get(1).imaginary()), 1e-14);
    assertEquals(new Eigenvalue(0, 0), found.get(4));
  }

  @Test
  void wrongInputIsNamed() {
    WeightMask mask = WeightMask.dense(2, 1);
    for (double[] wrong : new double[][] {{1}, {1, Double.NaN}, {1, 1.0 / 0}}) {
      assertThrows(IllegalArgumentException.class, () -> SparseMatrix.of(mask, wrong));
    }
    SparseMatrix matrix = SparseMatrix.of(mask, new double[] {1, 2});
    assertThrows(IllegalArgumentException.class, () -> matrix.times(new double[1]));
    assertThrows(IllegalArgumentException.class, () -> matrix.transposedTimes(new double[2]));
    assertThrows(IllegalArgumentException.class, () -> Eigenvalue.of(matrix));
    SparseMatrix other = SparseMatrix.of(WeightMask.dense(1, 1), new double[] {1});
    assertThrows(IllegalArgumentException.class, () -> matrix.plus(other));
  }
}
