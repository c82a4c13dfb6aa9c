package org.iterativemaps.dynamics;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.SparseMatrix;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A map of linear blocks and elementwise activations, z &lt;- A(W z + c), W being all blocks
 * between state units as one sparse matrix and c what bias and token add. Its Jacobian is diag(A'(W
 * z + c)) W.
 */
final class LinearPart {
  private final SparseMatrix weights;
  private final double[] constant;
  private final IActivation[] activations; // of each carried slot
  private final int[] first;

  private LinearPart(
      SparseMatrix weights, double[] constant, IActivation[] activations, int[] first) {
    this.weights = weights;
    this.constant = constant;
    this.activations = activations;
    this.first = first;
  }

  /**
   * The parts of a map; null if it is no such map.
   *
   * @param first of each carried slot its first unit, and the size
   */
  static LinearPart of(MapWeights weights, MapProgram program, double[] token, int[] first) {
    List<Integer> carried = program.schedule().carried();
    IActivation[] activations =
        carried.stream().map(program::activation).toArray(IActivation[]::new);
    if (!weights.map().isLinear()
        || !Arrays.stream(activations).allMatch(a -> Slopes.largest(a).isPresent())) {
      return null;
    }
    double[] constant = new double[first[carried.size()]];
    for (int i = 0; i < carried.size(); i++) {
      int bias = weights.realized().biasParameter(carried.get(i));
      if (bias >= 0) {
        double[] values = weights.values(weights.realized().parameters().get(bias).key());
        System.arraycopy(values, 0, constant, first[i], values.length);
      }
    }
    Rows rows = new Rows(constant.length);
    for (RealizedBlock block : weights.realized().blocks()) {
      int to = carried.indexOf(block.to());
      int from = carried.indexOf(block.from());
      if (to >= 0) {
        double[] values = weights.values(block);
        WeightMask mask = block.mask();
        for (int unit = 0; unit < mask.toSize(); unit++) {
          for (int e = mask.targetStart(unit); e < mask.targetStart(unit + 1); e++) {
            if (from >= 0) {
              rows.add(first[to] + unit, first[from] + mask.source(e), values[e]);
            } else if (block.from() == program.inputSlot()) {
              constant[first[to] + unit] += values[e] * token[mask.source(e)];
            }
          }
        }
      }
    }
    return new LinearPart(rows.matrix(), constant, activations, first);
  }

  SparseMatrix jacobian(double[] state) {
    double[] sums = weights.times(state);
    Arrays.setAll(sums, i -> sums[i] + constant[i]);
    double[] slopes = new double[sums.length];
    for (int i = 0; i < activations.length; i++) {
      INDArray z =
          Nd4j.createFromArray(Arrays.copyOfRange(sums, first[i], first[i + 1]))
              .reshape(1, first[i + 1] - first[i]);
      INDArray slope = activations[i].backprop(z, Nd4j.onesLike(z)).getFirst();
      System.arraycopy(slope.dup('c').data().asDouble(), 0, slopes, first[i], (int) z.length());
    }
    return weights.rowsTimes(MapStep.finite(slopes, "slopes of the activations"));
  }

  /** Entries of a square matrix, those of one cell added. */
  private static final class Rows {
    private final int[][] sources;
    private final double[][] values;
    private final int[] counts;

    Rows(int size) {
      this.sources = new int[size][4];
      this.values = new double[size][4];
      this.counts = new int[size];
    }

    void add(int to, int from, double value) {
      int count = counts[to]++;
      if (count == sources[to].length) {
        sources[to] = Arrays.copyOf(sources[to], 2 * count);
        values[to] = Arrays.copyOf(values[to], 2 * count);
      }
      sources[to][count] = from;
      values[to][count] = value;
    }

    SparseMatrix matrix() {
      int size = counts.length;
      int[] starts = new int[size + 1];
      int[] joined = new int[Arrays.stream(counts).sum()];
      double[] entries = new double[joined.length];
      double[] row = new double[size];
      int count = 0;
      for (int to = 0; to < size; to++) {
        for (int i = 0; i < counts[to]; i++) {
          row[sources[to][i]] += values[to][i];
        }
        int[] distinct = Arrays.stream(sources[to], 0, counts[to]).sorted().distinct().toArray();
        for (int from : distinct) {
          joined[count] = from;
          entries[count++] = row[from];
          row[from] = 0;
        }
        starts[to + 1] = count;
      }
      return SparseMatrix.of(
          WeightMask.ofRows(size, size, starts, Arrays.copyOf(joined, count)),
          Arrays.copyOf(entries, count));
    }
  }
}
