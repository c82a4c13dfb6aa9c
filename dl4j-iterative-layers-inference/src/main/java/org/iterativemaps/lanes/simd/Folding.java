package org.iterativemaps.lanes.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.SparseTiling;

/**
 * Sums of the lanes of many vectors at once.
 *
 * <p>Adding up one vector's lanes costs more than the products in it: JDK 17 compiles {@code
 * reduceLanes} of floats to one addition after the other, and {@code rearrange} to a shuffle with
 * its indices checked each time. So n vectors are folded together, like a tree: two vectors become
 * one whose lanes belong to them in turn, then four, and so on. The first level is done in
 * registers by the loops of {@link SparseOuter}; the others go through memory, where a shift by
 * lanes is a load beside.
 */
final class Folding {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  private static final int S = SparseTiling.SHARED;
  private static final VectorMask<Float> FIRST = lanesWithBit(S);
  private static final VectorMask<Float> SECOND = lanesWithBit(2 * S);
  private static final VectorMask<Float> THIRD = lanesWithBit(4 * S);

  private Folding() {}

  private static VectorMask<Float> lanesWithBit(int bit) {
    boolean[] lanes = new boolean[L];
    for (int i = 0; i < L; i++) {
      lanes[i] = (i & bit) != 0;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  /**
   * dw[i] += sum of what is left of entry i.
   *
   * @param t vectors of {@link SparseTiling#SHARED} entries each, as {@link SparseOuter#sum} leaves
   *     them, from {@code begin} to {@code end}, with a margin of L floats on either side;
   *     overwritten
   * @param dw added to, from at on; its end is padded to whole vectors
   */
  static void foldAdd(float[] t, int begin, int end, float[] dw, int at) {
    int entries = S * (end - begin) / L;
    int sums = (entries + L - 1) / L;
    if (L == 8 * S) {
      fold(t, begin, sums * 4, S, FIRST);
      fold(t, begin, sums * 2, 2 * S, SECOND);
      foldLast(t, begin, sums, 4 * S, THIRD, dw, at);
    } else if (L == 4 * S) {
      fold(t, begin, sums * 2, S, FIRST);
      foldLast(t, begin, sums, 2 * S, SECOND, dw, at);
    } else if (L > 2) {
      foldLast(t, begin, sums, S, FIRST, dw, at);
    } else { // masks of two lanes would be objects
      for (int i = 0; i < entries; i++) {
        dw[at + i] += t[begin + 2 * i] + t[begin + 2 * i + 1];
      }
    }
  }

  private static void fold(float[] t, int begin, int count, int shift, VectorMask<Float> second) {
    for (int i = 0; i < count; i++) {
      int u = begin + 2 * i * L;
      FloatVector own =
          FloatVector.fromArray(SPECIES, t, u)
              .blend(FloatVector.fromArray(SPECIES, t, u + L), second);
      FloatVector beside =
          FloatVector.fromArray(SPECIES, t, u + shift)
              .blend(FloatVector.fromArray(SPECIES, t, u + L - shift), second);
      own.add(beside).intoArray(t, begin + i * L);
    }
  }

  private static void foldLast(
      float[] t, int begin, int count, int shift, VectorMask<Float> second, float[] dw, int at) {
    fold(t, begin, count, shift, second);
    for (int i = 0; i < count * L; i += L) {
      FloatVector.fromArray(SPECIES, t, begin + i)
          .add(FloatVector.fromArray(SPECIES, dw, at + i))
          .intoArray(dw, at + i);
    }
  }

  /**
   * The sum of so many floats (a multiple of two), where it is rare: in one order whether this is
   * compiled yet or not, which {@code reduceLanes} does not promise.
   */
  static float sum(int length, float[] z, int at) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = at;
    for (; i < at + length - 2; i += 4) {
      a += z[i];
      b += z[i + 1];
      c += z[i + 2];
      d += z[i + 3];
    }
    if (i < at + length) {
      a += z[i];
      b += z[i + 1];
    }
    return (a + b) + (c + d);
  }

  /** As {@link #sum}, of products. */
  static float dot(int length, float[] x, int xAt, float[] y, int yAt) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i < length - 2; i += 4) {
      a += x[xAt + i] * y[yAt + i];
      b += x[xAt + i + 1] * y[yAt + i + 1];
      c += x[xAt + i + 2] * y[yAt + i + 2];
      d += x[xAt + i + 3] * y[yAt + i + 3];
    }
    if (i < length) {
      a += x[xAt + i] * y[yAt + i];
      b += x[xAt + i + 1] * y[yAt + i + 1];
    }
    return (a + b) + (c + d);
  }
}
