package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.function.ToDoubleBiFunction;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * R²: how much less the squared error is than that of always answering the mean of the training,
 * over all outputs together; 1 without errors. Labels are standardised by the training's numbers,
 * so that the mean is 0 and every output counts as much.
 *
 * @param loop of a network and a seed makes what the network costs when it is the controller; null
 *     where there is nothing to control
 */
record ControlScore(ToDoubleBiFunction<MultiLayerNetwork, Long> loop) implements ProportionScore {

  @Override
  public String name() {
    return "R²";
  }

  @Override
  public String file() {
    return "r2";
  }

  @Override
  public String baseline(ProportionTask task) {
    return "the mean action: 0";
  }

  @Override
  public double of(MultiLayerNetwork network, DataSetIterator data) {
    RegressionEvaluation errors = network.evaluateRegression(data);
    return 1
        - errors.getSumSquaredErrorsPerColumn().sumNumber().doubleValue()
            / errors.getSumSquaredLabels().sumNumber().doubleValue();
  }

  @Override
  public double beside(MultiLayerNetwork network, long seed) {
    return loop == null ? Double.NaN : loop.applyAsDouble(network, seed);
  }

  @Override
  public String besideName() {
    return loop == null ? "" : "distance, m";
  }

  /** Whether every training is better than the mean action. */
  @Override
  public boolean hasLearned(double[] scores, ProportionTask task) {
    return Arrays.stream(scores).allMatch(score -> score > 0);
  }
}
