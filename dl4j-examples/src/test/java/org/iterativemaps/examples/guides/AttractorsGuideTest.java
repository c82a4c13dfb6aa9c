package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.dynamics.Attractor;
import org.iterativemaps.dynamics.Attractors;
import org.iterativemaps.dynamics.Behaviour;
import org.iterativemaps.dynamics.MapStep;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** The code of docs/dynamics.md on attractors. */
class AttractorsGuideTest {

  private static MapWeights layer(double radius) {
    MultiLayerNetwork network =
        Networks.feedForward(
            new IterativeMapLayer.Builder()
                .nOut(6)
                .steps(3)
                .activation(Activation.TANH)
                .weightInit("h", "h", WeightValues.spectralRadius(radius))
                .build());
    return LayerWeights.read(network.getLayer(0));
  }

  @Test
  void whereAMapGoes() {
    MapWeights weights = layer(0.5);
    double[] token = Networks.normal(3, Networks.INPUTS).toDoubleVector();
    // region attractors
    MapStep step = MapStep.of(weights, Activation.TANH.getActivationFunction(), token);
    Attractors found = Attractors.of(step, Attractors.Search.of(20, 2.0)); // starts in [-2, 2]
    for (Attractor one : found.all()) { // the largest basin first
      System.out.println(one.period() + " " + one.stability() + " " + one.share());
    }
    List<Attractor> between = found.unreached(); // saddles and unstable points
    int lost = found.unsettled() + found.diverged();
    // endregion
    assertTrue(found.isGlobal(), found::toString);
    assertEquals(0, lost + between.size());
  }

  @Test
  void whatALayerDoes() {
    MapWeights weights = layer(0.5);
    double[][] tokens = Networks.normal(4, 10, Networks.INPUTS).toDoubleMatrix();
    // region behaviour
    Behaviour behaviour = Behaviour.of(weights, Activation.TANH.getActivationFunction(), tokens);
    boolean settles = behaviour.settles(); // on every token; settledAfter() has the steps
    double responds = behaviour.medianSensitivity().orElse(0); // |change of state| / |of token|
    OptionalInt forgets = behaviour.forgetsAfter(0.01); // steps until starts are so near
    // endregion
    assertTrue(settles && responds > 0.01 && forgets.isPresent(), behaviour::toString);
    assertTrue(forgets.getAsInt() < 50);
  }
}
