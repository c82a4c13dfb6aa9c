package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.BundleTiling.END;
import static org.iterativemaps.lanes.BundleTiling.FIRST;
import static org.iterativemaps.lanes.BundleTiling.NEXT_UNIT;
import static org.iterativemaps.lanes.BundleTiling.TARGET;
import static org.iterativemaps.lanes.BundleTiling.TO_ENTRY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.BundleTiling;
import org.iterativemaps.lanes.VectorUnit;

/**
 * dx += Wᵀ dy of bundles: the gradients of four target units by one, two or four vectors of lanes
 * stay in registers while the sources stream past; each is loaded and stored once for four
 * products.
 *
 * <p>The loops call nothing of ours, for the reasons given in {@link VectorActivations}.
 */
final class TransposedBundleLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();
  private static final int RUN = BundleTiling.RUN;
  private static final boolean MANY_REGISTERS = SPECIES.vectorBitSize() >= 512;

  private TransposedBundleLoops() {}

  /** dx += Wᵀ dy, of the runs from begin to end. */
  static void multiply(
      BundleTiling block,
      int begin,
      int end,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    int[] runs = block.runs();
    int[] offsets = block.offsets();
    int lanes = block.lanes();
    int v = 0;
    for (; MANY_REGISTERS && v + 4 * L <= lanes; v += 4 * L) {
      multiply4x4(runs, begin, end, offsets, lanes, w, dy, dyAt + v, dx, dxAt + v);
    }
    for (; v + 2 * L <= lanes; v += 2 * L) {
      multiply4x2(runs, begin, end, offsets, lanes, w, dy, dyAt + v, dx, dxAt + v);
    }
    for (; v < lanes; v += L) {
      multiply4x1(runs, begin, end, offsets, lanes, w, dy, dyAt + v, dx, dxAt + v);
    }
  }

  private static void multiply4x4(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      int lanes,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int w0 = runs[run + TO_ENTRY];
      int w1 = w0 + runs[run + NEXT_UNIT];
      int w2 = w1 + runs[run + NEXT_UNIT];
      int w3 = w2 + runs[run + NEXT_UNIT];
      int r0 = dyAt + runs[run + TARGET];
      int r1 = r0 + lanes;
      int r2 = r1 + lanes;
      int r3 = r2 + lanes;
      FloatVector d0a = FloatVector.fromArray(SPECIES, dy, r0);
      FloatVector d0b = FloatVector.fromArray(SPECIES, dy, r0 + L);
      FloatVector d0c = FloatVector.fromArray(SPECIES, dy, r0 + 2 * L);
      FloatVector d0d = FloatVector.fromArray(SPECIES, dy, r0 + 3 * L);
      FloatVector d1a = FloatVector.fromArray(SPECIES, dy, r1);
      FloatVector d1b = FloatVector.fromArray(SPECIES, dy, r1 + L);
      FloatVector d1c = FloatVector.fromArray(SPECIES, dy, r1 + 2 * L);
      FloatVector d1d = FloatVector.fromArray(SPECIES, dy, r1 + 3 * L);
      FloatVector d2a = FloatVector.fromArray(SPECIES, dy, r2);
      FloatVector d2b = FloatVector.fromArray(SPECIES, dy, r2 + L);
      FloatVector d2c = FloatVector.fromArray(SPECIES, dy, r2 + 2 * L);
      FloatVector d2d = FloatVector.fromArray(SPECIES, dy, r2 + 3 * L);
      FloatVector d3a = FloatVector.fromArray(SPECIES, dy, r3);
      FloatVector d3b = FloatVector.fromArray(SPECIES, dy, r3 + L);
      FloatVector d3c = FloatVector.fromArray(SPECIES, dy, r3 + 2 * L);
      FloatVector d3d = FloatVector.fromArray(SPECIES, dy, r3 + 3 * L);
      for (; k < last; k++) {
        int c = offsets[k] + dxAt;
        FloatVector xa = FloatVector.fromArray(SPECIES, dx, c);
        FloatVector xb = FloatVector.fromArray(SPECIES, dx, c + L);
        FloatVector xc = FloatVector.fromArray(SPECIES, dx, c + 2 * L);
        FloatVector xd = FloatVector.fromArray(SPECIES, dx, c + 3 * L);
        FloatVector u0 = FloatVector.broadcast(SPECIES, w[k + w0]);
        xa = FMA ? d0a.fma(u0, xa) : d0a.mul(u0).add(xa);
        xb = FMA ? d0b.fma(u0, xb) : d0b.mul(u0).add(xb);
        xc = FMA ? d0c.fma(u0, xc) : d0c.mul(u0).add(xc);
        xd = FMA ? d0d.fma(u0, xd) : d0d.mul(u0).add(xd);
        FloatVector u1 = FloatVector.broadcast(SPECIES, w[k + w1]);
        xa = FMA ? d1a.fma(u1, xa) : d1a.mul(u1).add(xa);
        xb = FMA ? d1b.fma(u1, xb) : d1b.mul(u1).add(xb);
        xc = FMA ? d1c.fma(u1, xc) : d1c.mul(u1).add(xc);
        xd = FMA ? d1d.fma(u1, xd) : d1d.mul(u1).add(xd);
        FloatVector u2 = FloatVector.broadcast(SPECIES, w[k + w2]);
        xa = FMA ? d2a.fma(u2, xa) : d2a.mul(u2).add(xa);
        xb = FMA ? d2b.fma(u2, xb) : d2b.mul(u2).add(xb);
        xc = FMA ? d2c.fma(u2, xc) : d2c.mul(u2).add(xc);
        xd = FMA ? d2d.fma(u2, xd) : d2d.mul(u2).add(xd);
        FloatVector u3 = FloatVector.broadcast(SPECIES, w[k + w3]);
        xa = FMA ? d3a.fma(u3, xa) : d3a.mul(u3).add(xa);
        xb = FMA ? d3b.fma(u3, xb) : d3b.mul(u3).add(xb);
        xc = FMA ? d3c.fma(u3, xc) : d3c.mul(u3).add(xc);
        xd = FMA ? d3d.fma(u3, xd) : d3d.mul(u3).add(xd);
        xa.intoArray(dx, c);
        xb.intoArray(dx, c + L);
        xc.intoArray(dx, c + 2 * L);
        xd.intoArray(dx, c + 3 * L);
      }
    }
  }

  private static void multiply4x2(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      int lanes,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int w0 = runs[run + TO_ENTRY];
      int w1 = w0 + runs[run + NEXT_UNIT];
      int w2 = w1 + runs[run + NEXT_UNIT];
      int w3 = w2 + runs[run + NEXT_UNIT];
      int r0 = dyAt + runs[run + TARGET];
      int r1 = r0 + lanes;
      int r2 = r1 + lanes;
      int r3 = r2 + lanes;
      FloatVector d0a = FloatVector.fromArray(SPECIES, dy, r0);
      FloatVector d0b = FloatVector.fromArray(SPECIES, dy, r0 + L);
      FloatVector d1a = FloatVector.fromArray(SPECIES, dy, r1);
      FloatVector d1b = FloatVector.fromArray(SPECIES, dy, r1 + L);
      FloatVector d2a = FloatVector.fromArray(SPECIES, dy, r2);
      FloatVector d2b = FloatVector.fromArray(SPECIES, dy, r2 + L);
      FloatVector d3a = FloatVector.fromArray(SPECIES, dy, r3);
      FloatVector d3b = FloatVector.fromArray(SPECIES, dy, r3 + L);
      for (; k < last; k++) {
        int c = offsets[k] + dxAt;
        FloatVector xa = FloatVector.fromArray(SPECIES, dx, c);
        FloatVector xb = FloatVector.fromArray(SPECIES, dx, c + L);
        FloatVector u0 = FloatVector.broadcast(SPECIES, w[k + w0]);
        xa = FMA ? d0a.fma(u0, xa) : d0a.mul(u0).add(xa);
        xb = FMA ? d0b.fma(u0, xb) : d0b.mul(u0).add(xb);
        FloatVector u1 = FloatVector.broadcast(SPECIES, w[k + w1]);
        xa = FMA ? d1a.fma(u1, xa) : d1a.mul(u1).add(xa);
        xb = FMA ? d1b.fma(u1, xb) : d1b.mul(u1).add(xb);
        FloatVector u2 = FloatVector.broadcast(SPECIES, w[k + w2]);
        xa = FMA ? d2a.fma(u2, xa) : d2a.mul(u2).add(xa);
        xb = FMA ? d2b.fma(u2, xb) : d2b.mul(u2).add(xb);
        FloatVector u3 = FloatVector.broadcast(SPECIES, w[k + w3]);
        xa = FMA ? d3a.fma(u3, xa) : d3a.mul(u3).add(xa);
        xb = FMA ? d3b.fma(u3, xb) : d3b.mul(u3).add(xb);
        xa.intoArray(dx, c);
        xb.intoArray(dx, c + L);
      }
    }
  }

  private static void multiply4x1(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      int lanes,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int w0 = runs[run + TO_ENTRY];
      int w1 = w0 + runs[run + NEXT_UNIT];
      int w2 = w1 + runs[run + NEXT_UNIT];
      int w3 = w2 + runs[run + NEXT_UNIT];
      int r0 = dyAt + runs[run + TARGET];
      int r1 = r0 + lanes;
      int r2 = r1 + lanes;
      int r3 = r2 + lanes;
      FloatVector d0a = FloatVector.fromArray(SPECIES, dy, r0);
      FloatVector d1a = FloatVector.fromArray(SPECIES, dy, r1);
      FloatVector d2a = FloatVector.fromArray(SPECIES, dy, r2);
      FloatVector d3a = FloatVector.fromArray(SPECIES, dy, r3);
      for (; k < last; k++) {
        int c = offsets[k] + dxAt;
        FloatVector xa = FloatVector.fromArray(SPECIES, dx, c);
        FloatVector u0 = FloatVector.broadcast(SPECIES, w[k + w0]);
        xa = FMA ? d0a.fma(u0, xa) : d0a.mul(u0).add(xa);
        FloatVector u1 = FloatVector.broadcast(SPECIES, w[k + w1]);
        xa = FMA ? d1a.fma(u1, xa) : d1a.mul(u1).add(xa);
        FloatVector u2 = FloatVector.broadcast(SPECIES, w[k + w2]);
        xa = FMA ? d2a.fma(u2, xa) : d2a.mul(u2).add(xa);
        FloatVector u3 = FloatVector.broadcast(SPECIES, w[k + w3]);
        xa = FMA ? d3a.fma(u3, xa) : d3a.mul(u3).add(xa);
        xa.intoArray(dx, c);
      }
    }
  }
}
