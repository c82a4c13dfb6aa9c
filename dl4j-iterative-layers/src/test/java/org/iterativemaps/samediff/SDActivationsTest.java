package org.iterativemaps.samediff;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SDActivationsTest {

  @Test
  void valuesAndGradientsAreThoseOfDl4j() {
    List<IActivation> covered = new ArrayList<>(List.of(new ActivationLReLU(0.25)));
    List<Activation> refused = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      try {
        SDActivations.check(activation.getActivationFunction());
        covered.add(activation.getActivationFunction());
      } catch (IllegalArgumentException | UnsupportedOperationException e) {
        refused.add(activation);
      }
    }
    assertEquals(19, covered.size(), () -> covered + " refused " + refused);
    INDArray u = normal(1, 5, 7).muli(2);
    INDArray epsilon = normal(2, 5, 7);
    for (IActivation activation : covered) {
      SameDiff sd = SameDiff.create();
      SDVariable x = sd.placeHolder("u", DataType.DOUBLE, -1, 7);
      SDVariable a = sd.identity("a", SDActivations.apply(sd, activation, x));
      a.mul(sd.constant(epsilon)).sum("loss");
      sd.setLossVariables("loss");
      sd.createGradFunction("u");
      assertClose(
          activation.getActivation(u.dup(), false), sd.output(Map.of("u", u), "a").get("a"), 1e-7);
      assertClose(
          activation.backprop(u.dup(), epsilon.dup()).getFirst(),
          sd.calculateGradients(Map.of("u", u), "u").get("u"),
          1e-6);
    }
  }
}
