package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.iterativemaps.activations.Formula;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.iterativemaps.kernel.fused.LaneActivation.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LaneActivationTest {
  private static final float BETA = 1.5f;
  private static final double ULP = Math.ulp(1f);

  private final LaneKernels kernels = LaneKernelSelection.selected();

  private static LaneActivation activation(Kind kind) {
    float alpha =
        switch (kind) {
          case LEAKY_RELU -> 0.01f;
          case ELU -> 1;
          case SWISH -> BETA;
          default -> 0;
        };
    return new LaneActivation(kind, alpha);
  }

  private static float[] arguments() {
    DoubleStream dense = DoubleStream.iterate(-12, z -> z < 12, z -> z + 0.0137);
    DoubleStream tiny = DoubleStream.of(1e-3, 1e-5, 1e-8, 1e-20, 1e-38, 0, 0.5, 1, 2, 2.5, 3);
    DoubleStream wide = DoubleStream.of(15, 40, 87, 88, 89, 100, 708, 709, 750, 1e4, 1e30);
    double[] all =
        DoubleStream.concat(dense, DoubleStream.concat(tiny, wide))
            .flatMap(z -> DoubleStream.of(z, -z))
            .toArray();
    float[] padded = new float[(all.length + 63) / 64 * 64];
    for (int i = 0; i < all.length; i++) {
      padded[i] = (float) all[i];
    }
    return padded;
  }

  private static double expected(Kind kind, double z) {
    return switch (kind) {
      case IDENTITY -> z;
      case TANH -> Math.tanh(z);
      case SIGMOID -> 1 / (1 + Math.exp(-z));
      case RELU -> Math.max(0, z);
      case LEAKY_RELU -> z < 0 ? 0.01f * z : z;
      case ELU -> z < 0 ? Math.expm1(z) : z;
      case SELU -> 1.0507009873554805 * (z < 0 ? 1.6732632423543772 * Math.expm1(z) : z);
      case HARD_TANH -> Math.max(-1, Math.min(1, z));
      case HARD_SIGMOID -> Math.max(0, Math.min(1, 0.2 * z + 0.5));
      case SOFTSIGN -> z / (1 + Math.abs(z));
      case SOFTPLUS -> Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
      case GELU -> Formula.GELU.value().applyAsDouble(z);
      case TANH_GELU -> Formula.TANH_GELU.value().applyAsDouble(z);
      case SWISH -> Formula.swish(BETA).value().applyAsDouble(z);
      case MISH -> Formula.MISH.value().applyAsDouble(z);
    };
  }

  private static double slope(Kind kind, double z) {
    return switch (kind) {
      case IDENTITY -> 1;
      case TANH -> 1 - Math.tanh(z) * Math.tanh(z);
      case SIGMOID -> expected(kind, z) * (1 - expected(kind, z));
      case RELU -> z > 0 ? 1 : 0;
      case LEAKY_RELU -> z < 0 ? 0.01f : 1;
      case ELU -> z < 0 ? Math.exp(z) : 1;
      case SELU -> 1.0507009873554805 * (z > 0 ? 1 : 1.6732632423543772 * Math.exp(z));
      case HARD_TANH -> Math.abs(z) <= 1 ? 1 : 0;
      case HARD_SIGMOID -> Math.abs(z) <= 2.5 ? 0.2 : 0;
      case SOFTSIGN -> 1 / ((1 + Math.abs(z)) * (1 + Math.abs(z)));
      case SOFTPLUS -> 1 / (1 + Math.exp(-z));
      case GELU -> Formula.GELU.slope().applyAsDouble(z);
      case TANH_GELU ->
          Math.abs(z) > 100 ? z > 0 ? 1 : 0 : Formula.TANH_GELU.slope().applyAsDouble(z);
      case SWISH -> Formula.swish(BETA).slope().applyAsDouble(z);
      case MISH -> Formula.MISH.slope().applyAsDouble(z);
    };
  }

  @ParameterizedTest
  @EnumSource
  void valuesAndDerivatives(Kind kind) {
    LaneActivation activation = activation(kind);
    float[] z = arguments();
    float[] a = new float[z.length + 3];
    kernels.activate(activation, z.length, z, 0, a, 3);
    float[] g = new float[z.length];
    Arrays.fill(g, 2);
    kernels.multiplyByDerivative(
        activation,
        z.length,
        activation.needsPreActivation() ? z : a,
        activation.needsPreActivation() ? 0 : 3,
        g,
        0);
    for (int i = 0; i < z.length; i++) {
      double value = expected(kind, z[i]);
      // z times a difference of about 1
      double scale = Math.max(Math.abs(value), kind == Kind.GELU ? Math.abs(z[i]) : 0.1);
      assertEquals(value, a[3 + i], 5 * ULP * scale, kind + "(" + z[i] + ")");
      assertEquals(
          2 * slope(kind, z[i]),
          g[i],
          (kind == Kind.TANH ? 20 : 12) * ULP,
          kind + "'(" + z[i] + ")");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyKernelGivesTheSameBits(Kind kind) {
    LaneActivation activation = activation(kind);
    float[] z = arguments();
    float[] a = z.clone();
    kernels.activate(activation, z.length, a, 0, a, 0);
    float[] g = a.clone();
    kernels.multiplyByDerivative(activation, z.length, a, 0, g, 0);
    for (int i = 0; i < z.length; i++) {
      float value = ScalarActivations.value(activation, z[i]);
      assertEquals(value, a[i], kind + "(" + z[i] + ")");
      float gradient = value * ScalarActivations.derivative(activation, value);
      assertEquals(gradient, g[i], kind + "'(" + z[i] + ")");
    }
  }

  @ParameterizedTest
  @EnumSource
  void notANumberAndInfinity(Kind kind) {
    LaneActivation activation = activation(kind);
    int n = 4 * kernels.vectorLanes();
    float[] z = new float[n];
    z[0] = Float.NaN;
    z[1] = Float.POSITIVE_INFINITY;
    z[2] = Float.NEGATIVE_INFINITY;
    float[] a = new float[n];
    kernels.activate(activation, n, z, 0, a, 0);
    assertTrue(Float.isNaN(a[0]), kind + "(NaN) = " + a[0]);
    if (kind != Kind.SOFTSIGN) { // inf / inf
      assertEquals(ScalarActivations.value(activation, Float.POSITIVE_INFINITY), a[1]);
      assertEquals(ScalarActivations.value(activation, Float.NEGATIVE_INFINITY), a[2]);
      assertTrue(!Float.isNaN(a[1]) && !Float.isNaN(a[2]), kind + " of infinity");
    }
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithNd4j(Kind kind) {
    IActivation activation =
        switch (kind) {
          case IDENTITY -> new ActivationIdentity();
          case TANH -> new ActivationTanH();
          case SIGMOID -> new ActivationSigmoid();
          case RELU -> new ActivationReLU();
          case LEAKY_RELU -> new ActivationLReLU();
          case ELU -> new ActivationELU();
          case SELU -> new ActivationSELU();
          case HARD_TANH -> new ActivationHardTanH();
          case HARD_SIGMOID -> new ActivationHardSigmoid();
          case SOFTSIGN -> new ActivationSoftSign();
          case SOFTPLUS -> new ActivationSoftPlus();
          case GELU -> new Gelu();
          case TANH_GELU -> new TanhGelu();
          case SWISH -> new Swish(BETA);
          case MISH -> new ActivationMish();
        };
    LaneActivation ours = LaneActivation.of(activation).orElseThrow();
    assertEquals(kind, ours.kind());
    float[] z = new float[64];
    for (int i = 0; i < z.length; i++) {
      z[i] = (i - 32) / 4f;
    }
    float[] a = z.clone();
    kernels.activate(ours, z.length, a, 0, a, 0);
    float[] g = new float[z.length];
    Arrays.fill(g, 3);
    kernels.multiplyByDerivative(ours, z.length, ours.needsPreActivation() ? z : a, 0, g, 0);
    INDArray values = activation.getActivation(Nd4j.createFromArray(z.clone()), true);
    INDArray threes = Nd4j.createFromArray(z.clone()).assign(3);
    INDArray gradients = activation.backprop(Nd4j.createFromArray(z.clone()), threes).getFirst();
    // In every type ND4J computes these two with constants in single precision.
    boolean isRough = kind == Kind.LEAKY_RELU || kind == Kind.HARD_SIGMOID;
    double bound = isRough ? Math.max(16 * ULP, 1e-7) : 16 * ULP;
    for (int i = 0; i < z.length; i++) {
      assertEquals(values.getFloat(i), a[i], bound, kind + "(" + z[i] + ")");
      assertEquals(gradients.getFloat(i), g[i], bound, kind + "'(" + z[i] + ")");
    }
  }

  @Test
  void whatCannotBeComputedHereIsLeftToNd4j() {
    assertTrue(LaneActivation.of(new ActivationCube()).isEmpty());
    assertTrue(LaneActivation.of(new ActivationReLU(6.0, null, null)).isEmpty());
    assertTrue(LaneActivation.of(new ActivationLReLU(0)).isEmpty());
    assertTrue(LaneActivation.of(new Softplus(2)).isEmpty());
    assertTrue(LaneActivation.of(new Swish(1e-60)).isEmpty());
    assertTrue(LaneActivation.of(new ActivationGELU(true)).isEmpty());
  }

  @Test
  void betaScalesSwish() {
    for (float beta : new float[] {0.01f, 0.3f, 1, 1.702f, 40}) {
      LaneActivation swish = LaneActivation.of(new Swish(beta)).orElseThrow();
      assertEquals(new LaneActivation(Kind.SWISH, beta), swish);
      Formula formula = Formula.swish(beta);
      for (float z : arguments()) {
        double value = formula.value().applyAsDouble(z);
        double bound = 4 * ULP * Math.max(Math.abs(value), 0.1 / Math.min(1, beta));
        assertEquals(value, ScalarActivations.value(swish, z), bound, beta + ": " + z);
        double slope = formula.slope().applyAsDouble(z);
        assertEquals(slope, ScalarActivations.derivative(swish, z), 5 * ULP, beta + ": " + z);
      }
    }
  }

  @Test
  void nd4jsOwnAreTheSameFunctions() {
    assertEquals(
        Optional.of(new LaneActivation(Kind.SWISH, 1)), LaneActivation.of(new ActivationSwish()));
    assertEquals(
        Optional.of(new LaneActivation(Kind.SWISH, 1.702f)),
        LaneActivation.of(new ActivationGELU()));
    assertEquals(
        Optional.of(new LaneActivation(Kind.SOFTPLUS, 0)), LaneActivation.of(new Softplus()));
  }
}
