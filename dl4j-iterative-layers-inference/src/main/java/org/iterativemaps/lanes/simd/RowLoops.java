package org.iterativemaps.lanes.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.VectorUnit;

/**
 * The elementwise loops over rows of lanes, in one method: too long to be inlined into what calls
 * it, for the reasons given in {@link VectorActivations}. Each by itself was inlined into the
 * passes, and now and then left vectors on the heap, megabytes in a call.
 */
final class RowLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();

  /** What to do with a row of x and a row of y. */
  enum Operation {
    /** y = m[row], or 0 without m. */
    FILL,
    /** y += x. */
    ADD,
    /** y += m[row] x. */
    ADD_SCALED,
    /** y = m x, m being one factor per lane. */
    MULTIPLY_LANES,
    /** y += m x, m being one factor per lane. */
    ADD_LANES
  }

  private RowLoops() {}

  /**
   * Applies an operation to every row.
   *
   * @param m factors, from mAt on; null where the operation needs none
   * @param x rows; not read by FILL
   * @param y rows; overwritten or added to
   */
  static void apply(
      Operation operation,
      int rows,
      int lanes,
      float[] m,
      int mAt,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    if (operation == Operation.FILL) {
      for (int i = 0; i < rows; i++) {
        FloatVector value = FloatVector.broadcast(SPECIES, m == null ? 0 : m[mAt + i]);
        for (int v = yAt + i * lanes, end = v + lanes; v < end; v += L) {
          value.intoArray(y, v);
        }
      }
    } else if (operation == Operation.ADD) {
      for (int i = 0; i < rows; i++) {
        int c = xAt + i * lanes;
        for (int v = yAt + i * lanes, end = v + lanes; v < end; v += L, c += L) {
          FloatVector.fromArray(SPECIES, x, c)
              .add(FloatVector.fromArray(SPECIES, y, v))
              .intoArray(y, v);
        }
      }
    } else if (operation == Operation.ADD_SCALED) {
      for (int i = 0; i < rows; i++) {
        FloatVector factor = FloatVector.broadcast(SPECIES, m[mAt + i]);
        int c = xAt + i * lanes;
        for (int v = yAt + i * lanes, end = v + lanes; v < end; v += L, c += L) {
          FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
          FloatVector y0 = FloatVector.fromArray(SPECIES, y, v);
          y0 = FMA ? x0.fma(factor, y0) : x0.mul(factor).add(y0);
          y0.intoArray(y, v);
        }
      }
    } else if (operation == Operation.MULTIPLY_LANES) {
      for (int v = 0; v < lanes; v += L) {
        FloatVector factor = FloatVector.fromArray(SPECIES, m, mAt + v);
        for (int i = 0; i < rows; i++) {
          FloatVector.fromArray(SPECIES, x, xAt + i * lanes + v)
              .mul(factor)
              .intoArray(y, yAt + i * lanes + v);
        }
      }
    } else {
      for (int v = 0; v < lanes; v += L) {
        FloatVector factor = FloatVector.fromArray(SPECIES, m, mAt + v);
        for (int i = 0; i < rows; i++) {
          int place = yAt + i * lanes + v;
          FloatVector.fromArray(SPECIES, x, xAt + i * lanes + v)
              .mul(factor)
              .add(FloatVector.fromArray(SPECIES, y, place))
              .intoArray(y, place);
        }
      }
    }
  }
}
