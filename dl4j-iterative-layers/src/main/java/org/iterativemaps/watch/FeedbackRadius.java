package org.iterativemaps.watch;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.SpectralRadius;

/** The spectral radius of the linear blocks that feed a state back. */
record FeedbackRadius() implements MapMeasure {
  static final int MOST_VECTORS = 120;
  private static final double RESIDUAL = 1e-3;

  @Override
  public String name() {
    return "spectral radius";
  }

  @Override
  public Map<String, Double> of(WatchedMap map) {
    Map<String, Matrix> matrices = new LinkedHashMap<>();
    for (RealizedBlock block : map.realized().blocks()) {
      if (block.block().isLinear() && feedsBack(map.settings().map(), block)) {
        Matrix matrix = new Matrix(block.mask(), map.weights().values(block));
        matrices.merge(block.block().name(), matrix, Matrix::plus); // trained and fixed weights
      }
    }
    Map<String, Double> radii = new LinkedHashMap<>();
    matrices.forEach((name, matrix) -> radii.put(name, matrix.radius()));
    return radii;
  }

  private static boolean feedsBack(BlockMap map, RealizedBlock block) {
    Slot from = map.slots().get(block.from());
    Slot to = map.slots().get(block.to());
    return from == to || (!map.isLinear() && !from.isInput() && from.size() == to.size());
  }

  /**
   * A sparse square matrix.
   *
   * @param mask where it has entries
   * @param values one for each
   */
  private record Matrix(WeightMask mask, double[] values) {

    Matrix plus(Matrix other) {
      long[] left = mask.copyCells();
      long[] right = other.mask.copyCells();
      long[] cells = new long[left.length + right.length];
      double[] sums = new double[cells.length];
      int count = 0;
      int i = 0;
      int j = 0;
      while (i < left.length || j < right.length) {
        boolean isLeft = j == right.length || (i < left.length && left[i] <= right[j]);
        boolean isRight = i == left.length || (j < right.length && right[j] <= left[i]);
        cells[count] = isLeft ? left[i] : right[j];
        sums[count] = (isLeft ? values[i++] : 0) + (isRight ? other.values[j++] : 0);
        count++;
      }
      return new Matrix(
          WeightMask.ofCells(mask.fromSize(), mask.toSize(), Arrays.copyOf(cells, count)),
          Arrays.copyOf(sums, count));
    }

    double radius() {
      if (!Arrays.stream(values).allMatch(Double::isFinite)) {
        return Double.NaN;
      }
      try {
        return SpectralRadius.estimate(mask, values, RESIDUAL, MOST_VECTORS);
      } catch (IllegalArgumentException notFound) { // no reason to end a training
        return Double.NaN;
      }
    }
  }
}
