package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.SparseTiling.END;
import static org.iterativemaps.lanes.SparseTiling.FIRST;
import static org.iterativemaps.lanes.SparseTiling.TARGET;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.OuterTerms;
import org.iterativemaps.lanes.SparseTiling;
import org.iterativemaps.lanes.VectorUnit;

/**
 * Loops over the entries of a sparse block's chunk for its weight gradient: dW[i, j] += sum over
 * terms and lanes of dy[i] x[j], up to the last sums over lanes, which are {@link Folding}'s.
 *
 * <p>Two entries a, b share a vector of sums: [a0+a1, b0+b1, a2+a3, b2+b3, …], the lanes of a
 * 64-bit word being little-endian. The terms add up there, four vectors of a term or of several at
 * a time; the first time the sums are taken from a vector of zeros, again and again, instead of
 * themselves.
 *
 * <p>The loops call nothing of ours, for the reasons given in {@link VectorActivations}.
 */
final class SparseOuter {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();
  private static final int RUN = SparseTiling.RUN;
  private static final long LOW = 0xffff_ffffL;

  private SparseOuter() {}

  /**
   * Sums up terms.
   *
   * @param begin the chunk's first run
   * @param end after its last run
   * @param t where the sums go; the vector in front of them is overwritten
   * @param tAt their place
   * @return the place after the last
   */
  static int sum(
      SparseTiling block,
      int begin,
      int end,
      OuterTerms terms,
      int term,
      int termEnd,
      float[] t,
      int tAt) {
    FloatVector.zero(SPECIES).intoArray(t, tAt - L);
    int[] runs = block.runs();
    int[] offsets = block.offsets();
    float[] x = terms.x();
    float[] dy = terms.dy();
    int[] xAt = terms.xAt();
    int[] dyAt = terms.dyAt();
    int lanes = block.lanes();
    int before = tAt - L; // what is added to
    int used = tAt;
    if (lanes % (4 * L) == 0) {
      for (int i = term; i < termEnd; i++) {
        for (int v = 0; v < lanes; v += 4 * L) {
          int xv = xAt[i] + v;
          int dyv = dyAt[i] + v;
          used = add4(runs, begin, end, offsets, x, xv, dy, dyv, t, before, tAt);
          before = tAt;
        }
      }
      return used;
    }
    int i = term;
    if (lanes == 2 * L) {
      for (; i + 2 <= termEnd; i += 2) {
        int x0 = xAt[i];
        int x1 = xAt[i + 1];
        int dy0 = dyAt[i];
        int dy1 = dyAt[i + 1];
        used = add2Tiles(runs, begin, end, offsets, x, x0, x1, dy, dy0, dy1, t, before, tAt);
        before = tAt;
      }
    } else {
      for (; i + 4 <= termEnd; i += 4) {
        used =
            add4Tiles(
                runs,
                begin,
                end,
                offsets,
                x,
                xAt[i],
                xAt[i + 1],
                xAt[i + 2],
                xAt[i + 3],
                dy,
                dyAt[i],
                dyAt[i + 1],
                dyAt[i + 2],
                dyAt[i + 3],
                t,
                before,
                tAt);
        before = tAt;
      }
    }
    for (; i < termEnd; i++) {
      for (int v = 0; v < lanes; v += L) {
        int xv = xAt[i] + v;
        int dyv = dyAt[i] + v;
        used = add1(runs, begin, end, offsets, x, xv, dy, dyv, t, before, tAt);
        before = tAt;
      }
    }
    return used;
  }

