package org.iterativemaps.reservoir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CholeskyTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 31, 32, 33, 64, 101})
  void solvesWhatItMultiplied(int n) {
    Random random = new Random(n);
    double[][] factor = new double[n][n];
    for (double[] row : factor) {
      for (int j = 0; j < n; j++) {
        row[j] = random.nextGaussian();
      }
    }
    double[][] matrix = new double[n][n];
    double[] x = random.doubles(n).toArray();
    double[] b = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          matrix[i][j] += factor[k][i] * factor[k][j];
        }
        matrix[i][j] += i == j ? 1 : 0;
        b[i] += matrix[i][j] * x[j];
      }
    }
    double[] before = b.clone();
    double[] solved = Cholesky.of(matrix, 1).solve(b);
    for (int i = 0; i < n; i++) {
      assertEquals(x[i], solved[i], 1e-10 * n);
      assertEquals(before[i], b[i]);
    }
  }

  @Test
  void dependentRowsAreNamed() {
    double[][] matrix = {{1, 2, 0}, {2, 4, 0}, {0, 0, 1}};
    String message =
        assertThrows(IllegalArgumentException.class, () -> Cholesky.of(matrix, 0)).getMessage();
    assertTrue(message.contains("ridge: found 0.0") && message.contains("number 1"), message);
    assertTrue(message.contains("use a larger ridge"), message);
    assertThrows(
        IllegalArgumentException.class, () -> Cholesky.of(new double[][] {{Double.NaN}}, 0));
  }
}
