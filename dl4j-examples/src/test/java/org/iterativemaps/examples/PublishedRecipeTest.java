package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

class PublishedRecipeTest {

  private final ProportionTask task =
      ProportionTask.published(
          PublishedAnomaly.drawn(), "drawn", new PublishedSize(32, 1, 16, List.of()));

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
    for (ProportionPlan plan : PublishedMaps.plans(PublishedSize.HOUR.maps())) {
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
          assertEquals(0, weights.getValue().amaxNumber().doubleValue(), name);
        }
      }
      long biases = plan.hidden() + 10;
      double deviation = Math.sqrt(plan.weights()); // more than that of any chances
      assertEquals(plan.weights(), network.numParams() - biases, 4 * deviation, plan.name());
    }
  }

  @Test
  void trainsAsTheAuthorsDo() throws Exception {
    for (ProportionPlan plan :
        List.of(
            PublishedMaps.plans(PublishedSize.QUICK.maps()).get(0), ProportionPlan.lstm(task))) {
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
  }
}
