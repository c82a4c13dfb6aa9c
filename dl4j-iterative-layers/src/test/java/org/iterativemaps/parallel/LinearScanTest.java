package org.iterativemaps.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearScanTest {
  private static final List<int[]> GROUPS =
      List.of(new int[] {0, 3}, new int[] {2}, new int[] {1, 4});
  private static final int UNITS = 5;
  private static final int ROWS = 2;

  /** Against dense matrices, one time step after the other; more chunks than there is time, too. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 11, 40})
  void chunksGiveWhatTheSequenceGives(int chunks) {
    RandomSource random = RandomSource.of(chunks, "scan");
    int time = 11;
    double[][][] dense = new double[time][UNITS][UNITS];
    double[][][] jacobian = new double[time][2][ROWS * UNITS];
    double[][] d = new double[time][ROWS * UNITS];
    double[][] expected = new double[time][ROWS * UNITS];
    for (int t = 0; t < time; t++) {
      Arrays.setAll(d[t], i -> random.nextGaussian());
      for (int[] group : GROUPS) {
        for (int to = 0; to < group.length; to++) {
          for (int from : group) {
            dense[t][group[to]][from] = random.nextGaussian();
            for (int row = 0; row < ROWS; row++) {
              jacobian[t][to][row * UNITS + from] = dense[t][group[to]][from];
            }
          }
        }
      }
      for (int row = 0; row < ROWS; row++) {
        for (int to = 0; to < UNITS; to++) {
          double sum = d[t][row * UNITS + to];
          for (int from = 0; from < UNITS && t > 0; from++) {
            sum += dense[t][to][from] * expected[t - 1][row * UNITS + from];
          }
          expected[t][row * UNITS + to] = sum;
        }
      }
    }
    new LinearScan(GROUPS, UNITS, ROWS).solve(jacobian, d, chunks);
    for (int t = 0; t < time; t++) {
      assertArrayEquals(expected[t], d[t], 1e-9);
    }
  }

  /** Against a schedule written out: rounds of as many blocks as there are cores. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16, 1000})
  void theCostIsThatOfRounds(int cores) {
    for (int block : new int[] {1, 4, 5, 30}) {
      int blocks = 21 / block;
      for (int sweeps = Math.min(1, blocks); sweeps <= blocks; sweeps++) {
        long time = 0;
        for (int sweep = 0; sweep < sweeps; sweep++) {
          for (int left = blocks - sweep; left > 0; left -= cores) {
            time += block;
          }
        }
        time += 21 % block + (blocks == 0 ? 21 - 21 % block : 0);
        assertEquals(time, ParallelCost.sweeps(21, block, sweeps, cores));
      }
    }
    long rounds = 0;
    for (int pass = 0; pass < 3 * 2 + 2; pass++) {
      for (int left = 21; left > 0; left -= cores) {
        rounds++;
      }
    }
    assertEquals(rounds, ParallelCost.newton(21, 3, 1, cores));
  }

  @Test
  void moreCoresThanIterationsAreNeeded() {
    assertEquals(
        OptionalInt.of(9), ParallelCost.fewestCores(1024, p -> ParallelCost.newton(1024, 3, 1, p)));
    assertEquals(
        OptionalInt.empty(), ParallelCost.fewestCores(8, p -> ParallelCost.sweeps(8, 1, 8, p)));
    assertThrows(IllegalArgumentException.class, () -> ParallelCost.sweeps(8, 2, 5, 1));
    assertThrows(IllegalArgumentException.class, () -> ParallelCost.sweeps(8, 0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> ParallelCost.newton(8, 3, 1, 0));
  }
}
