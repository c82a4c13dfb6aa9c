package org.iterativemaps.parallel;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Solves the linear recurrence d_t = J_t d_(t-1) + r_t with d_0 = 0 of block-diagonal J_t, in
 * chunks of time side by side: each is run from zeros, together with the product of its matrices;
 * that says what goes into the next, and all are run again from there. (Martin and Cundy,
 * "Parallelizing Linear Recurrent Neural Nets Over Sequence Length", 2018, with two levels in the
 * place of a tree.)
 *
 * <p>{@code kernel.LinearRecurrence} is the same for a J that is diagonal and does not change with
 * time, run by a kernel.
 */
final class LinearScan {
  private final List<int[]> groups;
  private final int units;
  private final int rows;
  private final int most; // units of the largest group

  /**
   * For matrices of one shape.
   *
   * @param groups numbers of units, one group per block
   * @param units of a row
   * @param rows examples
   */
  LinearScan(List<int[]> groups, int units, int rows) {
    this.groups = groups;
    this.units = units;
    this.rows = rows;
    this.most = groups.stream().mapToInt(group -> group.length).max().orElse(0);
  }

  /**
   * Solves it in place.
   *
   * @param jacobian [time][probe][rows * units]: the probe-th row of a unit's block: at (row, unit
   *     k) is d(unit number probe of k's group) / d(unit k)
   * @param d [time][rows * units]: r, then d
   * @param chunks at least 1
   */
  void solve(double[][][] jacobian, double[][] d, int chunks) {
    int time = d.length;
    int count = Math.max(1, Math.min(chunks, time));
    if (count == 1) {
      run(jacobian, d, 0, time, new double[rows * units]);
      return;
    }
    double[][] ends = new double[count][];
    double[][][] products = new double[count][][];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            c -> {
              int from = start(c, count, time);
              int to = start(c + 1, count, time);
              ends[c] = new double[rows * units];
              products[c] = identity();
              for (int t = from; t < to; t++) {
                ends[c] = step(jacobian[t], ends[c]);
                add(ends[c], d[t]);
                products[c] = product(jacobian[t], products[c]);
              }
            });
    double[][] into = new double[count][];
    into[0] = new double[rows * units];
    for (int c = 1; c < count; c++) {
      into[c] = step(products[c - 1], into[c - 1]);
      add(into[c], ends[c - 1]);
    }
    IntStream.range(0, count)
        .parallel()
        .forEach(c -> run(jacobian, d, start(c, count, time), start(c + 1, count, time), into[c]));
  }

  private static int start(int chunk, int count, int time) {
    return (int) ((long) chunk * time / count);
  }

  private void run(double[][][] jacobian, double[][] d, int from, int to, double[] before) {
    double[] last = before;
    for (int t = from; t < to; t++) {
      add(d[t], step(jacobian[t], last));
      last = d[t];
    }
  }

  private static void add(double[] sum, double[] more) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i];
    }
  }

  /** M v, a row at a time. */
  private double[] step(double[][] matrix, double[] v) {
    double[] image = new double[v.length];
    for (int row = 0; row < rows; row++) {
      int at = row * units;
      for (int[] group : groups) {
        for (int to = 0; to < group.length; to++) {
          double sum = 0;
          for (int from : group) {
            sum += matrix[to][at + from] * v[at + from];
          }
          image[at + group[to]] = sum;
        }
      }
    }
    return image;
  }

  private double[][] product(double[][] left, double[][] right) {
    double[][] product = new double[most][rows * units];
    for (int row = 0; row < rows; row++) {
      int at = row * units;
      for (int[] group : groups) {
        for (int to = 0; to < group.length; to++) {
          for (int from : group) {
            double sum = 0;
            for (int k = 0; k < group.length; k++) {
              sum += left[to][at + group[k]] * right[k][at + from];
            }
            product[to][at + from] = sum;
          }
        }
      }
    }
    return product;
  }

  private double[][] identity() {
    double[][] identity = new double[most][rows * units];
    for (int row = 0; row < rows; row++) {
      for (int[] group : groups) {
        for (int k = 0; k < group.length; k++) {
          identity[k][row * units + group[k]] = 1;
        }
      }
    }
    return identity;
  }
}
