package org.iterativemaps.lanes;

/** {@link SampleKernels} in plain Java. */
final class ScalarSampleKernels implements SampleKernels {
  @Override
  public void addDots(int units, int samples, float[] a, float[] b, int at, float[] sums) {
    for (int unit = 0; unit < units; unit++) {
      int row = at + unit * samples;
      for (int s = 0; s < samples; s++) {
        sums[s] += a[row + s] * b[row + s];
      }
    }
  }

  @Override
  public void addScaled(int units, int samples, float[] factors, float[] x, float[] y) {
    for (int unit = 0; unit < units; unit++) {
      int row = unit * samples;
      for (int s = 0; s < samples; s++) {
        y[row + s] += factors[s] * x[row + s];
      }
    }
  }

  @Override
  public void residual(int units, int samples, float[] g, float[] z, float[] r, float[] largest) {
    for (int i = 0; i < units * samples; i++) {
      r[i] = g[i] - z[i];
    }
    for (int unit = 0; unit < units; unit++) {
      int row = unit * samples;
      for (int s = 0; s < samples; s++) {
        largest[s] = Math.max(largest[s], Math.abs(r[row + s])); // NaN stays
        largest[samples + s] = Math.max(largest[samples + s], Math.abs(g[row + s]));
      }
    }
  }
}
