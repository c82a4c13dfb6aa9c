package org.iterativemaps.convert.numpy;

import java.util.Arrays;
import org.iterativemaps.map.pattern.WeightMask;

/** Masks and entries of full matrices [to][from]. */
final class Masks {
  private Masks() {}

  static WeightMask nonZero(double[][] mask) {
    boolean[][] exists = new boolean[mask.length][mask[0].length];
    for (int to = 0; to < mask.length; to++) {
      for (int from = 0; from < mask[to].length; from++) {
        exists[to][from] = mask[to][from] != 0;
      }
    }
    return WeightMask.ofMatrix(exists);
  }

  static double[] entries(double[][] matrix, WeightMask mask) {
    return Arrays.stream(mask.copyCells())
        .mapToDouble(cell -> matrix[(int) (cell / mask.fromSize())][(int) (cell % mask.fromSize())])
        .toArray();
  }

  /** Refuses weights where the mask has none: they would be lost. */
  static void checkOff(double[][] matrix, WeightMask mask, String name) {
    long off =
        Arrays.stream(matrix).flatMapToDouble(Arrays::stream).filter(value -> value != 0).count()
            - Arrays.stream(entries(matrix, mask)).filter(value -> value != 0).count();
    if (off > 0) {
      throw new IllegalArgumentException(
          "array '"
              + name
              + "': "
              + off
              + " weights are not zero where the mask has none; use a mask that has them, or set them"
              + " to zero");
    }
  }
}
