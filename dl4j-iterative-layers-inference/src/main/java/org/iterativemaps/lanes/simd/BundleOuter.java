package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.BundleTiling.END;
import static org.iterativemaps.lanes.BundleTiling.FIRST;
import static org.iterativemaps.lanes.BundleTiling.OTHERS;
import static org.iterativemaps.lanes.BundleTiling.TARGET;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.BundleTiling;
import org.iterativemaps.lanes.OuterTerms;
import org.iterativemaps.lanes.VectorUnit;

/**
 * Loops over the entries of a chunk of bundles for its weight gradient, up to the last sums over
 * lanes: like {@link SparseOuter}, but a source unit is loaded once for two target units, whose two
 * entries share a vector of sums.
 *
 * <p>Of four target units at a time, for which there would be registers with 512 bits, no more than
 * this was gained, and in every second run C2 made a loop of them that took three times as long.
 *
 * <p>The loops call nothing of ours, for the reasons given in {@link VectorActivations}.
 */
final class BundleOuter {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();
  private static final int RUN = BundleTiling.RUN;
  private static final long LOW = 0xffff_ffffL;

  private BundleOuter() {}

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
      BundleTiling block,
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
    int i = term;
    if (lanes % (4 * L) == 0) {
      for (; i < termEnd; i++) {
        for (int v = 0; v < lanes; v += 4 * L) {
          int xv = xAt[i] + v;
          int dyv = dyAt[i] + v;
          used = add4(runs, begin, end, offsets, lanes, x, xv, dy, dyv, t, before, tAt);
          before = tAt;
        }
      }
    } else {
      // Four vectors of several terms.
      int vectors = lanes / L;
      int joined = 4 / vectors;
      for (; i + joined <= termEnd; i += joined) {
        int j = i + joined / 2;
        int next = vectors == 2 ? i : i + 1;
        int nextOfJ = vectors == 2 ? j : j + 1;
        int beside = vectors == 2 ? L : 0;
        used =
            add4Tiles(
                runs,
                begin,
                end,
                offsets,
                lanes,
                x,
                xAt[i],
                xAt[next] + beside,
                xAt[j],
                xAt[nextOfJ] + beside,
                dy,
                dyAt[i],
                dyAt[next] + beside,
                dyAt[j],
                dyAt[nextOfJ] + beside,
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
        used = add1(runs, begin, end, offsets, lanes, x, xv, dy, dyv, t, before, tAt);
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
      int lanes,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] t,
      int before,
      int p) {
    int step = before == p ? L : 0;
    for (int half = 2 * begin; half < 2 * end; half++) {
      int run = (half >> 1) * RUN;
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int unit = 2 * (half & 1);
      int others = runs[run + OTHERS];
      int o = dyAt + runs[run + TARGET] + Math.min(unit, others) * lanes;
      int q = dyAt + runs[run + TARGET] + Math.min(unit + 1, others) * lanes;
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dy, o + L);
      FloatVector d2 = FloatVector.fromArray(SPECIES, dy, o + 2 * L);
      FloatVector d3 = FloatVector.fromArray(SPECIES, dy, o + 3 * L);
      FloatVector e0 = FloatVector.fromArray(SPECIES, dy, q);
      FloatVector e1 = FloatVector.fromArray(SPECIES, dy, q + L);
      FloatVector e2 = FloatVector.fromArray(SPECIES, dy, q + 2 * L);
      FloatVector e3 = FloatVector.fromArray(SPECIES, dy, q + 3 * L);
      for (; k < last; k++) {
        int c = offsets[k] + xAt;
        FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
        FloatVector a = x0.mul(d0);
        FloatVector b = x0.mul(e0);
        FloatVector x1 = FloatVector.fromArray(SPECIES, x, c + L);
        a = FMA ? x1.fma(d1, a) : x1.mul(d1).add(a);
        b = FMA ? x1.fma(e1, b) : x1.mul(e1).add(b);
        FloatVector x2 = FloatVector.fromArray(SPECIES, x, c + 2 * L);
        a = FMA ? x2.fma(d2, a) : x2.mul(d2).add(a);
        b = FMA ? x2.fma(e2, b) : x2.mul(e2).add(b);
        FloatVector x3 = FloatVector.fromArray(SPECIES, x, c + 3 * L);
        a = FMA ? x3.fma(d3, a) : x3.mul(d3).add(a);
        b = FMA ? x3.fma(e3, b) : x3.mul(e3).add(b);
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
    }
    return p;
  }

  /** Four vectors of a term or of several. */
  private static int add4Tiles(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      int lanes,
      float[] x,
      int xa,
      int xb,
      int xc,
      int xd,
      float[] dy,
      int dya,
      int dyb,
      int dyc,
      int dyd,
      float[] t,
      int before,
      int p) {
    int step = before == p ? L : 0;
    for (int half = 2 * begin; half < 2 * end; half++) {
      int run = (half >> 1) * RUN;
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int unit = 2 * (half & 1);
      int others = runs[run + OTHERS];
      int o = runs[run + TARGET] + Math.min(unit, others) * lanes;
      int q = runs[run + TARGET] + Math.min(unit + 1, others) * lanes;
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o + dya);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dy, o + dyb);
      FloatVector d2 = FloatVector.fromArray(SPECIES, dy, o + dyc);
      FloatVector d3 = FloatVector.fromArray(SPECIES, dy, o + dyd);
      FloatVector e0 = FloatVector.fromArray(SPECIES, dy, q + dya);
      FloatVector e1 = FloatVector.fromArray(SPECIES, dy, q + dyb);
      FloatVector e2 = FloatVector.fromArray(SPECIES, dy, q + dyc);
      FloatVector e3 = FloatVector.fromArray(SPECIES, dy, q + dyd);
      for (; k < last; k++) {
        int c = offsets[k];
        FloatVector x0 = FloatVector.fromArray(SPECIES, x, c + xa);
        FloatVector a = x0.mul(d0);
        FloatVector b = x0.mul(e0);
        FloatVector x1 = FloatVector.fromArray(SPECIES, x, c + xb);
        a = FMA ? x1.fma(d1, a) : x1.mul(d1).add(a);
        b = FMA ? x1.fma(e1, b) : x1.mul(e1).add(b);
        FloatVector x2 = FloatVector.fromArray(SPECIES, x, c + xc);
        a = FMA ? x2.fma(d2, a) : x2.mul(d2).add(a);
        b = FMA ? x2.fma(e2, b) : x2.mul(e2).add(b);
        FloatVector x3 = FloatVector.fromArray(SPECIES, x, c + xd);
        a = FMA ? x3.fma(d3, a) : x3.mul(d3).add(a);
        b = FMA ? x3.fma(e3, b) : x3.mul(e3).add(b);
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
    }
    return p;
  }

  /** One vector of a term. */
  private static int add1(
      int[] runs,
      int begin,
      int end,
      int[] offsets,
      int lanes,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] t,
      int before,
      int p) {
    int step = before == p ? L : 0;
    for (int half = 2 * begin; half < 2 * end; half++) {
      int run = (half >> 1) * RUN;
      int k = runs[run + FIRST];
      int last = runs[run + END];
      int unit = 2 * (half & 1);
      int others = runs[run + OTHERS];
      int o = dyAt + runs[run + TARGET] + Math.min(unit, others) * lanes;
      int q = dyAt + runs[run + TARGET] + Math.min(unit + 1, others) * lanes;
      FloatVector d0 = FloatVector.fromArray(SPECIES, dy, o);
      FloatVector e0 = FloatVector.fromArray(SPECIES, dy, q);
      for (; k < last; k++) {
        int c = offsets[k] + xAt;
        FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
        FloatVector a = x0.mul(d0);
        FloatVector b = x0.mul(e0);
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
    }
    return p;
  }
}
