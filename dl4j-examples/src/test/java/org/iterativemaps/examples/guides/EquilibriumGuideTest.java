package org.iterativemaps.examples.guides;

import static org.iterativemaps.iterate.Iteration.untilSettled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.iterate.Start;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.surgery.RandomSteps;
import org.iterativemaps.watch.MapMeasures;
import org.iterativemaps.watch.MapWatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The code of docs/equilibrium.md. */
class EquilibriumGuideTest {
  @TempDir private Path folder;

  private static MultiLayerNetwork network(Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.01))
                .list()
                .layer(layer)
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(2)
                        .build())
                .setInputType(InputType.feedForward(4))
                .build());
    network.init();
    return network;
  }

  private static DataSet data() {
    Nd4j.getRandom().setSeed(1);
    INDArray features = Nd4j.randn(32, 4);
    INDArray labels = Nd4j.zeros(32, 2);
    for (int i = 0; i < 32; i++) {
      labels.putScalar(i, features.getDouble(i, 0) > 0 ? 1 : 0, 1);
    }
    return new DataSet(features, labels);
  }

  private static Layer layer(UntilSettled until) {
    return new IterativeMapLayer.Builder()
        .nOut(16)
        .density(0.5)
        .activation(Activation.TANH)
        .weightInit("h", "h", WeightValues.spectralRadius(0.7))
        .steps(until)
        .build();
  }

  @Test
  void itLearnsAndSaysHowItSettled() throws Exception {
    // region layer
    Layer layer =
        new IterativeMapLayer.Builder()
            .nOut(16)
            .density(0.5)
            .activation(Activation.TANH)
            .weightInit("h", "h", WeightValues.spectralRadius(0.7))
            .steps(untilSettled(1e-4).atMost(50)) // instead of steps(5)
            .build();
    // endregion
    MultiLayerNetwork network = network(layer);
    DataSet data = data();
    network.fit(data);
    double before = network.score();
    // region report
    network.output(data.getFeatures());
    SettlingReport report = ((RunningMap) network.getLayer(0)).settlingForward().orElseThrow();
    System.out.println(report); // 32 of 32 samples settled, 6.4 steps (at most 8), residual …
    // endregion
    assertEquals(0, report.unsettled());
    // region watch
    Path csv = folder.resolve("settling.csv");
    MapWatch watch = MapWatch.every(10).measures(MapMeasures.settling()).writing(csv).build();
    network.addListeners(watch);
    // endregion
    for (int i = 0; i < 40; i++) {
      network.fit(data);
    }
    assertTrue(network.score() < 0.8 * before, before + " to " + network.score());
    assertTrue(Files.readString(csv).contains("backward steps"));
    // region inference
    INDArray settled = network.output(data.getFeatures());
    INDArray few = MapKnobs.of(network).output(data.getFeatures(), 3); // K is free, as ever
    // endregion
    assertTrue(settled.distance2(few) > 0);
  }

  @Test
  void everythingCanBeChosen() {
    // region options
    UntilSettled until =
        untilSettled(1e-4)
            .atMost(50)
            .atMostAtInference(200)
            .solver(Solver.broyden(20))
            .gradient(LoopGradient.phantom(5, 0.5))
            .startingAt(Start.random(0.5))
            .jacobianPenalty(0.01)
            .orFail();
    // endregion
    MultiLayerNetwork network = network(layer(until));
    network.fit(data());
    assertTrue(Double.isFinite(network.score()));
  }

  @Test
  @SuppressWarnings({"rawtypes", "unchecked"}) // DL4J's RepeatVector.Builder
  void lossesAtChosenStates() {
    // region correction
    UntilSettled some = untilSettled(1e-4).atMost(6).startingAt(Start.carried());
    var configuration =
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(0.01))
            .list()
            .layer(new RepeatVector.Builder(3).build()) // three times the token, three losses
            .layer(
                new IterativeMapRecurrentLayer.Builder()
                    .nOut(16)
                    .density(0.5)
                    .activation(Activation.TANH)
                    .steps(some)
                    .build())
            .layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(2)
                    .build())
            .setInputType(InputType.feedForward(4))
            .build();
    // endregion
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    DataSet data = data();
    INDArray labels = data.getLabels().reshape(32, 2, 1).repeat(2, 3);
    network.fit(data.getFeatures(), labels);
    double before = network.score();
    for (int i = 0; i < 40; i++) {
      network.fit(data.getFeatures(), labels);
    }
    assertTrue(network.score() < before / 2, before + " to " + network.score());
  }

  @Test
  void stepsAtRandom() {
    MultiLayerNetwork network =
        network(
            new IterativeMapLayer.Builder().nOut(16).steps(4).activation(Activation.TANH).build());
    // region random
    network.addListeners(new RandomSteps(4, 12, 1));
    // endregion
    for (int i = 0; i < 5; i++) {
      network.fit(data());
    }
    int steps = ((RunningMap) network.getLayer(0)).running().steps();
    assertTrue(steps >= 4 && steps <= 12);
    assertEquals(List.of(4), List.of(MapKnobs.of(network).reset().running("#0").steps()));
  }
}