  /** Four vectors of a term. */
  private static int add4(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] t,
      int before,
      int p) {
    int step = before == p ? L : 0;
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int o = dyAt + runs[run + TARGET];
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dy, o + L);
      FloatVector d2 = FloatVector.fromArray(SPECIES, dy, o + 2 * L);
      FloatVector d3 = FloatVector.fromArray(SPECIES, dy, o + 3 * L);
      for (; k < last - 1; k += 2) {
        int c = offsets[k] + xAt;
        int d = offsets[k + 1] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, c + L);
        a = FMA ? a1.fma(d1, a) : a1.mul(d1).add(a);
        FloatVector a2 = FloatVector.fromArray(SPECIES, x, c + 2 * L);
        a = FMA ? a2.fma(d2, a) : a2.mul(d2).add(a);
        FloatVector a3 = FloatVector.fromArray(SPECIES, x, c + 3 * L);
        a = FMA ? a3.fma(d3, a) : a3.mul(d3).add(a);
        FloatVector b = FloatVector.fromArray(SPECIES, x, d).mul(d0);
        FloatVector b1 = FloatVector.fromArray(SPECIES, x, d + L);
        b = FMA ? b1.fma(d1, b) : b1.mul(d1).add(b);
        FloatVector b2 = FloatVector.fromArray(SPECIES, x, d + 2 * L);
        b = FMA ? b2.fma(d2, b) : b2.mul(d2).add(b);
        FloatVector b3 = FloatVector.fromArray(SPECIES, x, d + 3 * L);
        b = FMA ? b3.fma(d3, b) : b3.mul(d3).add(b);
        LongVector u = a.reinterpretAsLongs();
        LongVector v = b.reinterpretAsLongs();
        FloatVector first =
            u.and(LOW).or(v.lanewise(VectorOperators.LSHL, 32)).reinterpretAsFloats();
        FloatVector second =
            u.lanewise(VectorOperators.LSHR, 32).or(v.and(~LOW)).reinterpretAsFloats();
        FloatVector.fromArray(SPECIES, t, before).add(first).add(second).intoArray(t, p);
        before += step;
        p += L;
      }
      if (k < last) {
        int c = offsets[k] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, c + L);
        a = FMA ? a1.fma(d1, a) : a1.mul(d1).add(a);
        FloatVector a2 = FloatVector.fromArray(SPECIES, x, c + 2 * L);
        a = FMA ? a2.fma(d2, a) : a2.mul(d2).add(a);
        FloatVector a3 = FloatVector.fromArray(SPECIES, x, c + 3 * L);
        a = FMA ? a3.fma(d3, a) : a3.mul(d3).add(a);
        LongVector u = a.reinterpretAsLongs();
        FloatVector first = u.and(LOW).reinterpretAsFloats();
        FloatVector second = u.lanewise(VectorOperators.LSHR, 32).reinterpretAsFloats();
        FloatVector.fromArray(SPECIES, t, before).add(first).add(second).intoArray(t, p);
        before += step;
        p += L;
      }
    }
    return p;
  }

  /** Two vectors of each of two terms. */
  private static int add2Tiles(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] x,
      int x0,
      int x1,
      float[] dy,
      int dy0,
      int dy1,
      float[] t,
      int before,
      int p) {
    int step = before == p ? L : 0;
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int o = runs[run + TARGET];
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o + dy0);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dy, o + dy0 + L);
      FloatVector d2 = FloatVector.fromArray(SPECIES, dy, o + dy1);
      FloatVector d3 = FloatVector.fromArray(SPECIES, dy, o + dy1 + L);
      for (; k < last - 1; k += 2) {
        int c = offsets[k];
        int d = offsets[k + 1];
        FloatVector a = FloatVector.fromArray(SPECIES, x, c + x0).mul(d0);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, c + x0 + L);
        a = FMA ? a1.fma(d1, a) : a1.mul(d1).add(a);
        FloatVector a2 = FloatVector.fromArray(SPECIES, x, c + x1);
        a = FMA ? a2.fma(d2, a) : a2.mul(d2).add(a);
        FloatVector a3 = FloatVector.fromArray(SPECIES, x, c + x1 + L);
        a = FMA ? a3.fma(d3, a) : a3.mul(d3).add(a);
        FloatVector b = FloatVector.fromArray(SPECIES, x, d + x0).mul(d0);
        FloatVector b1 = FloatVector.fromArray(SPECIES, x, d + x0 + L);
        b = FMA ? b1.fma(d1, b) : b1.mul(d1).add(b);
        FloatVector b2 = FloatVector.fromArray(SPECIES, x, d + x1);
        b = FMA ? b2.fma(d2, b) : b2.mul(d2).add(b);
        FloatVector b3 = FloatVector.fromArray(SPECIES, x, d + x1 + L);
        b = FMA ? b3.fma(d3, b) : b3.mul(d3).add(b);
        LongVector u = a.reinterpretAsLongs();
        LongVector v = b.reinterpretAsLongs();
        FloatVector first =
            u.and(LOW).or(v.lanewise(VectorOperators.LSHL, 32)).reinterpretAsFloats();
        FloatVector second =
            u.lanewise(VectorOperators.LSHR, 32).or(v.and(~LOW)).reinterpretAsFloats();
        FloatVector.fromArray(SPECIES, t, before).add(first).add(second).intoArray(t, p);
        before += step;
        p += L;
      }
      if (k < last) {
        int c = offsets[k];
        FloatVector a = FloatVector.fromArray(SPECIES, x, c + x0).mul(d0);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, c + x0 + L);
        a = FMA ? a1.fma(d1, a) : a1.mul(d1).add(a);
        FloatVector a2 = FloatVector.fromArray(SPECIES, x, c + x1);
        a = FMA ? a2.fma(d2, a) : a2.mul(d2).add(a);
        FloatVector a3 = FloatVector.fromArray(SPECIES, x, c + x1 + L);
        a = FMA ? a3.fma(d3, a) : a3.mul(d3).add(a);
        LongVector u = a.reinterpretAsLongs();
        FloatVector first = u.and(LOW).reinterpretAsFloats();
        FloatVector second = u.lanewise(VectorOperators.LSHR, 32).reinterpretAsFloats();
        FloatVector.fromArray(SPECIES, t, before).add(first).add(second).intoArray(t, p);
        before += step;
        p += L;
      }
    }
    return p;
  }

  /** A vector of each of four terms. */
  private static int add4Tiles(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      float[] dy,
      int dy0,
      int dy1,
      int dy2,
      int dy3,
      float[] t,
      int before,
      int p) {
    int step = before == p ? L : 0;
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int o = runs[run + TARGET];
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o + dy0);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dy, o + dy1);
      FloatVector d2 = FloatVector.fromArray(SPECIES, dy, o + dy2);
      FloatVector d3 = FloatVector.fromArray(SPECIES, dy, o + dy3);
      for (; k < last - 1; k += 2) {
        int c = offsets[k];
        int d = offsets[k + 1];
        FloatVector a = FloatVector.fromArray(SPECIES, x, c + x0).mul(d0);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, c + x1);
        a = FMA ? a1.fma(d1, a) : a1.mul(d1).add(a);
        FloatVector a2 = FloatVector.fromArray(SPECIES, x, c + x2);
        a = FMA ? a2.fma(d2, a) : a2.mul(d2).add(a);
        FloatVector a3 = FloatVector.fromArray(SPECIES, x, c + x3);
        a = FMA ? a3.fma(d3, a) : a3.mul(d3).add(a);
        FloatVector b = FloatVector.fromArray(SPECIES, x, d + x0).mul(d0);
        FloatVector b1 = FloatVector.fromArray(SPECIES, x, d + x1);
        b = FMA ? b1.fma(d1, b) : b1.mul(d1).add(b);
        FloatVector b2 = FloatVector.fromArray(SPECIES, x, d + x2);
        b = FMA ? b2.fma(d2, b) : b2.mul(d2).add(b);
        FloatVector b3 = FloatVector.fromArray(SPECIES, x, d + x3);
        b = FMA ? b3.fma(d3, b) : b3.mul(d3).add(b);
        LongVector u = a.reinterpretAsLongs();
        LongVector v = b.reinterpretAsLongs();
        FloatVector first =
            u.and(LOW).or(v.lanewise(VectorOperators.LSHL, 32)).reinterpretAsFloats();
        FloatVector second =
            u.lanewise(VectorOperators.LSHR, 32).or(v.and(~LOW)).reinterpretAsFloats();
        FloatVector.fromArray(SPECIES, t, before).add(first).add(second).intoArray(t, p);
        before += step;
        p += L;
      }
      if (k < last) {
        int c = offsets[k];
        FloatVector a = FloatVector.fromArray(SPECIES, x, c + x0).mul(d0);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, c + x1);
        a = FMA ? a1.fma(d1, a) : a1.mul(d1).add(a);
        FloatVector a2 = FloatVector.fromArray(SPECIES, x, c + x2);
        a = FMA ? a2.fma(d2, a) : a2.mul(d2).add(a);
        FloatVector a3 = FloatVector.fromArray(SPECIES, x, c + x3);
        a = FMA ? a3.fma(d3, a) : a3.mul(d3).add(a);
        LongVector u = a.reinterpretAsLongs();
        FloatVector first = u.and(LOW).reinterpretAsFloats();
        FloatVector second = u.lanewise(VectorOperators.LSHR, 32).reinterpretAsFloats();
        FloatVector.fromArray(SPECIES, t, before).add(first).add(second).intoArray(t, p);
        before += step;
        p += L;
      }
    }
    return p;
  }

  /** One vector of a term. */
  private static int add1(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] t,
      int before,
      int p) {
    int step = before == p ? L : 0;
    for (int run = begin; run < end; run += RUN) {
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int o = dyAt + runs[run + TARGET];
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
        FloatVector.fromArray(SPECIES, t, before).add(first).add(second).intoArray(t, p);
        before += step;
        p += L;
      }
      if (k < last) {
        int c = offsets[k] + xAt;
        FloatVector a = FloatVector.fromArray(SPECIES, x, c).mul(d0);
        LongVector u = a.reinterpretAsLongs();
        FloatVector first = u.and(LOW).reinterpretAsFloats();
        FloatVector second = u.lanewise(VectorOperators.LSHR, 32).reinterpretAsFloats();
        FloatVector.fromArray(SPECIES, t, before).add(first).add(second).intoArray(t, p);
        before += step;
        p += L;
      }
    }
    return p;
  }
}
