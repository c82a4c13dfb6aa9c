package org.iterativemaps.lanes.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.VectorUnit;

/**
 * The elementwise loops over two factors, in one method for the reasons given in {@link RowLoops}.
 */
final class ProductLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();

  /** What to do with factors u and v, and y. */
  enum Operation {
    /** y = s u. */
    SCALE,
    /** y = u v. */
    MULTIPLY,
    /** y += u v. */
    ADD,
    /** y -= u v. */
    SUBTRACT
  }

  private ProductLoops() {}

  /**
   * Applies an operation to every element.
   *
   * @param length a multiple of the vector's
   * @param s factor of SCALE
   * @param v not read by SCALE
   * @param y overwritten or added to
   */
  static void apply(
      Operation operation,
      int length,
      float s,
      float[] u,
      int uAt,
      float[] v,
      int vAt,
      float[] y,
      int yAt) {
    if (operation == Operation.SCALE) {
      for (int i = 0; i < length; i += L) {
        FloatVector.fromArray(SPECIES, u, uAt + i).mul(s).intoArray(y, yAt + i);
      }
    } else if (operation == Operation.MULTIPLY) {
      for (int i = 0; i < length; i += L) {
        FloatVector.fromArray(SPECIES, u, uAt + i)
            .mul(FloatVector.fromArray(SPECIES, v, vAt + i))
            .intoArray(y, yAt + i);
      }
    } else if (operation == Operation.ADD) {
      for (int i = 0; i < length; i += L) {
        FloatVector a = FloatVector.fromArray(SPECIES, u, uAt + i);
        FloatVector b = FloatVector.fromArray(SPECIES, v, vAt + i);
        FloatVector sum = FloatVector.fromArray(SPECIES, y, yAt + i);
        sum = FMA ? a.fma(b, sum) : a.mul(b).add(sum);
        sum.intoArray(y, yAt + i);
      }
    } else {
      for (int i = 0; i < length; i += L) {
        FloatVector product =
            FloatVector.fromArray(SPECIES, u, uAt + i)
                .mul(FloatVector.fromArray(SPECIES, v, vAt + i));
        FloatVector.fromArray(SPECIES, y, yAt + i).sub(product).intoArray(y, yAt + i);
      }
    }
  }
}
