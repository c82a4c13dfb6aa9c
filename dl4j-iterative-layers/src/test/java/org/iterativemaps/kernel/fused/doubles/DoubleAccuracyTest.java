package org.iterativemaps.kernel.fused.doubles;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.iterativemaps.kernel.fused.doubles.LaneActivation.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Relative errors of the functions behind the activations, as {@link Coefficients} states them. */
class DoubleAccuracyTest {
  private static final int COUNT = 100_000;

  private final LaneKernels kernels = LaneKernelSelection.selected();

  private static DoubleUnaryOperator exact(Kind kind) {
    return switch (kind) {
      case TANH -> StrictMath::tanh;
      // exp alone far below zero
      case SIGMOID -> z -> z < 0 ? StrictMath.exp(z) / (1 + StrictMath.exp(z)) : sigmoid(z);
      case ELU -> z -> z < 0 ? StrictMath.expm1(z) : z;
      case SOFTPLUS -> z -> Math.max(z, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(z)));
      default -> throw new AssertionError(kind);
    };
  }

  private static double sigmoid(double z) {
    return 1 / (1 + StrictMath.exp(-z));
  }

  @ParameterizedTest
  @CsvSource({"TANH, 1.2e-15", "SIGMOID, 1.2e-15", "ELU, 1.2e-15", "SOFTPLUS, 1.2e-15"})
  void relativeErrors(Kind kind, double bound) {
    Random random = new Random(1);
    double[] z = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      double magnitude =
          switch (i % 3) {
            case 0 -> 30 * random.nextDouble();
            case 1 -> 700 * random.nextDouble();
            default -> Math.pow(10, -300 * random.nextDouble());
          };
      z[i] = random.nextBoolean() ? magnitude : -magnitude;
    }
    double[] a = new double[COUNT];
    kernels.activate(new LaneActivation(kind, 1), COUNT, z, 0, a, 0);
    double largest = 0;
    double at = 0;
    for (int i = 0; i < COUNT; i++) {
      double exact = exact(kind).applyAsDouble(z[i]);
      double error = Math.abs(a[i] / exact - 1);
      if (error > largest) {
        largest = error;
        at = z[i];
      }
      assertTrue(kind != Kind.TANH || Math.abs(a[i]) <= 1, "tanh(" + z[i] + ") = " + a[i]);
    }
    assertTrue(largest <= bound, kind + "(" + at + "): " + largest);
    assertTrue(largest > 0, "nothing was compared");
  }
}
