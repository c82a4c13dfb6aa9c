package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.dynamics.SettledResponses;
import org.iterativemaps.dynamics.SettledResponses.Settling;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.parallel.ParallelCost;
import org.iterativemaps.parallel.ParallelEvaluation;
import org.iterativemaps.parallel.ParallelEvaluation.Result;
import org.iterativemaps.parallel.ParallelEvaluation.Sweeps;
import org.iterativemaps.shortcut.Shortcut;
import org.iterativemaps.shortcut.Shortcut.Accuracy;
import org.iterativemaps.shortcut.Shortcut.Training;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The code of docs/shortcuts.md. */
class ShortcutsGuideTest {

  @Test
  void aNetworkAnswersForAMap() {
    MultiLayerNetwork network =
        Networks.feedForward(
            new IterativeMapLayer.Builder()
                .nOut(12)
                .steps(4)
                .density(0.5)
                .weightInit("h", "h", WeightValues.spectralRadius(0.5))
                .build());
    INDArray inputs = Networks.normal(1, 300, Networks.INPUTS);
    INDArray moreInputs = Networks.normal(2, 100, Networks.INPUTS);
    // region responses
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    SettledResponses responses =
        SettledResponses.of(
            weights,
            Activation.TANH.getActivationFunction(), // the layer's
            inputs,
            Settling.withTolerance(1e-6));
    System.out.println(responses);
    // endregion
    assertTrue(responses.toString().startsWith("300 inputs: 300 settled (steps: median"));

    // region shortcut
    Shortcut shortcut = Shortcut.train(responses, Training.withHidden(32).epochs(20));
    INDArray atOnce = shortcut.respond(moreInputs);
    // endregion
    assertEquals(12, atOnce.size(1));

    // region accuracy
    SettledResponses heldOut =
        SettledResponses.of(
            weights,
            Activation.TANH.getActivationFunction(),
            moreInputs,
            Settling.withTolerance(1e-6));
    Accuracy accuracy = shortcut.test(heldOut);
    // endregion
    assertTrue(accuracy.rmse() < accuracy.deviation(), accuracy::toString);
  }

  @Test
  void aSequenceAtOnce() {
    MultiLayerNetwork network =
        Networks.recurrent(
            new IterativeMapRecurrentLayer.Builder()
                .nOut(6)
                .hiddenSparsity(Sparsity.diagonal())
                .weightInit("h", "h", WeightValues.uniform(-0.9, 0.9))
                .build());
    INDArray input = Networks.normal(3, 1, Networks.INPUTS, 256);
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    // region sweep
    ParallelEvaluation evaluation =
        ParallelEvaluation.of(weights, Activation.TANH.getActivationFunction(), DataType.DOUBLE);
    Result result = evaluation.sweep(input, null, Sweeps.blocks(32).within(1e-9));
    // endregion
    assertFalse(result.fellBack());
    INDArray expected = network.feedForward(input).get(1);
    assertEquals(0, Magnitude.largestDifference(expected, result.output()), 1e-8);

    // region newton
    Result newton = evaluation.newton(input, null, 1e-9, 20);
    // endregion
    assertFalse(newton.fellBack());
    assertTrue(newton.iterations() <= 7, newton.changes()::toString);
    assertEquals(0, Magnitude.largestDifference(expected, newton.output()), 1e-8);

    // region cost
    OptionalInt cores = ParallelCost.fewestCores(1024, p -> ParallelCost.newton(1024, 4, 1, p));
    // endregion
    assertEquals(OptionalInt.of(11), cores);
  }
}
