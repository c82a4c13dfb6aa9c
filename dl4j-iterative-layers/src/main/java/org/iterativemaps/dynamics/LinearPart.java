package org.iterativemaps.dynamics;

import java.util.Arrays;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.values.SparseMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A map of linear blocks and elementwise activations, z &lt;- A(W z + V x + b), with all blocks
 * between state units as one sparse matrix. Its Jacobian is diag(A'(W z + V x + b)) W.
 */
final class LinearPart {
  private final StateLayout layout;
  private final SparseMatrix weights;
  private final SparseMatrix inputWeights;
  private final double[] biases;

  private LinearPart(StateLayout layout, MapWeights weights) {
    this.layout = layout;
    this.weights = layout.weights(weights);
    this.inputWeights = layout.inputWeights(weights);
    this.biases = layout.biases(weights);
  }

  /** The parts of a map; null if it is no such map. */
  static LinearPart of(StateLayout layout, MapWeights weights) {
    boolean isElementwise = true;
    for (int i = 0; i < layout.count(); i++) {
      isElementwise &= Slopes.largest(layout.activation(i)).isPresent();
    }
    return weights.map().isLinear() && isElementwise ? new LinearPart(layout, weights) : null;
  }

  SparseMatrix jacobian(double[] state, double[] token) {
    double[] sums = weights.times(state);
    double[] driven = inputWeights.times(token);
    Arrays.setAll(sums, i -> sums[i] + driven[i] + biases[i]);
    double[] slopes = new double[sums.length];
    for (int i = 0; i < layout.count(); i++) {
      int size = layout.slot(i).size();
      double[] own = Arrays.copyOfRange(sums, layout.first(i), layout.first(i) + size);
      INDArray z = Nd4j.createFromArray(own).reshape(1, size);
      INDArray slope = layout.activation(i).backprop(z, Nd4j.onesLike(z)).getFirst();
      System.arraycopy(slope.dup('c').data().asDouble(), 0, slopes, layout.first(i), size);
    }
    return weights.rowsTimes(MapStep.finite(slopes, "slopes of the activations"));
  }
}
