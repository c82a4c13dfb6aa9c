package org.iterativemaps.reservoir;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The short-term memory of a reservoir: of inputs u that are independent and uniform in [-1/2,
 * 1/2], and the best linear read-outs y_k of the input k time steps ago,
 *
 * <pre>    MC = sum over k of MC_k,    MC_k = squared correlation of y_k(t) and u(t - k)</pre>
 *
 * <p>MC is at most the number of units, which a linear one reaches. Read-outs are fitted on one
 * part of a sequence and correlated on the next one; of what is not remembered there remains about
 * 1 / (time steps of the test), for every delay. Source: Jaeger, "Short term memory in echo state
 * networks", GMD report 152 (2001).
 *
 * @param byDelay MC_k of the delays 1, 2, …
 */
public record MemoryCapacity(double[] byDelay) {

  /** Copies the numbers. */
  public MemoryCapacity {
    byDelay = byDelay.clone();
  }

  /** MC_k of the delays 1, 2, …, in a new array. */
  @Override
  public double[] byDelay() {
    return byDelay.clone();
  }

  /** MC, up to the largest delay that was asked for. */
  public double total() {
    return Arrays.stream(byDelay).sum();
  }

  /**
   * How it is measured.
   *
   * @param delays largest k, at least 1; twice the units leaves nothing out
   * @param warmup time steps that do not count, at least the delays
   * @param train time steps to fit, above the units
   * @param test time steps to correlate, at least 2
   * @param ridge penalty of the read-outs, at least 0
   * @param seed of the inputs
   */
  public record Measure(int delays, int warmup, int train, int test, double ridge, long seed) {

    /** Checks the ranges. */
    public Measure {
      Checks.atLeast(1, "delays", delays);
      Checks.atLeast(delays, "warmup", warmup);
      Checks.atLeast(1, "train", train);
      Checks.atLeast(2, "test", test);
      Checks.notNegative("ridge", ridge);
    }

    /** Warm-up of the delays and 100, 5000 time steps to fit, as many to test, ridge 1e-9. */
    public static Measure withDelays(int delays) {
      return new Measure(delays, 100 + Checks.atLeast(1, "delays", delays), 5_000, 5_000, 1e-9, 0);
    }

    /**
     * Measures, in DOUBLE.
     *
     * @throws IllegalArgumentException if there are no more time steps to fit than units, or its
     *     inputs are scaled one by one
     */
    public MemoryCapacity of(Reservoir reservoir) {
      if (train <= Checks.notNull("reservoir", reservoir).units()) {
        throw new IllegalArgumentException(
            "train: found "
                + train
                + " time steps for "
                + reservoir.units()
                + " units, expected more than units");
      }
      int time = warmup + train + test;
      double[][] inputs = new double[time][1];
      double[][] targets = new double[time][delays];
      RandomSource random = RandomSource.of(seed, "memory");
      for (int t = 0; t < time; t++) {
        inputs[t][0] = random.nextDouble() - 0.5;
        for (int k = 1; k <= Math.min(delays, t); k++) {
          targets[t][k - 1] = inputs[t - k][0];
        }
      }
      MultiLayerNetwork network = network(reservoir);
      int fitted = warmup + train;
      DataSet data =
          new DataSet(
              doubles(Arrays.copyOf(inputs, fitted)), doubles(Arrays.copyOf(targets, fitted)));
      Readout.ridge(ridge).warmup(warmup).fit(network, data);
      double[][] answers = network.output(doubles(inputs)).reshape(delays, time).toDoubleMatrix();
      double[] byDelay = new double[delays];
      for (int k = 0; k < delays; k++) {
        byDelay[k] = squaredCorrelation(answers[k], targets, k, fitted);
      }
      return new MemoryCapacity(byDelay);
    }

    /** [1, features, time] of [time][features]. */
    private static INDArray doubles(double[][] numbers) {
      return Nd4j.createFromArray(numbers)
          .transpose()
          .dup('f')
          .reshape('f', 1, numbers[0].length, numbers.length);
    }

    private MultiLayerNetwork network(Reservoir reservoir) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .dataType(DataType.DOUBLE)
                  .list()
                  .layer(reservoir.layer(1))
                  .layer(
                      new RnnOutputLayer.Builder(LossFunction.MSE)
                          .nIn(reservoir.units())
                          .nOut(delays)
                          .activation(Activation.IDENTITY)
                          .build())
                  .build());
      network.init();
      return network;
    }

    static double squaredCorrelation(double[] answers, double[][] targets, int k, int begin) {
      int count = answers.length - begin;
      double[] answer = Arrays.copyOfRange(answers, begin, answers.length);
      if (StatUtils.variance(answer) == 0) { // always the same: it tells nothing of the input
        return 0;
      }
      double[] wanted =
          IntStream.range(begin, answers.length).mapToDouble(t -> targets[t][k]).toArray();
      double correlation = new PearsonsCorrelation().correlation(answer, wanted);
      return correlation * correlation;
    }
  }
}
