package org.iterativemaps.lanes.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.VectorUnit;

/** A vector of samples at a time over the units, then the samples that fill no vector. */
final class SampleLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();

  private SampleLoops() {}

  /** sums += sum over the units of a b. */
  static void addDots(int units, int samples, float[] a, float[] b, int at, float[] sums) {
    int whole = samples - samples % L;
    for (int s = 0; s < whole; s += L) {
      FloatVector sum = FloatVector.fromArray(SPECIES, sums, s);
      for (int i = 0, p = at + s; i < units; i++, p += samples) {
        FloatVector u = FloatVector.fromArray(SPECIES, a, p);
        FloatVector v = FloatVector.fromArray(SPECIES, b, p);
        sum = FMA ? u.fma(v, sum) : u.mul(v).add(sum);
      }
      sum.intoArray(sums, s);
    }
    for (int s = whole; s < samples; s++) {
      float sum = sums[s];
      for (int i = 0, p = at + s; i < units; i++, p += samples) {
        sum += a[p] * b[p];
      }
      sums[s] = sum;
    }
  }

  /** y += f x from a place on. */
  static void addScaled(int units, int samples, float[] factors, float[] x, float[] y, int at) {
    int whole = samples - samples % L;
    for (int s = 0; s < whole; s += L) {
      FloatVector factor = FloatVector.fromArray(SPECIES, factors, s);
      for (int i = 0, p = at + s; i < units; i++, p += samples) {
        FloatVector sum = FloatVector.fromArray(SPECIES, y, p);
        FloatVector u = FloatVector.fromArray(SPECIES, x, p);
        sum = FMA ? u.fma(factor, sum) : u.mul(factor).add(sum);
        sum.intoArray(y, p);
      }
    }
    for (int s = whole; s < samples; s++) {
      for (int i = 0, p = at + s; i < units; i++, p += samples) {
        y[p] += factors[s] * x[p];
      }
    }
  }

  /** r = g - z from a place on, and the largest of |r| and |g|. */
  static void residual(
      int units, int samples, float[] g, float[] z, float[] r, int at, float[] largest) {
    int whole = samples - samples % L;
    for (int s = 0; s < whole; s += L) {
      FloatVector move = FloatVector.fromArray(SPECIES, largest, s);
      FloatVector size = FloatVector.fromArray(SPECIES, largest, samples + s);
      for (int i = 0, p = at + s; i < units; i++, p += samples) {
        FloatVector u = FloatVector.fromArray(SPECIES, g, p);
        FloatVector v = u.sub(FloatVector.fromArray(SPECIES, z, p));
        v.intoArray(r, p);
        move = move.max(v.lanewise(VectorOperators.ABS)); // NaN stays
        size = size.max(u.lanewise(VectorOperators.ABS));
      }
      move.intoArray(largest, s);
      size.intoArray(largest, samples + s);
    }
    for (int s = whole; s < samples; s++) {
      for (int i = 0, p = at + s; i < units; i++, p += samples) {
        r[p] = g[p] - z[p];
        largest[s] = Math.max(largest[s], Math.abs(r[p]));
        largest[samples + s] = Math.max(largest[samples + s], Math.abs(g[p]));
      }
    }
  }
}
