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

  /** The states after a step, as the kernel has them but for rounding, without dense matrices. */
  double[][] apply(double[][] states, double[] token) {
    double[][] sums = new double[states.length][];
    Arrays.setAll(sums, row -> sums(states[row], token));
    INDArray[] bySlot = layout.split(sums, "states");
    for (int i = 0; i < layout.count(); i++) {
      int slot = layout.index(i);
      bySlot[slot] = layout.activation(i).getActivation(bySlot[slot], false);
    }
    return layout.join(bySlot, states.length);
  }

  private double[] sums(double[] state, double[] token) {
    double[] sums = weights.times(state);
    double[] driven = inputWeights.times(token);
    Arrays.setAll(sums, i -> sums[i] + driven[i] + biases[i]);
    return sums;
  }

  SparseMatrix jacobian(double[] state, double[] token) {
    double[][] sums = {sums(state, token)};
    INDArray[] bySlot = layout.split(sums, "state");
    for (int i = 0; i < layout.count(); i++) {
      INDArray z = bySlot[layout.index(i)];
      bySlot[layout.index(i)] = layout.activation(i).backprop(z, Nd4j.onesLike(z)).getFirst();
    }
    double[] slopes = layout.join(bySlot, 1)[0];
    return weights.rowsTimes(MapStep.finite(slopes, "slopes of the activations"));
  }
}
