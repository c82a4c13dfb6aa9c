package org.iterativemaps.watch;

import static org.iterativemaps.iterate.Iteration.untilSettled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.surgery.RandomSteps;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What is measured of maps that settle, and K at random. */
class SettlingMeasureTest {

  private static MultiLayerNetwork network(Iteration iteration, WeightValues values) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.01))
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .nIn(3)
                        .nOut(8)
                        .activation(Activation.TANH)
                        .weightInit("h", "h", values)
                        .steps(iteration)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nIn(8).nOut(2).build())
                .build());
    network.init();
    return network;
  }

  private static DataSet data() {
    Nd4j.getRandom().setSeed(5);
    INDArray features = Nd4j.randn(6, 3);
    return new DataSet(features, Nd4j.zeros(6, 2));
  }

  @Test
  void howItSettledInTheLastIteration() {
    MultiLayerNetwork network =
        network(untilSettled(1e-5).atMost(60), WeightValues.spectralRadius(0.6));
    MapWatch watch = MapWatch.every(1).measures(MapMeasures.settling()).build();
    network.addListeners(watch);
    network.fit(data());
    List<String> parts = watch.samples().stream().map(MapSample::part).toList();
    assertEquals(
        List.of(
            "steps",
            "most steps",
            "residual",
            "unsettled",
            "backward steps",
            "backward most steps",
            "backward residual",
            "backward unsettled"),
        parts);
    assertTrue(watch.series("layer0", "settling", "steps").get(0).value() > 1);
    assertEquals(0, watch.series("layer0", "settling", "unsettled").get(0).value());
    MultiLayerNetwork fixed = network(Iteration.steps(3), WeightValues.spectralRadius(0.6));
    MapWatch other = MapWatch.every(1).measures(MapMeasures.settling()).build();
    fixed.addListeners(other);
    fixed.fit(data());
    assertEquals(0, other.samples().size());
  }

  /** At zeros, where the slope of tanh is 1, it is that of the weights. */
  @Test
  void theRadiusOfTheJacobian() {
    MultiLayerNetwork network = network(Iteration.steps(2), WeightValues.spectralRadius(0.6));
    MapWatch watch = MapWatch.every(1).measures(MapMeasures.radiusWhenSettled()).build();
    watch.record(network);
    assertEquals(0.6, watch.series("layer0", "radius when settled", "").get(0).value(), 1e-4);
  }

  @Test
  void stepsAtRandomDependOnTheIterationAlone() {
    int[] drawn = new int[2];
    for (int run = 0; run < 2; run++) {
      MultiLayerNetwork network = network(Iteration.steps(2), WeightValues.spectralRadius(0.6));
      network.addListeners(new RandomSteps(2, 9, 4));
      IntStream.range(0, 5).forEach(i -> network.fit(data()));
      drawn[run] = ((RunningMap) network.getLayer(0)).running().steps();
      assertTrue(drawn[run] >= 2 && drawn[run] <= 9);
    }
    assertEquals(drawn[0], drawn[1]);
    assertThrows(IllegalArgumentException.class, () -> new RandomSteps(0, 3, 1));
    assertThrows(IllegalArgumentException.class, () -> new RandomSteps(4, 3, 1));
    MultiLayerNetwork settling = network(untilSettled(1e-3), WeightValues.spectralRadius(0.6));
    settling.addListeners(new RandomSteps(2, 9, 4));
    assertThrows(IllegalArgumentException.class, () -> settling.fit(data()));
  }
}
