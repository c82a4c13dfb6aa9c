package org.iterativemaps.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.iterativemaps.kernel.Magnitude;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SlopesTest {
  private static final Set<Activation> WITHOUT =
      Set.of(Activation.CUBE, Activation.THRESHOLDEDRELU, Activation.SOFTMAX, Activation.RRELU);

  /** The sampled slope is never above, and comes near. */
  @Test
  void noSlopeIsLarger() {
    List<IActivation> activations =
        new ArrayList<>(
            List.of(
                new Gelu(),
                new TanhGelu(),
                new Swish(0.2),
                new Swish(5),
                new Softplus(4),
                new ActivationLReLU(0.3),
                new ActivationLReLU(-2.5),
                new ActivationELU(0.4),
                new ActivationReLU(3.0, 0.0, 1.75)));
    for (Activation activation : Activation.values()) {
      if (!WITHOUT.contains(activation)) {
        activations.add(activation.getActivationFunction());
      }
    }
    for (IActivation activation : activations) {
      double largest = Slopes.largest(activation).orElseThrow();
      IActivation same = StableActivations.sameFunction(activation);
      INDArray z = Nd4j.linspace(DataType.DOUBLE, -30, 60 / 48_000.0, 48_001).reshape(1, -1);
      INDArray ones = Nd4j.onesLike(z);
      double sampled = Magnitude.largest(same.backprop(z.dup(), ones).getFirst());
      assertTrue(sampled <= largest, activation + ": " + sampled + " above " + largest);
      assertTrue(sampled > largest - 0.01, activation + ": " + sampled + " far below " + largest);
      // The slope is that of the function: secants are no steeper.
      INDArray values = same.getActivation(z.dup(), false).reshape(-1);
      INDArray later = values.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(1, 48_001));
      INDArray earlier = values.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 48_000));
      double secant = Magnitude.largest(later.sub(earlier)) / (60 / 48_000.0);
      assertTrue(secant <= largest * (1 + 1e-9), activation + ": secant " + secant);
    }
  }

  @Test
  void noneIsNoNumber() {
    for (Activation activation : WITHOUT) {
      IActivation function = activation.getActivationFunction();
      assertEquals(OptionalDouble.empty(), Slopes.largest(function), "" + activation);
    }
    assertEquals(OptionalDouble.empty(), Slopes.largest(new ActivationReLU(6.0, 1.0, 0.0)));
    assertEquals(OptionalDouble.empty(), Slopes.largest(new ActivationGELU(true)));
    assertEquals(OptionalDouble.empty(), Slopes.largest(new ActivationLReLU(Double.NaN)));
  }
}
