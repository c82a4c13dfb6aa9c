package org.iterativemaps.samediff;

import java.util.Locale;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Linear maps of which only some weights exist, in a graph; {@link SDIterative} describes them. */
final class SparseLinear {
  private final SameDiff graph;

  SparseLinear(SameDiff graph) {
    this.graph = graph;
  }

  SDVariable masked(
      String name, SDVariable input, SDVariable weights, WeightMask mask, SDVariable bias) {
    String op = "maskedLinear '" + name + "'";
    long[] shape = {mask.toSize(), mask.fromSize()};
    Checks.shape(op, weights, "[to, from] = [" + shape[0] + ", " + shape[1] + "]", shape);
    SDVariable masked =
        mask.isDense()
            ? weights
            : weights.mul(
                graph.constant(
                    Checks.free(graph, name + "/mask"),
                    Spread.matrix(mask, Nd4j.ones(weights.dataType(), mask.entryCount()))));
    return linear(op, name, input, masked, mask, bias);
  }

  SDVariable sparse(
      String name, SDVariable input, SDVariable weights, WeightMask mask, SDVariable bias) {
    String op = "sparseLinear '" + name + "'";
    SDVariable matrix = spread(Checks.free(graph, name + "/matrix"), weights, mask);
    return linear(op, name, input, matrix, mask, bias);
  }

  private SDVariable linear(
      String op, String name, SDVariable x, SDVariable matrix, WeightMask mask, SDVariable bias) {
    Checks.rows(op, x, mask.fromSize());
    Checks.dataType(op, x, matrix.dataType());
    if (bias == null) {
      return graph.mmul(Checks.free(graph, name), x, matrix, false, true, false);
    }
    Checks.shape(op, bias, "[to] = [" + mask.toSize() + "]", mask.toSize());
    return graph.mmul(x, matrix, false, true, false).add(Checks.free(graph, name), bias);
  }

  SDVariable spread(String name, SDVariable weights, WeightMask mask) {
    int count = mask.entryCount();
    Checks.shape("spread '" + name + "'", weights, "[entries] = [" + count + "]", count);
    SDVariable cells = weights;
    if (!mask.isDense()) {
      INDArray places = Nd4j.createFromArray(mask.copyCells());
      cells =
          graph.unsortedSegmentSum(
              weights, graph.constant(name + "/cells", places), cellCount(name, mask));
    }
    return graph.reshape(Checks.free(graph, name), cells, mask.toSize(), mask.fromSize());
  }

  private static int cellCount(String name, WeightMask mask) {
    long cells = (long) mask.toSize() * mask.fromSize();
    if (cells > WeightMask.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "spread '%s': %,d x %,d cells are too many for a dense matrix; use smaller slots",
              name,
              mask.fromSize(),
              mask.toSize()));
    }
    return (int) cells;
  }
}
