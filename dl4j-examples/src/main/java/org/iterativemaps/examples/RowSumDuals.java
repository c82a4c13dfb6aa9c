package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.surgery.LiveMaps;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains a recurrent map under a constraint that is sufficient for echo states, by the Lagrangian
 * of its loss.
 *
 * <p>The recurrent weights W of a slot with an activation of slope at most 1 have echo states if
 * every row of |W| has a sum below 1: the largest of these sums is the norm of W that the largest
 * unit measures, and every step shrinks the largest difference of two states to at most this part.
 * With a multiplier for every row, and c the limit,
 *
 * <pre>    L  =  loss + sum_i lambda_i (sum_j |W_ij| - c)
 *
 *    gradient of W_ij    +=  lambda_i sign(W_ij)              before every update
 *    lambda_i            &lt;-  max(0, lambda_i + rate (sum_j |W_ij| - c))      after it</pre>
 *
 * <p>the weights go down the Lagrangian by the network's own updater, the multipliers up. It is a
 * listener: {@code network.addListeners(duals)}.
 *
 * <p>Source of the method, a constraint that is sufficient for stable dynamics, and steps in the
 * weights and in the multipliers: Chen, Deng, "A Primal-Dual Method for Training Recurrent Neural
 * Networks Constrained by the Echo-State Property" (2013), arXiv:1311.6091. The form above, for
 * sparse weights and any updater, is written here from the constraint.
 */
final class RowSumDuals extends BaseTrainingListener {
  private final String key;
  private final WeightMask mask;
  private final double limit;
  private final double rate;
  private final double[] multipliers;

  /**
   * Multipliers of zero.
   *
   * @param network with parameters, to which this is added
   * @param layer index of a layer with a map
   * @param slot with a block to itself
   * @param limit c, of the sum of every row, above 0
   * @param rate of the multipliers, above 0
   */
  RowSumDuals(MultiLayerNetwork network, int layer, String slot, double limit, double rate) {
    if (!(limit > 0 && limit < Double.POSITIVE_INFINITY)
        || !(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "limit and rate: found " + limit + " and " + rate + ", expected finite numbers above 0");
    }
    this.mask = LiveMaps.weights(network, "#" + layer).mask(slot, slot);
    this.key = layer + "_" + Parameter.weightKey(slot, slot);
    this.limit = limit;
    this.rate = rate;
    this.multipliers = new double[mask.toSize()];
  }

  /** The sums of |W| over each row. */
  static double[] rowSums(WeightMask mask, double[] weights) {
    return IntStream.range(0, mask.toSize())
        .mapToDouble(
            row ->
                Arrays.stream(weights, mask.targetStart(row), mask.targetStart(row + 1))
                    .map(Math::abs)
                    .sum())
        .toArray();
  }

  /** One for every row, none below 0. */
  double[] multipliers() {
    return multipliers.clone();
  }

  /** {@inheritDoc} The gradient is the sum over the samples here; the updater divides it. */
  @Override
  public void onGradientCalculation(Model model) {
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    double[] weights = LayerWeights.numbers(network.getParam(key));
    double[] signs = new double[weights.length];
    for (int row = 0; row < multipliers.length; row++) {
      for (int entry = mask.targetStart(row); entry < mask.targetStart(row + 1); entry++) {
        signs[entry] = network.batchSize() * multipliers[row] * Math.signum(weights[entry]);
      }
    }
    INDArray gradient = network.gradient().getGradientFor(key);
    INDArray more = gradient.ulike();
    LayerWeights.assign(signs, more);
    gradient.addi(more);
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    double[] weights = LayerWeights.numbers(((MultiLayerNetwork) model).getParam(key));
    double[] sums = rowSums(mask, weights);
    Arrays.setAll(multipliers, i -> Math.max(0, multipliers[i] + rate * (sums[i] - limit)));
  }

  /** The plain way to the same constraint: after every update rows above it are made smaller. */
  BaseTrainingListener scaling() {
    return new BaseTrainingListener() {
      @Override
      public void iterationDone(Model model, int iteration, int epoch) {
        INDArray own = ((MultiLayerNetwork) model).getParam(key);
        double[] weights = LayerWeights.numbers(own);
        double[] sums = rowSums(mask, weights);
        for (int row = 0; row < sums.length; row++) {
          double factor = Math.min(1, limit / sums[row]);
          for (int entry = mask.targetStart(row); entry < mask.targetStart(row + 1); entry++) {
            weights[entry] *= factor;
          }
        }
        LayerWeights.assign(weights, own);
      }
    };
  }
}
