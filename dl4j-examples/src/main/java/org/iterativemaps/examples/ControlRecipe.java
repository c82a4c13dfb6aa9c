package org.iterativemaps.examples;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * As {@link OwnRecipe}, but numbers are told at every time step. Two steps of the map are taken on
 * each, so that y hears of an x through h at once, as LSTM's output layer does. Weights from y to y
 * start at zero: y has no activation that would keep it from growing over the 100 steps of a
 * sequence.
 */
record ControlRecipe() implements ProportionRecipe {

  private static final int STEPS = 2;

  // region network
  @Override
  public MultiLayerConfiguration network(
      ProportionPlan plan, ProportionTask task, double rate, long seed) {
    NeuralNetConfiguration.ListBuilder layers = OwnRecipe.start(task, rate, seed);
    if (plan.densities() != null) {
      layers
          .layer(
              new IterativeMapRecurrentLayer.Builder()
                  .map(OwnRecipe.map(plan, seed))
                  .steps(STEPS)
                  .weightInit("y", "y", new WeightInitConstant(0))
                  .build())
          .layer(
              new RnnLossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build());
    } else {
      layers
          .layer(new LSTM.Builder().nOut(plan.hidden()).activation(Activation.TANH).build())
          .layer(
              new RnnOutputLayer.Builder(LossFunction.MSE)
                  .activation(Activation.IDENTITY)
                  .nOut(task.outputs())
                  .build());
    }
    return layers.setInputType(InputType.recurrent(task.inputs(), task.timeSteps())).build();
  }
  // endregion
}
