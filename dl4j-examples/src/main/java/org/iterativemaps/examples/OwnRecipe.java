package org.iterativemaps.examples;

import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** This project's own: tanh, exact counts of weights, a rate that falls to zero, clipping. */
record OwnRecipe() implements ProportionRecipe {

  // region network
  @Override
  public MultiLayerConfiguration network(
      ProportionPlan plan, ProportionTask task, double rate, long seed) {
    NeuralNetConfiguration.ListBuilder layers = start(task, rate, seed);
    if (plan.densities() != null) { // x, h and y, as in the papers; y is the read-out
      layers
          .layer(
              new LastTimeStep(
                  new IterativeMapRecurrentLayer.Builder().map(map(plan, seed)).build()))
          .layer(new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build());
    } else {
      layers
          .layer(
              new LastTimeStep(
                  new LSTM.Builder().nOut(plan.hidden()).activation(Activation.TANH).build()))
          .layer(
              new OutputLayer.Builder(LossFunction.MCXENT)
                  .activation(Activation.SOFTMAX)
                  .nOut(task.outputs())
                  .build());
    }
    return layers.setInputType(InputType.recurrent(task.inputs(), task.timeSteps())).build();
  }

  /** Of the training: a rate that falls to zero in a straight line, gradients clipped by layer. */
  static NeuralNetConfiguration.ListBuilder start(ProportionTask task, double rate, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(new PolySchedule(ScheduleType.ITERATION, rate, 1, task.batches())))
        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
        .gradientNormalizationThreshold(1)
        .list();
  }

  /** tanh in h, y as it is; as many weights as the plan says. */
  static BlockMap map(ProportionPlan plan, long seed) {
    return plan.densities()
        .exactMap(
            Activation.TANH.getActivationFunction(),
            Activation.IDENTITY.getActivationFunction(),
            seed);
  }
  // endregion
}
