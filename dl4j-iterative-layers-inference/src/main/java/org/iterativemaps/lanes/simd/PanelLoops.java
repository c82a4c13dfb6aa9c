package org.iterativemaps.lanes.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.VectorUnit;

/**
 * Register-blocked loops over a panel of a dense block's weights: the sums of several units by one,
 * two or four vectors of lanes stay in registers while the units of the other slot stream past, one
 * stream of weights and one of lanes. What suits how many registers was measured: with 32, 6 units
 * by 4 vectors and 12 by 2 reach 90 to 95 % of what multiply-adds in registers alone do; with 16, 6
 * by 2 reach all of it, 4 by 2 a sixth less, and taller ones half; 12 units by one vector 85 %.
 *
 * <p>In the place of units that are not there the last one is computed again.
 */
final class PanelLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();
  private static final boolean MANY_REGISTERS = SPECIES.vectorBitSize() >= 512;

  private PanelLoops() {}

  /** Units of a panel for tiles of so many lanes: as many as one of the loops takes. */
  static int units(int lanes) {
    return lanes == L || MANY_REGISTERS && lanes == 2 * L ? 12 : 6;
  }

  /** See {@link SimdLaneKernels#panelMultiplyAdd}. */
  static void multiply(
      float[] w,
      int wAt,
      int height,
      int units,
      int depth,
      int lanes,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    int v = 0;
    if (height == 12) {
      for (; MANY_REGISTERS && v + 2 * L <= lanes; v += 2 * L) {
        TallPanelLoops.multiply12x2(w, wAt, units, depth, x, xAt + v, xStride, y, yAt + v, yStride);
      }
      for (; v < lanes; v += L) {
        TallPanelLoops.multiply12x1(w, wAt, units, depth, x, xAt + v, xStride, y, yAt + v, yStride);
      }
    } else {
      for (; MANY_REGISTERS && v + 4 * L <= lanes; v += 4 * L) {
        multiply6x4(w, wAt, units, depth, x, xAt + v, xStride, y, yAt + v, yStride);
      }
      for (; v + 2 * L <= lanes; v += 2 * L) {
        multiply6x2(w, wAt, units, depth, x, xAt + v, xStride, y, yAt + v, yStride);
      }
      for (; v < lanes; v += L) {
        multiply6x1(w, wAt, units, depth, x, xAt + v, xStride, y, yAt + v, yStride);
      }
    }
  }

  private static void multiply6x4(
      float[] w,
      int wAt,
      int units,
      int depth,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    int last = units - 1;
    int r1 = yAt + Math.min(1, last) * yStride;
    int r2 = yAt + Math.min(2, last) * yStride;
    int r3 = yAt + Math.min(3, last) * yStride;
    int r4 = yAt + Math.min(4, last) * yStride;
    int r5 = yAt + Math.min(5, last) * yStride;
    FloatVector y0a = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y0b = FloatVector.fromArray(SPECIES, y, yAt + L);
    FloatVector y0c = FloatVector.fromArray(SPECIES, y, yAt + 2 * L);
    FloatVector y0d = FloatVector.fromArray(SPECIES, y, yAt + 3 * L);
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
    FloatVector y4a = FloatVector.fromArray(SPECIES, y, r4);
    FloatVector y4b = FloatVector.fromArray(SPECIES, y, r4 + L);
    FloatVector y4c = FloatVector.fromArray(SPECIES, y, r4 + 2 * L);
    FloatVector y4d = FloatVector.fromArray(SPECIES, y, r4 + 3 * L);
    FloatVector y5a = FloatVector.fromArray(SPECIES, y, r5);
    FloatVector y5b = FloatVector.fromArray(SPECIES, y, r5 + L);
    FloatVector y5c = FloatVector.fromArray(SPECIES, y, r5 + 2 * L);
    FloatVector y5d = FloatVector.fromArray(SPECIES, y, r5 + 3 * L);
    int k = wAt;
    int c = xAt;
    for (int d = 0; d < depth; d++) {
      FloatVector xa = FloatVector.fromArray(SPECIES, x, c);
      FloatVector xb = FloatVector.fromArray(SPECIES, x, c + L);
      FloatVector xc = FloatVector.fromArray(SPECIES, x, c + 2 * L);
      FloatVector xd = FloatVector.fromArray(SPECIES, x, c + 3 * L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y0a = FMA ? xa.fma(w0, y0a) : xa.mul(w0).add(y0a);
      y0b = FMA ? xb.fma(w0, y0b) : xb.mul(w0).add(y0b);
      y0c = FMA ? xc.fma(w0, y0c) : xc.mul(w0).add(y0c);
      y0d = FMA ? xd.fma(w0, y0d) : xd.mul(w0).add(y0d);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + 1]);
      y1a = FMA ? xa.fma(w1, y1a) : xa.mul(w1).add(y1a);
      y1b = FMA ? xb.fma(w1, y1b) : xb.mul(w1).add(y1b);
      y1c = FMA ? xc.fma(w1, y1c) : xc.mul(w1).add(y1c);
      y1d = FMA ? xd.fma(w1, y1d) : xd.mul(w1).add(y1d);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2]);
      y2a = FMA ? xa.fma(w2, y2a) : xa.mul(w2).add(y2a);
      y2b = FMA ? xb.fma(w2, y2b) : xb.mul(w2).add(y2b);
      y2c = FMA ? xc.fma(w2, y2c) : xc.mul(w2).add(y2c);
      y2d = FMA ? xd.fma(w2, y2d) : xd.mul(w2).add(y2d);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3]);
      y3a = FMA ? xa.fma(w3, y3a) : xa.mul(w3).add(y3a);
      y3b = FMA ? xb.fma(w3, y3b) : xb.mul(w3).add(y3b);
      y3c = FMA ? xc.fma(w3, y3c) : xc.mul(w3).add(y3c);
      y3d = FMA ? xd.fma(w3, y3d) : xd.mul(w3).add(y3d);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[k + 4]);
      y4a = FMA ? xa.fma(w4, y4a) : xa.mul(w4).add(y4a);
      y4b = FMA ? xb.fma(w4, y4b) : xb.mul(w4).add(y4b);
      y4c = FMA ? xc.fma(w4, y4c) : xc.mul(w4).add(y4c);
      y4d = FMA ? xd.fma(w4, y4d) : xd.mul(w4).add(y4d);
      FloatVector w5 = FloatVector.broadcast(SPECIES, w[k + 5]);
      y5a = FMA ? xa.fma(w5, y5a) : xa.mul(w5).add(y5a);
      y5b = FMA ? xb.fma(w5, y5b) : xb.mul(w5).add(y5b);
      y5c = FMA ? xc.fma(w5, y5c) : xc.mul(w5).add(y5c);
      y5d = FMA ? xd.fma(w5, y5d) : xd.mul(w5).add(y5d);
      k += 6;
      c += xStride;
    }
    y0a.intoArray(y, yAt);
    y0b.intoArray(y, yAt + L);
    y0c.intoArray(y, yAt + 2 * L);
    y0d.intoArray(y, yAt + 3 * L);
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
    y4a.intoArray(y, r4);
    y4b.intoArray(y, r4 + L);
    y4c.intoArray(y, r4 + 2 * L);
    y4d.intoArray(y, r4 + 3 * L);
    y5a.intoArray(y, r5);
    y5b.intoArray(y, r5 + L);
    y5c.intoArray(y, r5 + 2 * L);
    y5d.intoArray(y, r5 + 3 * L);
  }

  private static void multiply6x2(
      float[] w,
      int wAt,
      int units,
      int depth,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    int last = units - 1;
    int r1 = yAt + Math.min(1, last) * yStride;
    int r2 = yAt + Math.min(2, last) * yStride;
    int r3 = yAt + Math.min(3, last) * yStride;
    int r4 = yAt + Math.min(4, last) * yStride;
    int r5 = yAt + Math.min(5, last) * yStride;
    FloatVector y0a = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y0b = FloatVector.fromArray(SPECIES, y, yAt + L);
    FloatVector y1a = FloatVector.fromArray(SPECIES, y, r1);
    FloatVector y1b = FloatVector.fromArray(SPECIES, y, r1 + L);
    FloatVector y2a = FloatVector.fromArray(SPECIES, y, r2);
    FloatVector y2b = FloatVector.fromArray(SPECIES, y, r2 + L);
    FloatVector y3a = FloatVector.fromArray(SPECIES, y, r3);
    FloatVector y3b = FloatVector.fromArray(SPECIES, y, r3 + L);
    FloatVector y4a = FloatVector.fromArray(SPECIES, y, r4);
    FloatVector y4b = FloatVector.fromArray(SPECIES, y, r4 + L);
    FloatVector y5a = FloatVector.fromArray(SPECIES, y, r5);
    FloatVector y5b = FloatVector.fromArray(SPECIES, y, r5 + L);
    // Two columns a turn, counted by weights: what goes along with the sums is, with 16 registers,
    // a fifth of the time else.
    int c = xAt;
    int k = wAt;
    int end = wAt + 6 * depth;
    for (; k <= end - 12; k += 12) {
      FloatVector xa = FloatVector.fromArray(SPECIES, x, c);
      FloatVector xb = FloatVector.fromArray(SPECIES, x, c + L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y0a = FMA ? xa.fma(w0, y0a) : xa.mul(w0).add(y0a);
      y0b = FMA ? xb.fma(w0, y0b) : xb.mul(w0).add(y0b);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + 1]);
      y1a = FMA ? xa.fma(w1, y1a) : xa.mul(w1).add(y1a);
      y1b = FMA ? xb.fma(w1, y1b) : xb.mul(w1).add(y1b);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2]);
      y2a = FMA ? xa.fma(w2, y2a) : xa.mul(w2).add(y2a);
      y2b = FMA ? xb.fma(w2, y2b) : xb.mul(w2).add(y2b);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3]);
      y3a = FMA ? xa.fma(w3, y3a) : xa.mul(w3).add(y3a);
      y3b = FMA ? xb.fma(w3, y3b) : xb.mul(w3).add(y3b);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[k + 4]);
      y4a = FMA ? xa.fma(w4, y4a) : xa.mul(w4).add(y4a);
      y4b = FMA ? xb.fma(w4, y4b) : xb.mul(w4).add(y4b);
      FloatVector w5 = FloatVector.broadcast(SPECIES, w[k + 5]);
      y5a = FMA ? xa.fma(w5, y5a) : xa.mul(w5).add(y5a);
      y5b = FMA ? xb.fma(w5, y5b) : xb.mul(w5).add(y5b);
      int next = c + xStride;
      FloatVector xc = FloatVector.fromArray(SPECIES, x, next);
      FloatVector xd = FloatVector.fromArray(SPECIES, x, next + L);
      FloatVector w6 = FloatVector.broadcast(SPECIES, w[k + 6]);
      y0a = FMA ? xc.fma(w6, y0a) : xc.mul(w6).add(y0a);
      y0b = FMA ? xd.fma(w6, y0b) : xd.mul(w6).add(y0b);
      FloatVector w7 = FloatVector.broadcast(SPECIES, w[k + 7]);
      y1a = FMA ? xc.fma(w7, y1a) : xc.mul(w7).add(y1a);
      y1b = FMA ? xd.fma(w7, y1b) : xd.mul(w7).add(y1b);
      FloatVector w8 = FloatVector.broadcast(SPECIES, w[k + 8]);
      y2a = FMA ? xc.fma(w8, y2a) : xc.mul(w8).add(y2a);
      y2b = FMA ? xd.fma(w8, y2b) : xd.mul(w8).add(y2b);
      FloatVector w9 = FloatVector.broadcast(SPECIES, w[k + 9]);
      y3a = FMA ? xc.fma(w9, y3a) : xc.mul(w9).add(y3a);
      y3b = FMA ? xd.fma(w9, y3b) : xd.mul(w9).add(y3b);
      FloatVector w10 = FloatVector.broadcast(SPECIES, w[k + 10]);
      y4a = FMA ? xc.fma(w10, y4a) : xc.mul(w10).add(y4a);
      y4b = FMA ? xd.fma(w10, y4b) : xd.mul(w10).add(y4b);
      FloatVector w11 = FloatVector.broadcast(SPECIES, w[k + 11]);
      y5a = FMA ? xc.fma(w11, y5a) : xc.mul(w11).add(y5a);
      y5b = FMA ? xd.fma(w11, y5b) : xd.mul(w11).add(y5b);
      c = next + xStride;
    }
    if (k < end) {
      FloatVector xa = FloatVector.fromArray(SPECIES, x, c);
      FloatVector xb = FloatVector.fromArray(SPECIES, x, c + L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y0a = FMA ? xa.fma(w0, y0a) : xa.mul(w0).add(y0a);
      y0b = FMA ? xb.fma(w0, y0b) : xb.mul(w0).add(y0b);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + 1]);
      y1a = FMA ? xa.fma(w1, y1a) : xa.mul(w1).add(y1a);
      y1b = FMA ? xb.fma(w1, y1b) : xb.mul(w1).add(y1b);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2]);
      y2a = FMA ? xa.fma(w2, y2a) : xa.mul(w2).add(y2a);
      y2b = FMA ? xb.fma(w2, y2b) : xb.mul(w2).add(y2b);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3]);
      y3a = FMA ? xa.fma(w3, y3a) : xa.mul(w3).add(y3a);
      y3b = FMA ? xb.fma(w3, y3b) : xb.mul(w3).add(y3b);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[k + 4]);
      y4a = FMA ? xa.fma(w4, y4a) : xa.mul(w4).add(y4a);
      y4b = FMA ? xb.fma(w4, y4b) : xb.mul(w4).add(y4b);
      FloatVector w5 = FloatVector.broadcast(SPECIES, w[k + 5]);
      y5a = FMA ? xa.fma(w5, y5a) : xa.mul(w5).add(y5a);
      y5b = FMA ? xb.fma(w5, y5b) : xb.mul(w5).add(y5b);
    }
    y0a.intoArray(y, yAt);
    y0b.intoArray(y, yAt + L);
    y1a.intoArray(y, r1);
    y1b.intoArray(y, r1 + L);
    y2a.intoArray(y, r2);
    y2b.intoArray(y, r2 + L);
    y3a.intoArray(y, r3);
    y3b.intoArray(y, r3 + L);
    y4a.intoArray(y, r4);
    y4b.intoArray(y, r4 + L);
    y5a.intoArray(y, r5);
    y5b.intoArray(y, r5 + L);
  }

  private static void multiply6x1(
      float[] w,
      int wAt,
      int units,
      int depth,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    int last = units - 1;
    int r1 = yAt + Math.min(1, last) * yStride;
    int r2 = yAt + Math.min(2, last) * yStride;
    int r3 = yAt + Math.min(3, last) * yStride;
    int r4 = yAt + Math.min(4, last) * yStride;
    int r5 = yAt + Math.min(5, last) * yStride;
    FloatVector y0a = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y1a = FloatVector.fromArray(SPECIES, y, r1);
    FloatVector y2a = FloatVector.fromArray(SPECIES, y, r2);
    FloatVector y3a = FloatVector.fromArray(SPECIES, y, r3);
    FloatVector y4a = FloatVector.fromArray(SPECIES, y, r4);
    FloatVector y5a = FloatVector.fromArray(SPECIES, y, r5);
    int k = wAt;
    int c = xAt;
    for (int d = 0; d < depth; d++) {
      FloatVector xa = FloatVector.fromArray(SPECIES, x, c);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y0a = FMA ? xa.fma(w0, y0a) : xa.mul(w0).add(y0a);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + 1]);
      y1a = FMA ? xa.fma(w1, y1a) : xa.mul(w1).add(y1a);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2]);
      y2a = FMA ? xa.fma(w2, y2a) : xa.mul(w2).add(y2a);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3]);
      y3a = FMA ? xa.fma(w3, y3a) : xa.mul(w3).add(y3a);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[k + 4]);
      y4a = FMA ? xa.fma(w4, y4a) : xa.mul(w4).add(y4a);
      FloatVector w5 = FloatVector.broadcast(SPECIES, w[k + 5]);
      y5a = FMA ? xa.fma(w5, y5a) : xa.mul(w5).add(y5a);
      k += 6;
      c += xStride;
    }
    y0a.intoArray(y, yAt);
    y1a.intoArray(y, r1);
    y2a.intoArray(y, r2);
    y3a.intoArray(y, r3);
    y4a.intoArray(y, r4);
    y5a.intoArray(y, r5);
  }
}
