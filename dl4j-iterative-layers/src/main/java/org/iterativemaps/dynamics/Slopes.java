package org.iterativemaps.dynamics;

import java.util.Map;
import java.util.OptionalDouble;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Mish;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * The largest slope of an activation, s = sup |A'(z)|: it stretches no distance more than s times.
 *
 * <pre>
 *   sigmoid 1/4    hard sigmoid 1/5    rational tanh 1.1440    SELU 1.7581
 *   swish 1.0999 (any beta)    Mish 1.0885    GELU 1.1290    its tanh form 1.1290
 *   identity, tanh, ReLU, ReLU6, softplus, softsign, hard and rectified tanh 1
 *   ELU, leaky ReLU max(1, |alpha|)
 * </pre>
 *
 * <p>Rounded up. All of these are elementwise: a number of the value depends on one number alone.
 */
public final class Slopes {
  private static final Map<Class<?>, Double> LARGEST =
      Map.ofEntries(
          Map.entry(ActivationIdentity.class, 1.0),
          Map.entry(ActivationTanH.class, 1.0),
          Map.entry(ActivationReLU6.class, 1.0),
          Map.entry(ActivationSoftSign.class, 1.0),
          Map.entry(ActivationHardTanH.class, 1.0),
          Map.entry(ActivationRectifiedTanh.class, 1.0),
          Map.entry(Softplus.class, 1.0),
          Map.entry(ActivationSigmoid.class, 0.25),
          Map.entry(ActivationHardSigmoid.class, 0.200001), // ND4J's is 0.2f
          Map.entry(ActivationRationalTanh.class, 1.143934), // 1.7159 * 2 / 3, at 0
          Map.entry(ActivationSELU.class, 1.758100), // scale * alpha, below 0
          Map.entry(Swish.class, 1.099840),
          Map.entry(Mish.class, 1.088499),
          Map.entry(Gelu.class, 1.128905), // at sqrt(2)
          Map.entry(TanhGelu.class, 1.128994));

  private Slopes() {}

  /**
   * The largest slope.
   *
   * @param activation ND4J's or this library's
   * @return empty if it has none, as cubes and thresholds, if it is not elementwise, as softmax, or
   *     if it is not known
   */
  public static OptionalDouble largest(IActivation activation) {
    IActivation same = StableActivations.sameFunction(activation);
    // Exact classes: a subclass may compute something else.
    Class<?> type = same.getClass();
    if (LARGEST.containsKey(type)) {
      return OptionalDouble.of(LARGEST.get(type));
    } else if (type == ActivationLReLU.class) {
      return above(1, ((ActivationLReLU) same).getAlpha());
    } else if (type == ActivationELU.class) {
      return above(1, ((ActivationELU) same).getAlpha());
    } else if (type == ActivationReLU.class) {
      ActivationReLU relu = (ActivationReLU) same;
      boolean jumps = relu.getThreshold() != null && relu.getThreshold() != 0;
      double below = relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope();
      return jumps ? OptionalDouble.empty() : above(1, below);
    }
    return OptionalDouble.empty();
  }

  private static OptionalDouble above(double least, double alpha) {
    return Double.isFinite(alpha)
        ? OptionalDouble.of(Math.max(least, Math.abs(alpha)))
        : OptionalDouble.empty();
  }
}
