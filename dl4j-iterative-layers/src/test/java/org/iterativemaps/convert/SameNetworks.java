package org.iterativemaps.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer.Builder;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.kernel.Magnitude;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Whether two networks compute the same and have the same gradients. */
final class SameNetworks {
  private SameNetworks() {}

  static double tolerance(DataType type) {
    return type == DataType.DOUBLE ? 1e-12 : 1e-6;
  }

  /** Outputs, losses and all gradients, in the networks' own order of weights and biases. */
  static void assertSame(MultiLayerNetwork one, MultiLayerNetwork other, DataSet data) {
    double tolerance = tolerance(one.getLayerWiseConfigurations().getDataType());
    assertClose(one.output(data.getFeatures()), other.output(data.getFeatures()), tolerance);
    if (one.getOutputLayer() instanceof IOutputLayer) {
      assertEquals(one.score(data), other.score(data), tolerance * (1 + Math.abs(one.score(data))));
    }
    Gradient expected = gradient(one, data);
    Gradient actual = gradient(other, data);
    assertEquals(one.score(), other.score(), tolerance * (1 + Math.abs(one.score())));
    assertSame(
        vectors(one.getLayers(), expected, ""), vectors(other.getLayers(), actual, ""), tolerance);
  }

  static Gradient gradient(MultiLayerNetwork network, DataSet data) {
    network.setInput(data.getFeatures());
    if (!(network.getOutputLayer() instanceof IOutputLayer)) {
      network.feedForward(true, false); // the labels in place of dL/d(output)
      return network
          .backpropGradient(data.getLabels().dup(), LayerWorkspaceMgr.noWorkspaces())
          .getFirst();
    }
    network.setLabels(data.getLabels());
    network.setLayerMaskArrays(data.getFeaturesMaskArray(), data.getLabelsMaskArray());
    network.computeGradientAndScore();
    network.clearLayerMaskArrays();
    return network.gradient();
  }

  static void assertSame(
      ComputationGraph one, ComputationGraph other, List<INDArray> inputs, List<INDArray> labels) {
    double tolerance = tolerance(one.getConfiguration().getDataType());
    INDArray[] in = inputs.toArray(INDArray[]::new);
    INDArray[] expected = one.output(in);
    INDArray[] actual = other.output(in);
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertClose(expected[i], actual[i], tolerance);
    }
    for (ComputationGraph network : List.of(one, other)) {
      network.setInputs(in);
      network.setLabels(labels.toArray(INDArray[]::new));
      network.computeGradientAndScore();
    }
    assertEquals(one.score(), other.score(), tolerance * (1 + Math.abs(one.score())));
    // The order of vertices may differ: all gradients, by size.
    assertArrayEquals(sorted(one.gradient()), sorted(other.gradient()), tolerance);
  }

  private static double[] sorted(Gradient gradient) {
    return gradient.gradientForVariable().values().stream()
        .flatMapToDouble(g -> Arrays.stream(g.dup().castTo(DataType.DOUBLE).data().asDouble()))
        .sorted()
        .toArray();
  }

  private static void assertSame(
      List<List<double[]>> expected, List<List<double[]>> actual, double tolerance) {
    for (int kind = 0; kind < 2; kind++) {
      assertEquals(expected.get(kind).size(), actual.get(kind).size());
      for (int i = 0; i < expected.get(kind).size(); i++) {
        assertArrayEquals(expected.get(kind).get(i), actual.get(kind).get(i), tolerance);
      }
    }
  }

  /** Weights by target unit, then by source unit; and biases. */
  private static List<List<double[]>> vectors(Layer[] layers, Gradient gradient, String prefix) {
    List<double[]> weights = new ArrayList<>();
    List<double[]> biases = new ArrayList<>();
    for (int i = 0; i < layers.length; i++) {
      for (Map.Entry<String, INDArray> entry : layers[i].paramTable().entrySet()) {
        String key = entry.getKey();
        INDArray value = gradient.getGradientFor(i + "_" + prefix + key);
        boolean isBias = key.matches("[fb]?b(\\[.*)?");
        double[] numbers =
            value.rank() == 1
                ? value.dup().castTo(DataType.DOUBLE).data().asDouble()
                : DenseBlock.entries(value);
        (isBias ? biases : weights).add(numbers);
      }
    }
    return List.of(weights, biases);
  }

  static void assertClose(INDArray expected, INDArray actual, double tolerance) {
    assertArrayEquals(expected.shape(), actual.shape());
    double largest = Magnitude.largestDifference(expected, actual);
    assertTrue(
        largest <= tolerance * (1 + Magnitude.largest(expected)),
        () -> "largest difference " + largest + "\n" + expected + "\n" + actual);
  }

  static INDArray normal(Random random, DataType type, long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array.castTo(type);
  }

  static INDArray oneHot(Random random, DataType type, int batch, int classes) {
    INDArray labels = Nd4j.zeros(type, batch, classes);
    for (int b = 0; b < batch; b++) {
      labels.putScalar(b, random.nextInt(classes), 1);
    }
    return labels;
  }

  static <B extends Builder<?>> B named(B builder, String name) {
    if (name != null) {
      builder.name(name);
    }
    return builder;
  }
}
