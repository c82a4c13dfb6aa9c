package org.iterativemaps.examples;

import static org.iterativemaps.iterate.Iteration.untilSettled;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.dynamics.Contraction;
import org.iterativemaps.iterate.Start;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The map of {@link StationaryFeedback}, whose weights may be symmetric, and a step of training.
 */
final class FeedbackMap {
  private static final double LIMIT = 0.95;

  private FeedbackMap() {}

  // region map
  /** Pixels and the output's error go in; hidden units and output hear each other. */
  private static BlockMap map(int pixels, int units, int classes) {
    boolean[][] toHidden = new boolean[units][pixels + classes];
    Arrays.stream(toHidden).forEach(row -> Arrays.fill(row, 0, pixels, true));
    boolean[][] toOutput = new boolean[classes][pixels + classes];
    IntStream.range(0, classes).forEach(i -> toOutput[i][pixels + i] = true);
    return BlockMap.builder()
        .input("x", pixels + classes)
        .state("h", units, Activation.TANH)
        .state("y", classes, Activation.IDENTITY)
        .connect("x", "h", Sparsity.explicit(WeightMask.ofMatrix(toHidden)))
        .connectFixed(
            "x", "y", Sparsity.explicit(WeightMask.ofMatrix(toOutput)), WeightValues.constant(1))
        .connect("h", "h", Sparsity.dense())
        .connect("h", "y", Sparsity.dense())
        .connect("y", "h", Sparsity.dense())
        .output("y")
        .build();
  }

  static MultiLayerNetwork network(
      int pixels, int units, int classes, double tolerance, long seed) {
    UntilSettled until = untilSettled(tolerance).atMost(300).startingAt(Start.carried());
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(
                    new IterativeMapRecurrentLayer.Builder()
                        .map(map(pixels, units, classes))
                        .weightInit("h", "h", WeightValues.spectralRadius(0.5))
                        .weightInit("h", "y", WeightValues.spectralNorm(0.5))
                        .weightInit("y", "h", WeightValues.spectralNorm(0.5))
                        .steps(until)
                        .build())
                .layer(
                    new RnnLossLayer.Builder(LossFunction.L2)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(pixels + classes))
                .build());
    network.init();
    return network;
  }

  // endregion

  // region symmetric
  /** The nearest numbers that are symmetric among the state units: of weights, or of a gradient. */
  static Map<String, double[]> symmetric(MapWeights shape, Map<String, double[]> numbers) {
    Map<String, double[]> result = new HashMap<>(numbers);
    String there = Parameter.weightKey("h", "y");
    String back = Parameter.weightKey("y", "h");
    String own = Parameter.weightKey("h", "h");
    int units = shape.map().slot("h").size();
    int classes = shape.map().slot("y").size();
    double[] loop = mean(numbers.get(own), transposed(numbers.get(own), units, units));
    double[] out = mean(numbers.get(there), transposed(numbers.get(back), units, classes));
    result.put(own, loop);
    result.put(there, out);
    result.put(back, transposed(out, classes, units));
    return result;
  }

  private static double[] transposed(double[] matrix, int rows, int columns) {
    return Nd4j.createFromArray(matrix)
        .reshape(rows, columns)
        .transpose()
        .dup('c')
        .data()
        .asDouble();
  }

  private static double[] mean(double[] a, double[] b) {
    return new ArrayRealVector(a, false)
        .add(new ArrayRealVector(b, false))
        .mapMultiply(0.5)
        .toArray();
  }

  // endregion

  static Map<String, double[]> values(MapWeights weights) {
    Map<String, double[]> values = new HashMap<>();
    weights.realized().parameters().forEach(p -> values.put(p.key(), weights.values(p.key())));
    return values;
  }

  static void makeSymmetric(MultiLayerNetwork network) {
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    Map<String, double[]> values = symmetric(weights, values(weights));
    LayerWeights.write(new MapWeights(weights.realized(), values), network.getLayer(0));
  }

  // region step
  /** Plain gradient descent; the map stays a contraction, which settles from anywhere. */
  static void step(
      MultiLayerNetwork network, NudgedGradient gradient, boolean symmetric, double rate) {
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    Map<String, double[]> down =
        symmetric ? symmetric(weights, gradient.parameters()) : gradient.parameters();
    Map<String, double[]> values = values(weights);
    values.replaceAll(
        (key, own) ->
            new ArrayRealVector(own, false)
                .combine(1, -rate, new ArrayRealVector(down.get(key), false))
                .toArray());
    MapWeights next = new MapWeights(weights.realized(), values);
    LayerWeights.write(Contraction.limited(next, null, LIMIT), network.getLayer(0));
  }

  // endregion
}
