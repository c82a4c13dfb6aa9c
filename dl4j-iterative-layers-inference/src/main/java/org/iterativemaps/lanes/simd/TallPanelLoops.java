package org.iterativemaps.lanes.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.VectorUnit;

/** The loops of {@link PanelLoops} for short tiles: twelve units by two vectors or one. */
final class TallPanelLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();

  private TallPanelLoops() {}

  static void multiply12x2(
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
    int r6 = yAt + Math.min(6, last) * yStride;
    int r7 = yAt + Math.min(7, last) * yStride;
    int r8 = yAt + Math.min(8, last) * yStride;
    int r9 = yAt + Math.min(9, last) * yStride;
    int r10 = yAt + Math.min(10, last) * yStride;
    int r11 = yAt + Math.min(11, last) * yStride;
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
    FloatVector y6a = FloatVector.fromArray(SPECIES, y, r6);
    FloatVector y6b = FloatVector.fromArray(SPECIES, y, r6 + L);
    FloatVector y7a = FloatVector.fromArray(SPECIES, y, r7);
    FloatVector y7b = FloatVector.fromArray(SPECIES, y, r7 + L);
    FloatVector y8a = FloatVector.fromArray(SPECIES, y, r8);
    FloatVector y8b = FloatVector.fromArray(SPECIES, y, r8 + L);
    FloatVector y9a = FloatVector.fromArray(SPECIES, y, r9);
    FloatVector y9b = FloatVector.fromArray(SPECIES, y, r9 + L);
    FloatVector y10a = FloatVector.fromArray(SPECIES, y, r10);
    FloatVector y10b = FloatVector.fromArray(SPECIES, y, r10 + L);
    FloatVector y11a = FloatVector.fromArray(SPECIES, y, r11);
    FloatVector y11b = FloatVector.fromArray(SPECIES, y, r11 + L);
    int k = wAt;
    int c = xAt;
    for (int d = 0; d < depth; d++) {
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
      FloatVector w6 = FloatVector.broadcast(SPECIES, w[k + 6]);
      y6a = FMA ? xa.fma(w6, y6a) : xa.mul(w6).add(y6a);
      y6b = FMA ? xb.fma(w6, y6b) : xb.mul(w6).add(y6b);
      FloatVector w7 = FloatVector.broadcast(SPECIES, w[k + 7]);
      y7a = FMA ? xa.fma(w7, y7a) : xa.mul(w7).add(y7a);
      y7b = FMA ? xb.fma(w7, y7b) : xb.mul(w7).add(y7b);
      FloatVector w8 = FloatVector.broadcast(SPECIES, w[k + 8]);
      y8a = FMA ? xa.fma(w8, y8a) : xa.mul(w8).add(y8a);
      y8b = FMA ? xb.fma(w8, y8b) : xb.mul(w8).add(y8b);
      FloatVector w9 = FloatVector.broadcast(SPECIES, w[k + 9]);
      y9a = FMA ? xa.fma(w9, y9a) : xa.mul(w9).add(y9a);
      y9b = FMA ? xb.fma(w9, y9b) : xb.mul(w9).add(y9b);
      FloatVector w10 = FloatVector.broadcast(SPECIES, w[k + 10]);
      y10a = FMA ? xa.fma(w10, y10a) : xa.mul(w10).add(y10a);
      y10b = FMA ? xb.fma(w10, y10b) : xb.mul(w10).add(y10b);
      FloatVector w11 = FloatVector.broadcast(SPECIES, w[k + 11]);
      y11a = FMA ? xa.fma(w11, y11a) : xa.mul(w11).add(y11a);
      y11b = FMA ? xb.fma(w11, y11b) : xb.mul(w11).add(y11b);
      k += 12;
      c += xStride;
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
    y6a.intoArray(y, r6);
    y6b.intoArray(y, r6 + L);
    y7a.intoArray(y, r7);
    y7b.intoArray(y, r7 + L);
    y8a.intoArray(y, r8);
    y8b.intoArray(y, r8 + L);
    y9a.intoArray(y, r9);
    y9b.intoArray(y, r9 + L);
    y10a.intoArray(y, r10);
    y10b.intoArray(y, r10 + L);
    y11a.intoArray(y, r11);
    y11b.intoArray(y, r11 + L);
  }

  static void multiply12x1(
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
    int r6 = yAt + Math.min(6, last) * yStride;
    int r7 = yAt + Math.min(7, last) * yStride;
    int r8 = yAt + Math.min(8, last) * yStride;
    int r9 = yAt + Math.min(9, last) * yStride;
    int r10 = yAt + Math.min(10, last) * yStride;
    int r11 = yAt + Math.min(11, last) * yStride;
    FloatVector y0a = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y1a = FloatVector.fromArray(SPECIES, y, r1);
    FloatVector y2a = FloatVector.fromArray(SPECIES, y, r2);
    FloatVector y3a = FloatVector.fromArray(SPECIES, y, r3);
    FloatVector y4a = FloatVector.fromArray(SPECIES, y, r4);
    FloatVector y5a = FloatVector.fromArray(SPECIES, y, r5);
    FloatVector y6a = FloatVector.fromArray(SPECIES, y, r6);
    FloatVector y7a = FloatVector.fromArray(SPECIES, y, r7);
    FloatVector y8a = FloatVector.fromArray(SPECIES, y, r8);
    FloatVector y9a = FloatVector.fromArray(SPECIES, y, r9);
    FloatVector y10a = FloatVector.fromArray(SPECIES, y, r10);
    FloatVector y11a = FloatVector.fromArray(SPECIES, y, r11);
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
      FloatVector w6 = FloatVector.broadcast(SPECIES, w[k + 6]);
      y6a = FMA ? xa.fma(w6, y6a) : xa.mul(w6).add(y6a);
      FloatVector w7 = FloatVector.broadcast(SPECIES, w[k + 7]);
      y7a = FMA ? xa.fma(w7, y7a) : xa.mul(w7).add(y7a);
      FloatVector w8 = FloatVector.broadcast(SPECIES, w[k + 8]);
      y8a = FMA ? xa.fma(w8, y8a) : xa.mul(w8).add(y8a);
      FloatVector w9 = FloatVector.broadcast(SPECIES, w[k + 9]);
      y9a = FMA ? xa.fma(w9, y9a) : xa.mul(w9).add(y9a);
      FloatVector w10 = FloatVector.broadcast(SPECIES, w[k + 10]);
      y10a = FMA ? xa.fma(w10, y10a) : xa.mul(w10).add(y10a);
      FloatVector w11 = FloatVector.broadcast(SPECIES, w[k + 11]);
      y11a = FMA ? xa.fma(w11, y11a) : xa.mul(w11).add(y11a);
      k += 12;
      c += xStride;
    }
    y0a.intoArray(y, yAt);
    y1a.intoArray(y, r1);
    y2a.intoArray(y, r2);
    y3a.intoArray(y, r3);
    y4a.intoArray(y, r4);
    y5a.intoArray(y, r5);
    y6a.intoArray(y, r6);
    y7a.intoArray(y, r7);
    y8a.intoArray(y, r8);
    y9a.intoArray(y, r9);
    y10a.intoArray(y, r10);
    y11a.intoArray(y, r11);
  }
}
