package org.iterativemaps.examples;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A map with random numbers, in double precision: to be compared with equations that are written in
 * plain loops. Recurrent, or one whose rows are tokens.
 */
final class DoubleMap {
  private final MultiLayerNetwork network;

  /**
   * A recurrent one, one step a token.
   *
   * @param map whose input has a size, and whose slots name their activations
   * @param seed of the numbers, biases among them
   */
  DoubleMap(BlockMap map, long seed) {
    this(
        new IterativeMapRecurrentLayer.Builder().map(map).build(),
        new RnnLossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build(),
        seed);
  }

  /** One whose rows are tokens; all of them make so many steps. */
  DoubleMap(BlockMap map, int steps, long seed) {
    this(
        new IterativeMapLayer.Builder().map(map).steps(steps).build(),
        new LossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build(),
        seed);
  }

  private DoubleMap(Layer map, Layer loss, long seed) {
    network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(map)
                .layer(loss)
                .build());
    network.init();
    network.setParams(Nd4j.createFromArray(normal(seed, (int) network.numParams())));
  }

  private static double[] normal(long seed, int count) {
    RandomSource random = RandomSource.of(seed, "normal");
    double[] numbers = new double[count];
    Arrays.setAll(numbers, i -> random.nextGaussian());
    return numbers;
  }

  /** A sequence of random tokens, [time][numbers]. */
  static double[][] tokens(long seed, int time, int numbers) {
    double[] all = normal(seed, time * numbers);
    double[][] tokens = new double[time][];
    Arrays.setAll(tokens, t -> Arrays.copyOfRange(all, t * numbers, (t + 1) * numbers));
    return tokens;
  }

  MapWeights weights() {
    return LayerWeights.read(network.getLayer(0));
  }

  /** Makes some of a slot's biases zero, from one unit on. */
  void withoutBiases(String slot, int first) {
    INDArray biases = network.getLayer(0).getParam(Parameter.biasKey(slot));
    biases.get(NDArrayIndex.interval(first, biases.length())).assign(0);
  }

  /** The output slot of each row, [rows][units]. */
  double[][] rows(double[][] rows) {
    return network.output(Nd4j.createFromArray(rows)).toDoubleMatrix();
  }

  /** The output slot after each token of a recurrent map, [time][units]. */
  double[][] outputs(double[][] tokens) {
    INDArray input = Nd4j.createFromArray(tokens).transpose().dup('c');
    INDArray output = network.output(input.reshape(1, tokens[0].length, tokens.length));
    return output.tensorAlongDimension(0, 1, 2).transpose().toDoubleMatrix();
  }

  /** M x + b of a block from one slot to another, in plain loops; null for no bias. */
  static double[] image(double[][] matrix, double[] x, double[] bias) {
    double[] image = bias == null ? new double[matrix.length] : bias.clone();
    for (int to = 0; to < matrix.length; to++) {
      for (int from = 0; from < x.length; from++) {
        image[to] += matrix[to][from] * x[from];
      }
    }
    return image;
  }

  static double sigmoid(double z) {
    return 1 / (1 + Math.exp(-z));
  }

  /** The largest difference; NaN where one of the numbers is none. */
  static double difference(double[][] one, double[][] other) {
    if (one.length != other.length) {
      throw new IllegalArgumentException(
          "other: found " + other.length + " rows, expected " + one.length);
    }
    double largest = 0;
    for (int t = 0; t < one.length; t++) {
      for (int i = 0; i < one[t].length; i++) {
        largest = Math.max(largest, Math.abs(one[t][i] - other[t][i])); // keeps a NaN
      }
    }
    return largest;
  }
}
