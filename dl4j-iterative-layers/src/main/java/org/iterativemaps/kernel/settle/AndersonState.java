package org.iterativemaps.kernel.settle;

import org.iterativemaps.iterate.Solver;

/**
 * Anderson's method: of the last m states the combination whose residuals, combined so, are
 * smallest, one step on. The least-squares problem is solved by its normal equations, H a = 1 with
 * H_ij = r_i r_j and a divided by its sum, with rounding's share of the diagonal added. Where they
 * are singular all the same, as they are for residuals that are multiples of each other, that
 * sample takes a step of the map.
 */
final class AndersonState<A> extends NextState<A> {
  // Products of residuals have the rounding of their sums; less added makes nothing singular whole.
  private static final double ADDED = 8;

  private final double mixing;
  private final A[] ends; // z + mixing r, by place in the ring
  private final A[] residuals;
  private final double[][][] products; // of residuals, [i][j][sample]
  private double[][] sums;
  private int count; // states so far

  AndersonState(Columns<A> columns, int units, Solver.Anderson solver) {
    super(columns, units);
    this.mixing = solver.mixing();
    this.ends = columns.array(solver.memory());
    this.residuals = columns.array(solver.memory());
    this.products = new double[solver.memory()][solver.memory()][];
  }

  @Override
  A end(int samples) {
    return written(ends, samples);
  }

  @Override
  A residual(int samples) {
    return written(residuals, samples);
  }

  private A written(A[] ring, int samples) {
    int place = count % ring.length;
    ring[place] = ring[place] == null ? columns.make(units * samples) : ring[place];
    return ring[place];
  }

  @Override
  void next(A z, int samples) {
    int memory = ends.length;
    int place = count % memory;
    A r = residuals[place];
    if (mixing < 1) {
      columns.addScaled(mixing - 1, r, ends[place], units * samples);
    }
    count++;
    int held = Math.min(count, memory);
    if (sums == null) {
      sums = new double[memory][samples];
    }
    columns.dots(r, residuals, held, units, samples, sums);
    for (int j = 0; j < held; j++) {
      products[place][j] = products[j][place] = sums[j].clone();
    }
    weights(held, place, samples);
    columns.combine(sums, ends, held, units, samples, z);
  }

  /** The factors of the states, into the sums' place. */
  private void weights(int held, int newest, int samples) {
    double added = ADDED * columns.rounding();
    double[][] h = new double[held][held];
    double[] a = new double[held];
    for (int s = 0; s < samples; s++) {
      for (int i = 0; i < held; i++) {
        for (int j = 0; j < held; j++) {
          h[i][j] = products[i][j][s];
        }
        h[i][i] *= 1 + added;
        a[i] = 1;
      }
      double total = 0;
      if (solve(h, a)) {
        for (double weight : a) {
          total += weight;
        }
      }
      boolean isFound = total > 0 && total < Double.POSITIVE_INFINITY;
      for (int i = 0; i < held; i++) {
        sums[i][s] = isFound ? a[i] / total : i == newest ? 1 : 0;
      }
    }
  }

  /** Solves h x = b by Cholesky's decomposition, in place; false if h is not positive definite. */
  private static boolean solve(double[][] h, double[] b) {
    int n = b.length;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = h[i][j];
        for (int k = 0; k < j; k++) {
          sum -= h[i][k] * h[j][k];
        }
        if (i > j) {
          h[i][j] = sum / h[j][j];
        } else if (sum > 0) {
          h[i][i] = Math.sqrt(sum);
        } else {
          return false; // also where it is NaN
        }
      }
    }
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < i; k++) {
        b[i] -= h[i][k] * b[k];
      }
      b[i] /= h[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      for (int k = i + 1; k < n; k++) {
        b[i] -= h[k][i] * b[k];
      }
      b[i] /= h[i][i];
    }
    return true;
  }

  @Override
  void keep(int[] kept, int samples) {
    int held = Math.min(count, ends.length);
    for (int i = 0; i < held; i++) {
      columns.keep(ends[i], units, samples, kept, ends[i]);
      columns.keep(residuals[i], units, samples, kept, residuals[i]);
      for (int j = 0; j <= i; j++) {
        double[] few = new double[kept.length];
        for (int k = 0; k < kept.length; k++) {
          few[k] = products[i][j][kept[k]];
        }
        products[i][j] = products[j][i] = few;
      }
    }
  }
}
