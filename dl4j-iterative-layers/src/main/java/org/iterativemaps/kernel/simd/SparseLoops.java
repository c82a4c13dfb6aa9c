package org.iterativemaps.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.kernel.SparseTiling;

/**
 * Loops over the runs of a sparse block, for one, two or four vectors of lanes.
 *
 * <p>They look simpler than they were: C2 keeps few values in general registers, and a loop over
 * entries that needs more than a handful (a second stream, an unrolled body) spills its counter to
 * the stack and loses a third of its speed. One entry per turn for four vectors; for two and one,
 * two entries, since a single chain of sums would wait for itself.
 */
final class SparseLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  private static final int RUN = SparseTiling.RUN;

  private SparseLoops() {}

  private static FloatVector load(float[] a, int at) {
    return FloatVector.fromArray(SPECIES, a, at);
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  static void multiply4(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    for (int run = begin; run < end; run += RUN) {
      int o = yAt + runs[run];
      int k = runs[run + 1];
      int last = runs[run + 2];
      int shift = runs[run + 3];
      FloatVector y0 = load(y, o);
      FloatVector y1 = load(y, o + L);
      FloatVector y2 = load(y, o + 2 * L);
      FloatVector y3 = load(y, o + 3 * L);
      for (; k < last; k++) {
        int c = offsets[k] + xAt;
        FloatVector u = all(w[k + shift]);
        y0 = load(x, c).fma(u, y0);
        y1 = load(x, c + L).fma(u, y1);
        y2 = load(x, c + 2 * L).fma(u, y2);
        y3 = load(x, c + 3 * L).fma(u, y3);
      }
      y0.intoArray(y, o);
      y1.intoArray(y, o + L);
      y2.intoArray(y, o + 2 * L);
      y3.intoArray(y, o + 3 * L);
    }
  }

  static void multiply2(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    for (int run = begin; run < end; run += RUN) {
      int o = yAt + runs[run];
      int k = runs[run + 1];
      int last = runs[run + 2];
      int shift = runs[run + 3];
      FloatVector y0 = load(y, o);
      FloatVector y1 = load(y, o + L);
      FloatVector z0 = FloatVector.zero(SPECIES);
      FloatVector z1 = z0;
      for (; k < last - 1; k += 2) {
        int c = offsets[k] + xAt;
        int d = offsets[k + 1] + xAt;
        FloatVector u = all(w[k + shift]);
        FloatVector v = all(w[k + shift + 1]);
        y0 = load(x, c).fma(u, y0);
        y1 = load(x, c + L).fma(u, y1);
        z0 = load(x, d).fma(v, z0);
        z1 = load(x, d + L).fma(v, z1);
      }
      if (k < last) {
        int c = offsets[k] + xAt;
        FloatVector u = all(w[k + shift]);
        y0 = load(x, c).fma(u, y0);
        y1 = load(x, c + L).fma(u, y1);
      }
      y0.add(z0).intoArray(y, o);
      y1.add(z1).intoArray(y, o + L);
    }
  }

  static void multiply1(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    for (int run = begin; run < end; run += RUN) {
      int o = yAt + runs[run];
      int k = runs[run + 1];
      int last = runs[run + 2];
      int shift = runs[run + 3];
      FloatVector y0 = load(y, o);
      FloatVector z0 = FloatVector.zero(SPECIES);
      for (; k < last - 1; k += 2) {
        y0 = load(x, offsets[k] + xAt).fma(all(w[k + shift]), y0);
        z0 = load(x, offsets[k + 1] + xAt).fma(all(w[k + shift + 1]), z0);
      }
      if (k < last) {
        y0 = load(x, offsets[k] + xAt).fma(all(w[k + shift]), y0);
      }
      y0.add(z0).intoArray(y, o);
    }
  }

  static void scatter4(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    for (int run = begin; run < end; run += RUN) {
      int o = dyAt + runs[run];
      int last = runs[run + 2];
      int shift = runs[run + 3];
      FloatVector d0 = load(dy, o);
      FloatVector d1 = load(dy, o + L);
      FloatVector d2 = load(dy, o + 2 * L);
      FloatVector d3 = load(dy, o + 3 * L);
      for (int k = runs[run + 1]; k < last; k++) {
        addTo4(dx, offsets[k] + dxAt, all(w[k + shift]), d0, d1, d2, d3);
      }
    }
  }

  static void scatter2(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    for (int run = begin; run < end; run += RUN) {
      int o = dyAt + runs[run];
      int last = runs[run + 2];
      int shift = runs[run + 3];
      FloatVector d0 = load(dy, o);
      FloatVector d1 = load(dy, o + L);
      for (int k = runs[run + 1]; k < last; k++) {
        addTo2(dx, offsets[k] + dxAt, all(w[k + shift]), d0, d1);
      }
    }
  }

  static void scatter1(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    for (int run = begin; run < end; run += RUN) {
      int last = runs[run + 2];
      int shift = runs[run + 3];
      FloatVector d0 = load(dy, dyAt + runs[run]);
      for (int k = runs[run + 1]; k < last; k++) {
        int c = offsets[k] + dxAt;
        d0.fma(all(w[k + shift]), load(dx, c)).intoArray(dx, c);
      }
    }
  }

  /**
   * Pairs of dy * x before folding, into t from place p on; returns the place after the last. Of
   * four vectors of one tile.
   */
  static int outer4(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] t,
      int p) {
    for (int run = begin; run < end; run += RUN) {
      int o = dyAt + runs[run];
      int k = runs[run + 1];
      int last = runs[run + 2];
      FloatVector d0 = load(dy, o);
      FloatVector d1 = load(dy, o + L);
      FloatVector d2 = load(dy, o + 2 * L);
      FloatVector d3 = load(dy, o + 3 * L);
      for (; k < last - 1; k += 2) {
        Folding.pair(
                product4(x, offsets[k] + xAt, L, d0, d1, d2, d3),
                product4(x, offsets[k + 1] + xAt, L, d0, d1, d2, d3))
            .intoArray(t, p);
        p += L;
      }
      if (k < last) {
        Folding.pair(product4(x, offsets[k] + xAt, L, d0, d1, d2, d3), FloatVector.zero(SPECIES))
            .intoArray(t, p);
        p += L;
      }
    }
    return p;
  }

  /**
   * As {@link #outer4}, of one vector each of four tiles a stride apart. A variable stride costs a
   * quarter of the speed, so this is not the same loop.
   */
  static int outer4Tiles(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] x,
      int xAt,
      int xStride,
      float[] dy,
      int dyAt,
      int dyStride,
      float[] t,
      int p) {
    for (int run = begin; run < end; run += RUN) {
      int o = dyAt + runs[run];
      int k = runs[run + 1];
      int last = runs[run + 2];
      FloatVector d0 = load(dy, o);
      FloatVector d1 = load(dy, o + dyStride);
      FloatVector d2 = load(dy, o + 2 * dyStride);
      FloatVector d3 = load(dy, o + 3 * dyStride);
      for (; k < last - 1; k += 2) {
        Folding.pair(
                product4(x, offsets[k] + xAt, xStride, d0, d1, d2, d3),
                product4(x, offsets[k + 1] + xAt, xStride, d0, d1, d2, d3))
            .intoArray(t, p);
        p += L;
      }
      if (k < last) {
        Folding.pair(
                product4(x, offsets[k] + xAt, xStride, d0, d1, d2, d3), FloatVector.zero(SPECIES))
            .intoArray(t, p);
        p += L;
      }
    }
    return p;
  }

  private static FloatVector product4(
      float[] x, int c, int s, FloatVector d0, FloatVector d1, FloatVector d2, FloatVector d3) {
    FloatVector sum = load(x, c).mul(d0);
    sum = load(x, c + s).fma(d1, sum);
    sum = load(x, c + 2 * s).fma(d2, sum);
    return load(x, c + 3 * s).fma(d3, sum);
  }

  /** As {@link #outer4}. */
  static int outer2(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] t,
      int p) {
    for (int run = begin; run < end; run += RUN) {
      int o = dyAt + runs[run];
      int k = runs[run + 1];
      int last = runs[run + 2];
      FloatVector d0 = load(dy, o);
      FloatVector d1 = load(dy, o + L);
      for (; k < last - 1; k += 2) {
        int c = offsets[k] + xAt;
        int d = offsets[k + 1] + xAt;
        FloatVector a = load(x, c + L).fma(d1, load(x, c).mul(d0));
        FloatVector b = load(x, d + L).fma(d1, load(x, d).mul(d0));
        Folding.pair(a, b).intoArray(t, p);
        p += L;
      }
      if (k < last) {
        int c = offsets[k] + xAt;
        FloatVector a = load(x, c + L).fma(d1, load(x, c).mul(d0));
        Folding.pair(a, FloatVector.zero(SPECIES)).intoArray(t, p);
        p += L;
      }
    }
    return p;
  }

  /** As {@link #outer4}. */
  static int outer1(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] t,
      int p) {
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + 1];
      int last = runs[run + 2];
      FloatVector d0 = load(dy, dyAt + runs[run]);
      for (; k < last - 1; k += 2) {
        FloatVector a = load(x, offsets[k] + xAt).mul(d0);
        FloatVector b = load(x, offsets[k + 1] + xAt).mul(d0);
        Folding.pair(a, b).intoArray(t, p);
        p += L;
      }
      if (k < last) {
        FloatVector a = load(x, offsets[k] + xAt).mul(d0);
        Folding.pair(a, FloatVector.zero(SPECIES)).intoArray(t, p);
        p += L;
      }
    }
    return p;
  }

  private static void addTo4(
      float[] dx,
      int c,
      FloatVector u,
      FloatVector d0,
      FloatVector d1,
      FloatVector d2,
      FloatVector d3) {
    FloatVector x0 = d0.fma(u, load(dx, c));
    FloatVector x1 = d1.fma(u, load(dx, c + L));
    FloatVector x2 = d2.fma(u, load(dx, c + 2 * L));
    FloatVector x3 = d3.fma(u, load(dx, c + 3 * L));
    x0.intoArray(dx, c);
    x1.intoArray(dx, c + L);
    x2.intoArray(dx, c + 2 * L);
    x3.intoArray(dx, c + 3 * L);
  }

  private static void addTo2(float[] dx, int c, FloatVector u, FloatVector d0, FloatVector d1) {
    FloatVector x0 = d0.fma(u, load(dx, c));
    FloatVector x1 = d1.fma(u, load(dx, c + L));
    x0.intoArray(dx, c);
    x1.intoArray(dx, c + L);
  }
}
