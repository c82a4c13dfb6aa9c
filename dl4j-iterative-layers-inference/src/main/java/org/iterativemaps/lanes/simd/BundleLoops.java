package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.BundleTiling.END;
import static org.iterativemaps.lanes.BundleTiling.FIRST;
import static org.iterativemaps.lanes.BundleTiling.NEXT_UNIT;
import static org.iterativemaps.lanes.BundleTiling.OTHERS;
import static org.iterativemaps.lanes.BundleTiling.TARGET;
import static org.iterativemaps.lanes.BundleTiling.TO_ENTRY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.BundleTiling;
import org.iterativemaps.lanes.VectorUnit;

/**
 * y += W x of bundles: the sums of four target units by one, two or four vectors of lanes stay in
 * registers while the sources stream past, each loaded once for four products.
 *
 * <p>The loops call nothing of ours, for the reasons given in {@link VectorActivations}.
 */
final class BundleLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();
  private static final int RUN = BundleTiling.RUN;
  private static final boolean MANY_REGISTERS = SPECIES.vectorBitSize() >= 512;

  private BundleLoops() {}

  /** y += W x, of the runs from begin to end. */
  static void multiply(
      BundleTiling block, int begin, int end, float[] w, float[] x, int xAt, float[] y, int yAt) {
    int[] runs = block.runs();
    int[] offsets = block.offsets();
    int lanes = block.lanes();
    int v = 0;
    for (; MANY_REGISTERS && v + 4 * L <= lanes; v += 4 * L) {
      multiply4x4(runs, begin, end, offsets, lanes, w, x, xAt + v, y, yAt + v);
    }
    for (; v + 2 * L <= lanes; v += 2 * L) {
      multiply4x2(runs, begin, end, offsets, lanes, w, x, xAt + v, y, yAt + v);
    }
    for (; v < lanes; v += L) {
      multiply4x1(runs, begin, end, offsets, lanes, w, x, xAt + v, y, yAt + v);
    }
  }

  private static void multiply4x4(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      int lanes,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int w0 = runs[run + TO_ENTRY];
      int step = runs[run + NEXT_UNIT];
      int others = runs[run + OTHERS];
      int w1 = w0 + Math.min(1, others) * step;
      int w2 = w0 + Math.min(2, others) * step;
      int w3 = w0 + others * step;
      int r0 = yAt + runs[run + TARGET];
      int r1 = r0 + Math.min(1, others) * lanes;
      int r2 = r0 + Math.min(2, others) * lanes;
      int r3 = r0 + others * lanes;
      FloatVector y0a = FloatVector.fromArray(SPECIES, y, r0);
      FloatVector y0b = FloatVector.fromArray(SPECIES, y, r0 + L);
      FloatVector y0c = FloatVector.fromArray(SPECIES, y, r0 + 2 * L);
      FloatVector y0d = FloatVector.fromArray(SPECIES, y, r0 + 3 * L);
      FloatVector y1a = FloatVector.fromArray(SPECIES, y, r1);
      FloatVector y1b = FloatVector.fromArray(SPECIES, y, r1 + L);
      FloatVector y1c = FloatVector.fromArray(SPECIES, y, r1 + 2 * L);
      FloatVector y1d = FloatVector.fromArray(SPECIES, y, r1 + 3 * L);
      FloatVector y2a = FloatVector.fromArray(SPECIES, y, r2);
      FloatVector y2b = FloatVector.fromArray(SPECIES, y, r2 + L);
      FloatVector y2c = FloatVector.fromArray(SPECIES, y, r2 + 2 * L);
      FloatVector y2d = FloatVector.fromArray(SPECIES, y, r2 + 3 * L);
      FloatVector y3a = FloatVector.fromArray(SPECIES, y, r3);
      FloatVector y3b = FloatVector.fromArray(SPECIES, y, r3 + L);
      FloatVector y3c = FloatVector.fromArray(SPECIES, y, r3 + 2 * L);
      FloatVector y3d = FloatVector.fromArray(SPECIES, y, r3 + 3 * L);
      for (; k < last; k++) {
        int c = offsets[k] + xAt;
        FloatVector xa = FloatVector.fromArray(SPECIES, x, c);
        FloatVector xb = FloatVector.fromArray(SPECIES, x, c + L);
        FloatVector xc = FloatVector.fromArray(SPECIES, x, c + 2 * L);
        FloatVector xd = FloatVector.fromArray(SPECIES, x, c + 3 * L);
        FloatVector u0 = FloatVector.broadcast(SPECIES, w[k + w0]);
        y0a = FMA ? xa.fma(u0, y0a) : xa.mul(u0).add(y0a);
        y0b = FMA ? xb.fma(u0, y0b) : xb.mul(u0).add(y0b);
        y0c = FMA ? xc.fma(u0, y0c) : xc.mul(u0).add(y0c);
        y0d = FMA ? xd.fma(u0, y0d) : xd.mul(u0).add(y0d);
        FloatVector u1 = FloatVector.broadcast(SPECIES, w[k + w1]);
        y1a = FMA ? xa.fma(u1, y1a) : xa.mul(u1).add(y1a);
        y1b = FMA ? xb.fma(u1, y1b) : xb.mul(u1).add(y1b);
        y1c = FMA ? xc.fma(u1, y1c) : xc.mul(u1).add(y1c);
        y1d = FMA ? xd.fma(u1, y1d) : xd.mul(u1).add(y1d);
        FloatVector u2 = FloatVector.broadcast(SPECIES, w[k + w2]);
        y2a = FMA ? xa.fma(u2, y2a) : xa.mul(u2).add(y2a);
        y2b = FMA ? xb.fma(u2, y2b) : xb.mul(u2).add(y2b);
        y2c = FMA ? xc.fma(u2, y2c) : xc.mul(u2).add(y2c);
        y2d = FMA ? xd.fma(u2, y2d) : xd.mul(u2).add(y2d);
        FloatVector u3 = FloatVector.broadcast(SPECIES, w[k + w3]);
        y3a = FMA ? xa.fma(u3, y3a) : xa.mul(u3).add(y3a);
        y3b = FMA ? xb.fma(u3, y3b) : xb.mul(u3).add(y3b);
        y3c = FMA ? xc.fma(u3, y3c) : xc.mul(u3).add(y3c);
        y3d = FMA ? xd.fma(u3, y3d) : xd.mul(u3).add(y3d);
      }
      y0a.intoArray(y, r0);
      y0b.intoArray(y, r0 + L);
      y0c.intoArray(y, r0 + 2 * L);
      y0d.intoArray(y, r0 + 3 * L);
      y1a.intoArray(y, r1);
      y1b.intoArray(y, r1 + L);
      y1c.intoArray(y, r1 + 2 * L);
      y1d.intoArray(y, r1 + 3 * L);
      y2a.intoArray(y, r2);
      y2b.intoArray(y, r2 + L);
      y2c.intoArray(y, r2 + 2 * L);
      y2d.intoArray(y, r2 + 3 * L);
      y3a.intoArray(y, r3);
      y3b.intoArray(y, r3 + L);
      y3c.intoArray(y, r3 + 2 * L);
      y3d.intoArray(y, r3 + 3 * L);
    }
  }

  private static void multiply4x2(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      int lanes,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int w0 = runs[run + TO_ENTRY];
      int step = runs[run + NEXT_UNIT];
      int others = runs[run + OTHERS];
      int w1 = w0 + Math.min(1, others) * step;
      int w2 = w0 + Math.min(2, others) * step;
      int w3 = w0 + others * step;
      int r0 = yAt + runs[run + TARGET];
      int r1 = r0 + Math.min(1, others) * lanes;
      int r2 = r0 + Math.min(2, others) * lanes;
      int r3 = r0 + others * lanes;
      FloatVector y0a = FloatVector.fromArray(SPECIES, y, r0);
      FloatVector y0b = FloatVector.fromArray(SPECIES, y, r0 + L);
      FloatVector y1a = FloatVector.fromArray(SPECIES, y, r1);
      FloatVector y1b = FloatVector.fromArray(SPECIES, y, r1 + L);
      FloatVector y2a = FloatVector.fromArray(SPECIES, y, r2);
      FloatVector y2b = FloatVector.fromArray(SPECIES, y, r2 + L);
      FloatVector y3a = FloatVector.fromArray(SPECIES, y, r3);
      FloatVector y3b = FloatVector.fromArray(SPECIES, y, r3 + L);
      for (; k < last; k++) {
        int c = offsets[k] + xAt;
        FloatVector xa = FloatVector.fromArray(SPECIES, x, c);
        FloatVector xb = FloatVector.fromArray(SPECIES, x, c + L);
        FloatVector u0 = FloatVector.broadcast(SPECIES, w[k + w0]);
        y0a = FMA ? xa.fma(u0, y0a) : xa.mul(u0).add(y0a);
        y0b = FMA ? xb.fma(u0, y0b) : xb.mul(u0).add(y0b);
        FloatVector u1 = FloatVector.broadcast(SPECIES, w[k + w1]);
        y1a = FMA ? xa.fma(u1, y1a) : xa.mul(u1).add(y1a);
        y1b = FMA ? xb.fma(u1, y1b) : xb.mul(u1).add(y1b);
        FloatVector u2 = FloatVector.broadcast(SPECIES, w[k + w2]);
        y2a = FMA ? xa.fma(u2, y2a) : xa.mul(u2).add(y2a);
        y2b = FMA ? xb.fma(u2, y2b) : xb.mul(u2).add(y2b);
        FloatVector u3 = FloatVector.broadcast(SPECIES, w[k + w3]);
        y3a = FMA ? xa.fma(u3, y3a) : xa.mul(u3).add(y3a);
        y3b = FMA ? xb.fma(u3, y3b) : xb.mul(u3).add(y3b);
      }
      y0a.intoArray(y, r0);
      y0b.intoArray(y, r0 + L);
      y1a.intoArray(y, r1);
      y1b.intoArray(y, r1 + L);
      y2a.intoArray(y, r2);
      y2b.intoArray(y, r2 + L);
      y3a.intoArray(y, r3);
      y3b.intoArray(y, r3 + L);
    }
  }

  private static void multiply4x1(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      int lanes,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int w0 = runs[run + TO_ENTRY];
      int step = runs[run + NEXT_UNIT];
      int others = runs[run + OTHERS];
      int w1 = w0 + Math.min(1, others) * step;
      int w2 = w0 + Math.min(2, others) * step;
      int w3 = w0 + others * step;
      int r0 = yAt + runs[run + TARGET];
      int r1 = r0 + Math.min(1, others) * lanes;
      int r2 = r0 + Math.min(2, others) * lanes;
      int r3 = r0 + others * lanes;
      FloatVector y0a = FloatVector.fromArray(SPECIES, y, r0);
      FloatVector y1a = FloatVector.fromArray(SPECIES, y, r1);
      FloatVector y2a = FloatVector.fromArray(SPECIES, y, r2);
      FloatVector y3a = FloatVector.fromArray(SPECIES, y, r3);
      for (; k < last; k++) {
        int c = offsets[k] + xAt;
        FloatVector xa = FloatVector.fromArray(SPECIES, x, c);
        FloatVector u0 = FloatVector.broadcast(SPECIES, w[k + w0]);
        y0a = FMA ? xa.fma(u0, y0a) : xa.mul(u0).add(y0a);
        FloatVector u1 = FloatVector.broadcast(SPECIES, w[k + w1]);
        y1a = FMA ? xa.fma(u1, y1a) : xa.mul(u1).add(y1a);
        FloatVector u2 = FloatVector.broadcast(SPECIES, w[k + w2]);
        y2a = FMA ? xa.fma(u2, y2a) : xa.mul(u2).add(y2a);
        FloatVector u3 = FloatVector.broadcast(SPECIES, w[k + w3]);
        y3a = FMA ? xa.fma(u3, y3a) : xa.mul(u3).add(y3a);
      }
      y0a.intoArray(y, r0);
      y1a.intoArray(y, r1);
      y2a.intoArray(y, r2);
      y3a.intoArray(y, r3);
    }
  }
}
