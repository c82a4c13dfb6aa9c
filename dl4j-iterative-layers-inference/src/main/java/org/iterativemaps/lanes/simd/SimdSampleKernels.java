package org.iterativemaps.lanes.simd;

import org.iterativemaps.lanes.SampleKernels;

/** {@link SampleKernels} on vectors, the samples behind the last whole vector one by one. */
final class SimdSampleKernels implements SampleKernels {
  // As in SimdLaneKernels: loops over many units are left before they are compiled.
  private static final int PIECE = 64;

  @Override
  public void addDots(int units, int samples, float[] a, float[] b, int at, float[] sums) {
    for (int unit = 0; unit < units; unit += PIECE) {
      int count = Math.min(PIECE, units - unit);
      SampleLoops.addDots(count, samples, a, b, at + unit * samples, sums);
    }
  }

  @Override
  public void addScaled(int units, int samples, float[] factors, float[] x, float[] y) {
    for (int unit = 0; unit < units; unit += PIECE) {
      int count = Math.min(PIECE, units - unit);
      SampleLoops.addScaled(count, samples, factors, x, y, unit * samples);
    }
  }

  @Override
  public void residual(int units, int samples, float[] g, float[] z, float[] r, float[] largest) {
    for (int unit = 0; unit < units; unit += PIECE) {
      int count = Math.min(PIECE, units - unit);
      SampleLoops.residual(count, samples, g, z, r, unit * samples, largest);
    }
  }
}
