package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalInt;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.dynamics.ImpulseResponse;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.values.SpectralRadius;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
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
}
