package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

class PublishedRecipeTest {

  private final ProportionTask task =
      ProportionTask.published(
          PublishedAnomaly.drawn(),
          "drawn",
          new PublishedSize(32, 1, 16, List.of(), Map.of()),
          PublishedMaps.WEIGHTS);

  private MultiLayerNetwork network(ProportionPlan plan) {
    MultiLayerNetwork network = new MultiLayerNetwork(plan.network(task, PublishedRecipe.RATE, 3));
    network.init();
    return network;
  }

  private static BaseLayer first(MultiLayerNetwork network) {
    return (BaseLayer) network.getLayer(0).conf().getLayer();
  }

  @Test
  void weightsAreNormalAndAsManyAsChanceGives() throws Exception {
    for (ProportionPlan plan :
        PublishedMaps.plans(PublishedMaps.WEIGHTS, PublishedSize.HOUR.maps())) {
      MultiLayerNetwork network = network(plan);
      for (Map.Entry<String, INDArray> weights : network.getLayer(0).paramTable().entrySet()) {
        String name = plan.name() + " " + weights.getKey();
        double[] values = weights.getValue().dup().data().asDouble();
        if (weights.getKey().startsWith("W") && values.length > 50) {
          double p =
              new KolmogorovSmirnovTest()
                  .kolmogorovSmirnovTest(new NormalDistribution(0, 0.05), values, false);
          assertTrue(p > 1e-4, name + ": p = " + p);
        } else if (weights.getKey().startsWith("b")) {
          assertArrayEquals(new double[values.length], values, name);
        }
      }
      long biases = plan.hidden() + 10;
      double deviation = Math.sqrt(plan.weights()); // more than that of any chances
      assertEquals(plan.weights(), network.numParams() - biases, 4 * deviation, plan.name());
    }
  }

  /** Frame by frame, by hand: everything is computed from the state before. */
  @Test
  void answersAsTheAuthorsMapsDo() throws Exception {
    INDArray frames = task.train().apply(1).next().getFeatures();
    for (ProportionPlan plan :
        PublishedMaps.plans(PublishedMaps.WEIGHTS, PublishedSize.QUICK.maps())) {
      MultiLayerNetwork network = network(plan);
      INDArray answers = network.output(frames);
      MapWeights weights =
          LayerWeights.read(((BaseWrapperLayer) network.getLayer(0)).getUnderlying());
      for (int sample = 0; sample < 3; sample++) {
        double[] h = new double[plan.hidden()];
        double[] y = new double[10];
        for (int t = 0; t < 11; t++) {
          double[] x = new double[2500];
          for (int p = 0; p < 2500; p++) {
            x[p] = frames.getDouble(sample, p, t);
          }
          double[] nextH = sum(weights, "h", x, h, y);
          y = sum(weights, "y", x, h, y);
          h = Arrays.stream(nextH).map(value -> Math.max(0, value)).toArray();
        }
        double all = Arrays.stream(y).map(Math::exp).sum();
        for (int place = 0; place < 10; place++) {
          assertEquals(
              Math.exp(y[place]) / all, answers.getDouble(sample, place), 1e-4, plan.name());
        }
      }
    }
  }

  private static double[] sum(MapWeights weights, String to, double[] x, double[] h, double[] y) {
    double[] fromX = new Array2DRowRealMatrix(weights.matrix("x", to)).operate(x);
    double[] fromH = new Array2DRowRealMatrix(weights.matrix("h", to)).operate(h);
    double[] fromY = new Array2DRowRealMatrix(weights.matrix("y", to)).operate(y);
    return IntStream.range(0, fromX.length)
        .mapToDouble(i -> fromX[i] + fromH[i] + fromY[i])
        .toArray();
  }

  @Test
  void trainsAsTheAuthorsDo() throws Exception {
    for (ProportionPlan plan :
        List.of(
            PublishedMaps.plans(PublishedMaps.WEIGHTS, PublishedSize.QUICK.maps()).get(0),
            ProportionPlan.lstm(task))) {
      BaseLayer layer = first(network(plan));
      Adam adam = (Adam) layer.getIUpdater();
      assertEquals(1e-4, adam.getLearningRate(), plan.name());
      assertEquals(1e-4, adam.getLearningRate(10_000, 20), plan.name());
      assertEquals(0.9, adam.getBeta1());
      assertEquals(0.999, adam.getBeta2());
      assertTrue(
          layer.getGradientNormalization() == null
              || layer.getGradientNormalization() == GradientNormalization.None);
    }
    assertEquals(16, task.batch());
    assertEquals(2, task.batches());
    assertEquals(16, task.train().apply(1).next().numExamples());
  }

  @Test
  void theLstmHasAsManyWeights() {
    ProportionPlan lstm = ProportionPlan.lstm(task);
    int units = lstm.hidden();
    long weights = 4L * units * (2500 + units) + 10L * units;
    assertEquals(weights, lstm.weights());
    assertEquals(weights + 4L * units + 10, network(lstm).numParams());
    assertEquals(100_000, weights, 0.5 * weights / units); // whole units
    network(lstm)
        .getLayer(0)
        .paramTable()
        .forEach(
            (key, values) -> {
              double[] numbers = values.dup().data().asDouble();
              double bias = key.equals("b[f]") ? 1 : 0;
              if (key.startsWith("b")) {
                assertEquals(bias, StatUtils.min(numbers), key);
                assertEquals(bias, StatUtils.max(numbers), key);
              } else {
                double bound = 1 / Math.sqrt(units);
                assertTrue(
                    StatUtils.max(numbers) <= bound && StatUtils.min(numbers) >= -bound, key);
                assertTrue(StatUtils.max(numbers) > 0.9 * bound, key);
              }
            });
  }
}
