package org.iterativemaps.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.kernel.SparseTiling;

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
  private static final int RUN = SparseTiling.RUN;
  private static final long LOW = 0xffff_ffffL;

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
        int o = yAt + runs[run];
        int k = runs[run + 1];
        int last = runs[run + 2];
        int shift = runs[run + 3];
        FloatVector y0 = FloatVector.fromArray(SPECIES, y, o);
        FloatVector y1 = FloatVector.fromArray(SPECIES, y, o + L);
        FloatVector y2 = FloatVector.fromArray(SPECIES, y, o + 2 * L);
        FloatVector y3 = FloatVector.fromArray(SPECIES, y, o + 3 * L);
        for (; k < last; k++) {
          int c = offsets[k] + xAt;
          FloatVector u = FloatVector.broadcast(SPECIES, w[k + shift]);
          y0 = FloatVector.fromArray(SPECIES, x, c).fma(u, y0);
          y1 = FloatVector.fromArray(SPECIES, x, c + L).fma(u, y1);
          y2 = FloatVector.fromArray(SPECIES, x, c + 2 * L).fma(u, y2);
          y3 = FloatVector.fromArray(SPECIES, x, c + 3 * L).fma(u, y3);
        }
        y0.intoArray(y, o);
        y1.intoArray(y, o + L);
        y2.intoArray(y, o + 2 * L);
        y3.intoArray(y, o + 3 * L);
      }
    } else if (vectors == 2) {
      for (int run = begin; run < end; run += RUN) {
        int o = yAt + runs[run];
        int k = runs[run + 1];
        int last = runs[run + 2];
        FloatVector y0 = FloatVector.fromArray(SPECIES, y, o);
        FloatVector y1 = FloatVector.fromArray(SPECIES, y, o + L);
        FloatVector z0 = FloatVector.zero(SPECIES);
        FloatVector z1 = z0;
        for (; k < last - 1; k += 2) {
          int c = offsets[k] + xAt;
          int d = offsets[k + 1] + xAt;
          FloatVector u = FloatVector.broadcast(SPECIES, w[k]);
          FloatVector v = FloatVector.broadcast(SPECIES, w[k + 1]);
          y0 = FloatVector.fromArray(SPECIES, x, c).fma(u, y0);
          y1 = FloatVector.fromArray(SPECIES, x, c + L).fma(u, y1);
          z0 = FloatVector.fromArray(SPECIES, x, d).fma(v, z0);
          z1 = FloatVector.fromArray(SPECIES, x, d + L).fma(v, z1);
        }
        if (k < last) {
          int c = offsets[k] + xAt;
          FloatVector u = FloatVector.broadcast(SPECIES, w[k]);
          y0 = FloatVector.fromArray(SPECIES, x, c).fma(u, y0);
          y1 = FloatVector.fromArray(SPECIES, x, c + L).fma(u, y1);
        }
        y0.add(z0).intoArray(y, o);
        y1.add(z1).intoArray(y, o + L);
      }
    } else {
      for (int run = begin; run < end; run += RUN) {
        int o = yAt + runs[run];
        int k = runs[run + 1];
        int last = runs[run + 2];
        FloatVector y0 = FloatVector.fromArray(SPECIES, y, o);
        FloatVector z0 = FloatVector.zero(SPECIES);
        for (; k < last - 1; k += 2) {
          y0 =
              FloatVector.fromArray(SPECIES, x, offsets[k] + xAt)
                  .fma(FloatVector.broadcast(SPECIES, w[k]), y0);
          z0 =
              FloatVector.fromArray(SPECIES, x, offsets[k + 1] + xAt)
                  .fma(FloatVector.broadcast(SPECIES, w[k + 1]), z0);
        }
        if (k < last) {
          y0 =
              FloatVector.fromArray(SPECIES, x, offsets[k] + xAt)
                  .fma(FloatVector.broadcast(SPECIES, w[k]), y0);
        }
        y0.add(z0).intoArray(y, o);
      }
    }
  }

  /**
   * dy x of the entries, four vectors of a tile summed, for {@link Folding} into t from place p on;
   * returns the place after the last. Two entries a, b share a vector: [a0+a1, b0+b1, a2+a3, b2+b3,
   * …], the lanes of a 64-bit word being little-endian.
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
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dy, o + L);
      FloatVector d2 = FloatVector.fromArray(SPECIES, dy, o + 2 * L);
      FloatVector d3 = FloatVector.fromArray(SPECIES, dy, o + 3 * L);
      for (; k < last - 1; k += 2) {
        int c = offsets[k] + xAt;
        int d = offsets[k + 1] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        a = FloatVector.fromArray(SPECIES, x, c + L).fma(d1, a);
        a = FloatVector.fromArray(SPECIES, x, c + 2 * L).fma(d2, a);
        a = FloatVector.fromArray(SPECIES, x, c + 3 * L).fma(d3, a);
        FloatVector b = FloatVector.fromArray(SPECIES, x, d).mul(d0);
        b = FloatVector.fromArray(SPECIES, x, d + L).fma(d1, b);
        b = FloatVector.fromArray(SPECIES, x, d + 2 * L).fma(d2, b);
        b = FloatVector.fromArray(SPECIES, x, d + 3 * L).fma(d3, b);
        LongVector u = a.reinterpretAsLongs();
        LongVector v = b.reinterpretAsLongs();
        FloatVector first =
            u.and(LOW).or(v.lanewise(VectorOperators.LSHL, 32)).reinterpretAsFloats();
        FloatVector second =
            u.lanewise(VectorOperators.LSHR, 32).or(v.and(~LOW)).reinterpretAsFloats();
        first.add(second).intoArray(t, p);
        p += L;
      }
      if (k < last) {
        int c = offsets[k] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        a = FloatVector.fromArray(SPECIES, x, c + L).fma(d1, a);
        a = FloatVector.fromArray(SPECIES, x, c + 2 * L).fma(d2, a);
        a = FloatVector.fromArray(SPECIES, x, c + 3 * L).fma(d3, a);
        LongVector u = a.reinterpretAsLongs();
        FloatVector first = u.and(LOW).reinterpretAsFloats();
        FloatVector second = u.lanewise(VectorOperators.LSHR, 32).reinterpretAsFloats();
        first.add(second).intoArray(t, p);
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
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dy, o + dyStride);
      FloatVector d2 = FloatVector.fromArray(SPECIES, dy, o + 2 * dyStride);
      FloatVector d3 = FloatVector.fromArray(SPECIES, dy, o + 3 * dyStride);
      for (; k < last - 1; k += 2) {
        int c = offsets[k] + xAt;
        int d = offsets[k + 1] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        a = FloatVector.fromArray(SPECIES, x, c + xStride).fma(d1, a);
        a = FloatVector.fromArray(SPECIES, x, c + 2 * xStride).fma(d2, a);
        a = FloatVector.fromArray(SPECIES, x, c + 3 * xStride).fma(d3, a);
        FloatVector b = FloatVector.fromArray(SPECIES, x, d).mul(d0);
        b = FloatVector.fromArray(SPECIES, x, d + xStride).fma(d1, b);
        b = FloatVector.fromArray(SPECIES, x, d + 2 * xStride).fma(d2, b);
        b = FloatVector.fromArray(SPECIES, x, d + 3 * xStride).fma(d3, b);
        LongVector u = a.reinterpretAsLongs();
        LongVector v = b.reinterpretAsLongs();
        FloatVector first =
            u.and(LOW).or(v.lanewise(VectorOperators.LSHL, 32)).reinterpretAsFloats();
        FloatVector second =
            u.lanewise(VectorOperators.LSHR, 32).or(v.and(~LOW)).reinterpretAsFloats();
        first.add(second).intoArray(t, p);
        p += L;
      }
      if (k < last) {
        int c = offsets[k] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        a = FloatVector.fromArray(SPECIES, x, c + xStride).fma(d1, a);
        a = FloatVector.fromArray(SPECIES, x, c + 2 * xStride).fma(d2, a);
        a = FloatVector.fromArray(SPECIES, x, c + 3 * xStride).fma(d3, a);
        LongVector u = a.reinterpretAsLongs();
        FloatVector first = u.and(LOW).reinterpretAsFloats();
        FloatVector second = u.lanewise(VectorOperators.LSHR, 32).reinterpretAsFloats();
        first.add(second).intoArray(t, p);
        p += L;
      }
    }
    return p;
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
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dy, o + L);
      for (; k < last - 1; k += 2) {
        int c = offsets[k] + xAt;
        int d = offsets[k + 1] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        a = FloatVector.fromArray(SPECIES, x, c + L).fma(d1, a);
        FloatVector b = FloatVector.fromArray(SPECIES, x, d).mul(d0);
        b = FloatVector.fromArray(SPECIES, x, d + L).fma(d1, b);
        LongVector u = a.reinterpretAsLongs();
        LongVector v = b.reinterpretAsLongs();
        FloatVector first =
            u.and(LOW).or(v.lanewise(VectorOperators.LSHL, 32)).reinterpretAsFloats();
        FloatVector second =
            u.lanewise(VectorOperators.LSHR, 32).or(v.and(~LOW)).reinterpretAsFloats();
        first.add(second).intoArray(t, p);
        p += L;
      }
      if (k < last) {
        int c = offsets[k] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        a = FloatVector.fromArray(SPECIES, x, c + L).fma(d1, a);
        LongVector u = a.reinterpretAsLongs();
        FloatVector first = u.and(LOW).reinterpretAsFloats();
        FloatVector second = u.lanewise(VectorOperators.LSHR, 32).reinterpretAsFloats();
        first.add(second).intoArray(t, p);
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
      int o = dyAt + runs[run];
      int k = runs[run + 1];
      int last = runs[run + 2];
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o);
      for (; k < last - 1; k += 2) {
        int c = offsets[k] + xAt;
        int d = offsets[k + 1] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        FloatVector b = FloatVector.fromArray(SPECIES, x, d).mul(d0);
        LongVector u = a.reinterpretAsLongs();
        LongVector v = b.reinterpretAsLongs();
        FloatVector first =
            u.and(LOW).or(v.lanewise(VectorOperators.LSHL, 32)).reinterpretAsFloats();
        FloatVector second =
            u.lanewise(VectorOperators.LSHR, 32).or(v.and(~LOW)).reinterpretAsFloats();
        first.add(second).intoArray(t, p);
        p += L;
      }
      if (k < last) {
        int c = offsets[k] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        LongVector u = a.reinterpretAsLongs();
        FloatVector first = u.and(LOW).reinterpretAsFloats();
        FloatVector second = u.lanewise(VectorOperators.LSHR, 32).reinterpretAsFloats();
        first.add(second).intoArray(t, p);
        p += L;
      }
    }
    return p;
  }
}
