package org.iterativemaps.kernel.settle;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.iterativemaps.kernel.HeapCopy;
import org.nd4j.linalg.api.ndarray.INDArray;

/** States of floats. Sums are made of floats over some units, and of doubles over these. */
final class FloatColumns extends Columns<float[]> {
  // Units whose products are summed in the floating type itself: few enough to keep the digits.
  private static final int UNITS = 32;

  private float[] rows = {};
  private float[] copy = {};

  @Override
  float[] make(int length) {
    return new float[length];
  }

  @Override
  float[][] array(int count) {
    return new float[count][];
  }

  @Override
  double rounding() {
    return Math.ulp(1f);
  }

  @Override
  void read(INDArray matrix, float[] into, int at) {
    int length = Math.toIntExact(matrix.length());
    if (at == 0) {
      HeapCopy.read(matrix, into);
    } else {
      copy = HeapCopy.read(matrix, copy);
      System.arraycopy(copy, 0, into, at, length);
    }
  }

  @Override
  void write(float[] from, int at, INDArray matrix) {
    int length = Math.toIntExact(matrix.length());
    if (at == 0) {
      HeapCopy.write(from, matrix);
    } else {
      copy = HeapCopy.atLeast(copy, length);
      System.arraycopy(from, at, copy, 0, length);
      HeapCopy.write(copy, matrix);
    }
  }

  @Override
  void clear(float[] into, int begin, int end) {
    Arrays.fill(into, begin, end, 0);
  }

  @Override
  void fill(float[] into, int length, DoubleSupplier source) {
    for (int i = 0; i < length; i++) {
      into[i] = (float) source.getAsDouble();
    }
  }

  @Override
  void copy(float[] from, float[] into, int length) {
    System.arraycopy(from, 0, into, 0, length);
  }

  @Override
  void add(float[] from, int at, float[] into, int to, int length) {
    for (int i = 0; i < length; i++) {
      into[to + i] += from[at + i];
    }
  }

  @Override
  void addScaled(double factor, float[] from, float[] into, int length) {
    float f = (float) factor;
    for (int i = 0; i < length; i++) {
      into[i] += f * from[i];
    }
  }

  @Override
  void residual(
      float[] g, float[] z, float[] r, int units, int samples, double[] moves, double[] sizes) {
    rows = HeapCopy.atLeast(rows, 2 * samples);
    Arrays.fill(rows, 0, 2 * samples, 0);
    for (int u = 0; u < units; u++) {
      subtract(g, z, r, u * samples, samples);
      largest(r, u * samples, rows, 0, samples);
      largest(g, u * samples, rows, samples, samples);
    }
    for (int s = 0; s < samples; s++) {
      moves[s] = rows[s];
      sizes[s] = rows[samples + s];
    }
  }

  private static void subtract(float[] g, float[] z, float[] r, int at, int samples) {
    for (int i = at; i < at + samples; i++) {
      r[i] = g[i] - z[i];
    }
  }

  /** NaN stays. */
  private static void largest(float[] from, int at, float[] into, int to, int samples) {
    for (int s = 0; s < samples; s++) {
      into[to + s] = Math.max(into[to + s], Math.abs(from[at + s]));
    }
  }

  @Override
  void dots(float[] a, float[][] b, int count, int units, int samples, double[][] sums) {
    rows = HeapCopy.atLeast(rows, count * samples);
    for (int j = 0; j < count; j++) {
      Arrays.fill(sums[j], 0, samples, 0);
    }
    for (int begin = 0; begin < units; begin += UNITS) {
      int end = Math.min(units, begin + UNITS);
      Arrays.fill(rows, 0, count * samples, 0);
      for (int u = begin; u < end; u++) {
        for (int j = 0; j < count; j++) {
          addProducts(a, b[j], u * samples, rows, j * samples, samples);
        }
      }
      for (int j = 0; j < count; j++) {
        for (int s = 0; s < samples; s++) {
          sums[j][s] += rows[j * samples + s];
        }
      }
    }
  }

  private static void addProducts(float[] a, float[] b, int at, float[] into, int to, int samples) {
    for (int s = 0; s < samples; s++) {
      into[to + s] += a[at + s] * b[at + s];
    }
  }

  @Override
  void combine(double[][] factors, float[][] a, int count, int units, int samples, float[] into) {
    rows = HeapCopy.atLeast(rows, count * samples);
    for (int j = 0; j < count; j++) {
      for (int s = 0; s < samples; s++) {
        rows[j * samples + s] = (float) factors[j][s];
      }
    }
    for (int u = 0; u < units; u++) {
      int at = u * samples;
      Arrays.fill(into, at, at + samples, 0);
      for (int j = 0; j < count; j++) {
        addProducts(rows, j * samples, a[j], into, at, samples);
      }
    }
  }

  private static void addProducts(
      float[] factors, int first, float[] a, float[] into, int at, int samples) {
    for (int s = 0; s < samples; s++) {
      into[at + s] += factors[first + s] * a[at + s];
    }
  }

  @Override
  void keep(float[] from, int units, int samples, int[] kept, float[] into) {
    for (int u = 0; u < units; u++) {
      int source = u * samples;
      int target = u * kept.length;
      for (int k = 0; k < kept.length; k++) {
        into[target + k] = from[source + kept[k]];
      }
    }
  }

  @Override
  void scatter(
      float[] from,
      int units,
      int samples,
      int[] which,
      int count,
      int[] places,
      float[] into,
      int intoSamples) {
    for (int u = 0; u < units; u++) {
      int source = u * samples;
      int target = u * intoSamples;
      for (int k = 0; k < count; k++) {
        int place = places == null ? which[k] : places[which[k]];
        into[target + place] = from[source + which[k]];
      }
    }
  }
}
