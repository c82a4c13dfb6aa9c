package org.iterativemaps.samediff;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.iterativemaps.activations.ActivationsTest;
import org.iterativemaps.activations.Formula;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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
    assertEquals(20, covered.size(), () -> covered + " refused " + refused);
    covered.addAll(ActivationsTest.ours().keySet());
    INDArray u = normal(1, 5, 7).muli(2);
    u.putScalar(0, 0, 0); // where many maps begin
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

  @Test
  void whatIsRefusedIsToldWhatToDo() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> SDActivations.check(new ActivationThresholdedReLU()))
            .getMessage();
    assertTrue(message.contains("new " + SDFunction.class.getSimpleName() + "("), message);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void oursAreFiniteAndRightForLargeNumbers(DataType type) {
    double[] numbers = {0, 0.5, 3, 20, 30, 39.9, 40, 40.1, 45, 90, 120, 710, 1e4};
    INDArray z = Nd4j.createFromArray(numbers).castTo(type).reshape(1, -1);
    INDArray u = Nd4j.concat(0, z, z.neg());
    for (Map.Entry<IActivation, Formula> ours : ActivationsTest.ours().entrySet()) {
      SameDiff sd = SameDiff.create();
      SDVariable x = sd.placeHolder("u", type, 2, numbers.length);
      SDVariable a = sd.identity("a", SDActivations.apply(sd, ours.getKey(), x));
      a.sum("loss");
      sd.setLossVariables("loss");
      sd.createGradFunction("u");
      INDArray values = sd.output(Map.of("u", u), "a").get("a");
      INDArray slopes = sd.calculateGradients(Map.of("u", u), "u").get("u");
      for (int i = 0; i < numbers.length * 2; i++) {
        double at = u.getDouble(i / numbers.length, i % numbers.length);
        String message = ours.getKey() + "(" + at + ")";
        double value = ours.getValue().value().applyAsDouble(at);
        double bound = type == DataType.FLOAT ? 1e-6 : 1e-14;
        assertEquals(
            value,
            values.getDouble(i / numbers.length, i % numbers.length),
            bound * Math.max(1, value),
            message);
        assertEquals(
            ours.getValue().slope().applyAsDouble(at),
            slopes.getDouble(i / numbers.length, i % numbers.length),
            5 * bound,
            message);
      }
    }
  }
}
