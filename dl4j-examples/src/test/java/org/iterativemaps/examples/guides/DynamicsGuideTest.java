package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalInt;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.dynamics.Contraction;
import org.iterativemaps.dynamics.EchoState;
import org.iterativemaps.dynamics.ImpulseResponse;
import org.iterativemaps.dynamics.Jacobian;
import org.iterativemaps.dynamics.Lyapunov;
import org.iterativemaps.dynamics.MapStep;
import org.iterativemaps.layers.ContractionConstraint;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.SpectralRadius;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The code of docs/dynamics.md. */
class DynamicsGuideTest {

  @Test
  void howManySteps() {
    MultiLayerNetwork network =
        Networks.feedForward(
            new IterativeMapLayer.Builder()
                .nOut(30)
                .steps(4)
                .density(0.3)
                .weightInit("h", "h", WeightValues.spectralRadius(0.5))
                .build());
    INDArray input = Networks.normal(1, 4, Networks.INPUTS);
    // region sweep
    Map<Integer, INDArray> byK = MapKnobs.of(network).sweep(input, 1, 2, 4, 8, 16, 32);
    // endregion
    double early = Networks.largestDifference(byK.get(4), byK.get(8));
    double late = Networks.largestDifference(byK.get(16), byK.get(32));
    assertTrue(late < early, late + " " + early); // it settles

    // region radius
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    double radius = SpectralRadius.of(weights.mask("h", "h"), weights.weights("h", "h"));
    // endregion
    assertEquals(0.5, radius, 1e-6);
  }

  @Test
  void whatIsForgotten() {
    MultiLayerNetwork network = IterativeMaps.fromMlp(Networks.mlp()).network();
    // region impulse
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    OptionalInt steps = ImpulseResponse.ofStructure(weights.realized());
    // endregion
    assertEquals(OptionalInt.of(4), steps); // three hidden layers and the read-out
  }

  @Test
  void howItIsStable() {
    BlockMap map =
        BlockMap.builder()
            .input("x", Networks.INPUTS)
            .state("a", 8, Activation.TANH)
            .state("b", 8, Activation.TANH)
            .connect("x", "a", Sparsity.dense())
            .connect("a", "a", Sparsity.density(0.5))
            .connect("a", "b", Sparsity.dense())
            .connect("b", "b", Sparsity.density(0.5))
            .connect("b", "a", Sparsity.dense())
            .output("b")
            .build();
    // region contraction
    IterativeMapRecurrentLayer layer =
        new IterativeMapRecurrentLayer.Builder()
            .map(map) // slots that hear of each other
            .constrainWeights(new ContractionConstraint(0.95))
            .build();
    // endregion
    MultiLayerNetwork network = Networks.recurrent(layer);
    network.applyConstraints(0, 0);
    network.fit(Networks.sequences(3, 20));
    MapWeights trained = LayerWeights.read(network.getLayer(0));
    assertTrue(Contraction.of(trained, null).rate() <= 0.95);

    double[] token = Networks.normal(1, 1, Networks.INPUTS).toDoubleVector();
    // region jacobian
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    MapStep step = MapStep.of(weights, Activation.TANH.getActivationFunction(), token);
    double[] state = step.apply(new double[step.size()]);
    Jacobian jacobian = step.jacobian(state);
    double radius = jacobian.spectralRadius();
    double[] grown = jacobian.times(state); // J v; transposedTimes, matrix, eigenvalues, norm
    // endregion
    assertEquals(16, grown.length);
    assertTrue(radius < 1);

    double[][] tokens = Networks.normal(2, 50, Networks.INPUTS).toDoubleMatrix();
    // region exponents
    double[] exponents = Lyapunov.exponents(step, tokens, 1, 10, 3); // the three largest
    EchoState echo = EchoState.Check.withSteps(1).along(step, tokens);
    // endregion
    assertEquals(3, exponents.length);
    assertTrue(exponents[0] < 0 && echo.holds(), echo + "");
  }
}
