package org.iterativemaps.kernel.settle;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.kernel.fused.LaneThreads;
import org.iterativemaps.lanes.SampleKernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/** States of floats. Sums are made of floats over some units, and of doubles over these. */
final class FloatColumns extends Columns<float[]> {
  // Units whose products are summed in the floating type itself: few enough to keep the digits.
  private static final int UNITS = 128;

  private final SampleKernels kernels = SampleKernels.here();
  private final Arena<float[]> arena = new Arena<>(float[]::new, array -> Arrays.fill(array, 0));
  private float[] row = {};
  private float[] copy = {};

  @Override
  Columns<float[]> another() {
    return new FloatColumns();
  }

  @Override
  int threads() {
    return LaneThreads.most();
  }

  @Override
  void alone(Runnable work) {
    LaneThreads.alone(work);
  }

  @Override
  Arena<float[]> arena() {
    return arena;
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
    row = HeapCopy.atLeast(row, 2 * samples);
    Arrays.fill(row, 0, 2 * samples, 0);
    kernels.residual(units, samples, g, z, r, row);
    for (int s = 0; s < samples; s++) {
      moves[s] = row[s];
      sizes[s] = row[samples + s];
    }
  }

  @Override
  void dots(float[] a, float[][] b, int count, int units, int samples, double[][] sums) {
    row = HeapCopy.atLeast(row, samples);
    for (int j = 0; j < count; j++) {
      Arrays.fill(sums[j], 0, samples, 0);
      for (int begin = 0; begin < units; begin += UNITS) {
        Arrays.fill(row, 0, samples, 0);
        int end = Math.min(units, begin + UNITS);
        kernels.addDots(end - begin, samples, a, b[j], begin * samples, row);
        for (int s = 0; s < samples; s++) {
          sums[j][s] += row[s];
        }
      }
    }
  }

  @Override
  void combine(double[][] factors, float[][] a, int count, int units, int samples, float[] into) {
    row = HeapCopy.atLeast(row, samples);
    Arrays.fill(into, 0, units * samples, 0);
    for (int j = 0; j < count; j++) {
      for (int s = 0; s < samples; s++) {
        row[s] = (float) factors[j][s];
      }
      kernels.addScaled(units, samples, row, a[j], into);
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
