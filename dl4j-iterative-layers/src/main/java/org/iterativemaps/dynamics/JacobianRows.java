package org.iterativemaps.dynamics;

import java.util.Arrays;
import org.iterativemaps.map.pattern.Heap;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.SparseMatrix;

/** The Jacobian of any map, row by row: row i is J^T e_i, by the kernel's way back. */
final class JacobianRows {
  private static final int ROWS_AT_A_TIME = 256;

  private JacobianRows() {}

  static SparseMatrix of(MapStep step, double[] state) {
    int size = step.size();
    Heap.check("a Jacobian of " + size + " units", 2.0 * Double.BYTES * size * size);
    WeightMask all = WeightMask.dense(size, size); // refuses more than an array holds
    double[] values = new double[size * size];
    for (int start = 0; start < size; start += ROWS_AT_A_TIME) {
      double[][] states = new double[Math.min(ROWS_AT_A_TIME, size - start)][];
      Arrays.fill(states, state);
      double[][] units = new double[states.length][size];
      for (int row = 0; row < units.length; row++) {
        units[row][start + row] = 1;
      }
      double[][] rows = step.vectorJacobian(states, units);
      for (int row = 0; row < rows.length; row++) {
        System.arraycopy(rows[row], 0, values, (start + row) * size, size);
      }
    }
    return SparseMatrix.of(all, values);
  }
}
