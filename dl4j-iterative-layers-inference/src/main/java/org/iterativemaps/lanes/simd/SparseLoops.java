package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.SparseTiling.END;
import static org.iterativemaps.lanes.SparseTiling.FIRST;
import static org.iterativemaps.lanes.SparseTiling.TARGET;
import static org.iterativemaps.lanes.SparseTiling.TO_ENTRY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.SparseTiling;
import org.iterativemaps.lanes.VectorUnit;

/**
 * Loops over the runs of a sparse block, for one, two or four vectors of lanes.
 *
 * <p>They look simpler than they were: C2 keeps few values in general registers, and a loop over
 * entries that needs more than a handful (a second stream, an unrolled body) spills its counter to
 * the stack and loses a third of its speed. One entry per turn for four vectors; for two and one,
 * two entries, since a single chain of sums would wait for itself.
 *
 * <p>The loops call nothing of ours, and lie several in a method, for the reasons given in {@link
 * VectorActivations}.
 */
final class SparseLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();
  private static final int RUN = SparseTiling.RUN;

  private SparseLoops() {}

  /**
   * y += W x.
   *
   * @param vectors 4 of a packed layout; 2 or 1 of one that is not
   */
  static void multiply(
      int vectors,
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    if (vectors == 4) {
      for (int run = begin; run < end; run += RUN) {
        int o = yAt + runs[run + TARGET];
        int k = runs[run + FIRST];
        int last = runs[run + END];
        int shift = runs[run + TO_ENTRY];
        FloatVector y0 = FloatVector.fromArray(SPECIES, y, o);
        FloatVector y1 = FloatVector.fromArray(SPECIES, y, o + L);
        FloatVector y2 = FloatVector.fromArray(SPECIES, y, o + 2 * L);
        FloatVector y3 = FloatVector.fromArray(SPECIES, y, o + 3 * L);
        for (; k < last; k++) {
          int c = offsets[k] + xAt;
          FloatVector u = FloatVector.broadcast(SPECIES, w[k + shift]);
          FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
          y0 = FMA ? x0.fma(u, y0) : x0.mul(u).add(y0);
          FloatVector x1 = FloatVector.fromArray(SPECIES, x, c + L);
          y1 = FMA ? x1.fma(u, y1) : x1.mul(u).add(y1);
          FloatVector x2 = FloatVector.fromArray(SPECIES, x, c + 2 * L);
          y2 = FMA ? x2.fma(u, y2) : x2.mul(u).add(y2);
          FloatVector x3 = FloatVector.fromArray(SPECIES, x, c + 3 * L);
          y3 = FMA ? x3.fma(u, y3) : x3.mul(u).add(y3);
        }
        y0.intoArray(y, o);
        y1.intoArray(y, o + L);
        y2.intoArray(y, o + 2 * L);
        y3.intoArray(y, o + 3 * L);
      }
    } else if (vectors == 2) {
      for (int run = begin; run < end; run += RUN) {
        int o = yAt + runs[run + TARGET];
        int k = runs[run + FIRST];
        int last = runs[run + END];
        FloatVector y0 = FloatVector.fromArray(SPECIES, y, o);
        FloatVector y1 = FloatVector.fromArray(SPECIES, y, o + L);
        FloatVector z0 = FloatVector.zero(SPECIES);
        FloatVector z1 = z0;
        for (; k < last - 1; k += 2) {
          int c = offsets[k] + xAt;
          int d = offsets[k + 1] + xAt;
          FloatVector u = FloatVector.broadcast(SPECIES, w[k]);
          FloatVector v = FloatVector.broadcast(SPECIES, w[k + 1]);
          FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
          y0 = FMA ? x0.fma(u, y0) : x0.mul(u).add(y0);
          FloatVector x1 = FloatVector.fromArray(SPECIES, x, c + L);
          y1 = FMA ? x1.fma(u, y1) : x1.mul(u).add(y1);
          FloatVector x2 = FloatVector.fromArray(SPECIES, x, d);
          z0 = FMA ? x2.fma(v, z0) : x2.mul(v).add(z0);
          FloatVector x3 = FloatVector.fromArray(SPECIES, x, d + L);
          z1 = FMA ? x3.fma(v, z1) : x3.mul(v).add(z1);
        }
        if (k < last) {
          int c = offsets[k] + xAt;
          FloatVector u = FloatVector.broadcast(SPECIES, w[k]);
          FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
          y0 = FMA ? x0.fma(u, y0) : x0.mul(u).add(y0);
          FloatVector x1 = FloatVector.fromArray(SPECIES, x, c + L);
          y1 = FMA ? x1.fma(u, y1) : x1.mul(u).add(y1);
        }
        y0.add(z0).intoArray(y, o);
        y1.add(z1).intoArray(y, o + L);
      }
    } else {
      for (int run = begin; run < end; run += RUN) {
        int o = yAt + runs[run + TARGET];
        int k = runs[run + FIRST];
        int last = runs[run + END];
        FloatVector y0 = FloatVector.fromArray(SPECIES, y, o);
        FloatVector z0 = FloatVector.zero(SPECIES);
        for (; k < last - 1; k += 2) {
          FloatVector x0 = FloatVector.fromArray(SPECIES, x, offsets[k] + xAt);
          FloatVector u = FloatVector.broadcast(SPECIES, w[k]);
          y0 = FMA ? x0.fma(u, y0) : x0.mul(u).add(y0);
          FloatVector x1 = FloatVector.fromArray(SPECIES, x, offsets[k + 1] + xAt);
          FloatVector v = FloatVector.broadcast(SPECIES, w[k + 1]);
          z0 = FMA ? x1.fma(v, z0) : x1.mul(v).add(z0);
        }
        if (k < last) {
          FloatVector x0 = FloatVector.fromArray(SPECIES, x, offsets[k] + xAt);
          FloatVector u = FloatVector.broadcast(SPECIES, w[k]);
          y0 = FMA ? x0.fma(u, y0) : x0.mul(u).add(y0);
        }
        y0.add(z0).intoArray(y, o);
      }
    }
  }
}
