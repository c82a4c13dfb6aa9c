package org.iterativemaps.examples;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.SparseWeightInit;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * As the authors' model files say: ReLU in h, y as it is, a chance for every weight, weights from
 * N(0, 0.05), Adam at 1e-4 throughout, batches of 16, cross-entropy at the last frame. Their ReLU
 * in x has no effect, since every frame overwrites x.
 *
 * <p>They publish no LSTM for this task; here its weights start as PyTorch's do, from the uniform
 * distribution on ±1 / √units, its biases at zero, but for the forget gate's, which start at one
 * (Gers, Schmidhuber, Cummins, 2000: it remembers from the start). It is an LSTM as a map, which
 * computes what DL4J's does, and sooner.
 */
record PublishedRecipe() implements ProportionRecipe {

  /** Sequences per update. */
  static final int BATCH = 16;

  /** Of learning. */
  static final double RATE = 1e-4;

  private static final double DEVIATION = 0.05;

  // region network
  @Override
  public MultiLayerConfiguration network(
      ProportionPlan plan, ProportionTask task, double rate, long seed) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder().seed(seed).updater(new Adam(rate)).list();
    if (plan.densities() != null) {
      var map =
          plan.densities()
              .bernoulliMap(
                  Activation.RELU.getActivationFunction(),
                  Activation.IDENTITY.getActivationFunction(),
                  seed);
      layers
          .layer(
              new LastTimeStep(
                  new IterativeMapRecurrentLayer.Builder()
                      .map(map)
                      .weightInit(new SparseWeightInit(WeightValues.gaussian(0, DEVIATION)))
                      .build()))
          .layer(new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build());
    } else {
      double bound = 1 / Math.sqrt(plan.hidden());
      layers
          .layer(
              new LastTimeStep(
                  new IterativeMapRecurrentLayer.Builder()
                      .lstm(plan.hidden())
                      .weightInit(new SparseWeightInit(WeightValues.uniform(-bound, bound)))
                      .build()))
          .layer(
              new OutputLayer.Builder(LossFunction.MCXENT)
                  .activation(Activation.SOFTMAX)
                  .weightInit(new UniformDistribution(-bound, bound))
                  .nOut(task.outputs())
                  .build());
    }
    return layers.setInputType(InputType.recurrent(task.inputs(), task.timeSteps())).build();
  }
  // endregion
}
