package org.iterativemaps.map.values;

import java.util.Arrays;
import org.iterativemaps.map.pattern.WeightMask;

/** The rows and columns of some units of a sparse square matrix. Row = target unit. */
final class SparseSquare {
  private final int[] rowStart;
  private final int[] columns;
  private final double[] values;

  private SparseSquare(int[] rowStart, int[] columns, double[] values) {
    this.rowStart = rowStart;
    this.columns = columns;
    this.values = values;
  }

  static SparseSquare of(WeightMask mask, double[] values, int[] units) {
    int[] place = new int[mask.toSize()];
    Arrays.fill(place, -1);
    int room = 0;
    for (int i = 0; i < units.length; i++) {
      place[units[i]] = i;
      room += mask.targetStart(units[i] + 1) - mask.targetStart(units[i]);
    }
    int[] rowStart = new int[units.length + 1];
    int[] columns = new int[room];
    double[] kept = new double[room];
    int count = 0;
    for (int i = 0; i < units.length; i++) {
      for (int e = mask.targetStart(units[i]); e < mask.targetStart(units[i] + 1); e++) {
        if (place[mask.source(e)] >= 0) {
          columns[count] = place[mask.source(e)];
          kept[count++] = values[e];
        }
      }
      rowStart[i + 1] = count;
    }
    return new SparseSquare(rowStart, columns, kept);
  }

  int size() {
    return rowStart.length - 1;
  }

  double largestEntry() {
    double largest = 0;
    for (int e = 0; e < rowStart[size()]; e++) {
      largest = Math.max(largest, Math.abs(values[e]));
    }
    return largest;
  }

  /** Exact, unless the smallest entries leave the range of a double. */
  SparseSquare timesPowerOfTwo(int exponent) {
    double[] scaled = new double[values.length];
    Arrays.setAll(scaled, e -> Math.scalb(values[e], exponent));
    return new SparseSquare(rowStart, columns, scaled);
  }

  double[] times(double[] vector) {
    double[] product = new double[size()];
    for (int row = 0; row < size(); row++) {
      double sum = 0;
      for (int e = rowStart[row]; e < rowStart[row + 1]; e++) {
        sum += values[e] * vector[columns[e]];
      }
      product[row] = sum;
    }
    return product;
  }

  double[][] toDense() {
    double[][] dense = new double[size()][size()];
    for (int row = 0; row < size(); row++) {
      for (int e = rowStart[row]; e < rowStart[row + 1]; e++) {
        dense[row][columns[e]] = values[e];
      }
    }
    return dense;
  }
}
