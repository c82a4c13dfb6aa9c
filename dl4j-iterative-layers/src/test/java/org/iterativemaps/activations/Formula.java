package org.iterativemaps.activations;

import static java.lang.StrictMath.abs;
import static java.lang.StrictMath.cosh;
import static java.lang.StrictMath.exp;
import static java.lang.StrictMath.expm1;
import static java.lang.StrictMath.log1p;
import static java.lang.StrictMath.max;
import static java.lang.StrictMath.min;
import static java.lang.StrictMath.sqrt;
import static java.lang.StrictMath.tanh;

import java.util.function.DoubleUnaryOperator;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;

/** An activation and its derivative as the papers write them, in double precision. */
public record Formula(DoubleUnaryOperator value, DoubleUnaryOperator slope) {
  private static final double SELU_SCALE = 1.0507009873554804934193349852946;
  private static final double SELU_ALPHA = 1.6732632423543772848170429916717;

  public static final Formula GELU =
      new Formula(z -> z * normal(z), z -> normal(z) + z * density(z));

  public static final Formula TANH_GELU = tanhGelu(0.044715);

  public static final Formula MISH =
      new Formula(
          z -> z * tanh(plus(z)),
          z -> {
            double cosh = plus(z) > 300 ? Double.POSITIVE_INFINITY : cosh(plus(z));
            return tanh(plus(z)) + z * sigmoid(z) / cosh / cosh;
          });

  public static final Formula CUBE = new Formula(z -> z * z * z, z -> 3 * z * z);
  public static final Formula IDENTITY = new Formula(z -> z, z -> 1);
  public static final Formula ELU = elu(1);
  public static final Formula SELU =
      new Formula(
          z -> SELU_SCALE * (z < 0 ? SELU_ALPHA * expm1(z) : z),
          z -> SELU_SCALE * (z <= 0 ? SELU_ALPHA * exp(z) : 1));
  public static final Formula HARD_SIGMOID =
      new Formula(z -> max(0, min(1, 0.2 * z + 0.5)), z -> abs(z) <= 2.5 ? 0.2 : 0);
  public static final Formula HARD_TANH =
      new Formula(z -> max(-1, min(1, z)), z -> abs(z) <= 1 ? 1 : 0);
  public static final Formula RELU = new Formula(z -> max(0, z), z -> z > 0 ? 1 : 0);
  public static final Formula RELU6 =
      new Formula(z -> max(0, min(6, z)), z -> z > 0 && z < 6 ? 1 : 0);
  public static final Formula LEAKY_RELU = leakyRelu(0.01);
  public static final Formula THRESHOLDED_RELU = thresholdedRelu(1);
  public static final Formula SIGMOID =
      new Formula(Formula::sigmoid, z -> sigmoid(z) * sigmoid(-z));
  public static final Formula SOFTSIGN =
      new Formula(z -> z / (1 + abs(z)), z -> 1 / ((1 + abs(z)) * (1 + abs(z))));
  public static final Formula TANH = new Formula(StrictMath::tanh, Formula::sechSquared);
  public static final Formula RECTIFIED_TANH =
      new Formula(z -> max(0, tanh(z)), z -> z > 0 ? sechSquared(z) : 0);

  /** 1.7159 tanh(2z/3), the tanh approximated by a quotient. */
  public static final Formula RATIONAL_TANH =
      new Formula(
          z -> {
            double x = 2 * z / 3;
            double q = abs(x) + x * x + 1.41645 * x * x * x * x; // 1 - 1 / (1 + q)
            return 1.7159 * Math.signum(x) * q / (1 + q);
          },
          z -> {
            double x = 2 * z / 3;
            double p = 1 + abs(x) + x * x + 1.41645 * x * x * x * x;
            double slope = 1 + 2 * abs(x) + 4 * 1.41645 * abs(x * x * x);
            return 1.7159 * 2 / 3 * slope / p / p;
          });

  public static Formula leakyRelu(double alpha) {
    return new Formula(z -> z < 0 ? alpha * z : z, z -> z < 0 ? alpha : 1);
  }

  public static Formula thresholdedRelu(double threshold) {
    return new Formula(z -> z > threshold ? z : 0, z -> z > threshold ? 1 : 0);
  }

  /** z from a threshold on, a line from zero below it, and no more than a largest value. */
  public static Formula bentRelu(double slope, double threshold, double max) {
    DoubleUnaryOperator value = z -> z >= threshold ? z : slope == 0 ? 0 : slope * (z - threshold);
    return new Formula(
        z -> min(value.applyAsDouble(z), max),
        z -> value.applyAsDouble(z) >= max ? 0 : z >= threshold ? 1 : slope);
  }

  public static Formula elu(double alpha) {
    return new Formula(z -> z < 0 ? alpha * expm1(z) : z, z -> z < 0 ? alpha * exp(z) : 1);
  }

  /** GELU by tanh, with a factor of the cube. */
  public static Formula tanhGelu(double cube) {
    return new Formula(
        z -> z * sigmoid(twiceU(z, cube)),
        z -> {
          double slope = 2 * sqrt(2 / Math.PI) * (1 + 3 * cube * z * z);
          double u = twiceU(z, cube);
          return sigmoid(u) + z * sigmoid(u) * sigmoid(-u) * slope;
        });
  }

  public static Formula swish(double beta) {
    return new Formula(
        z -> z * sigmoid(beta * z), z -> sigmoid(beta * z) * (1 + beta * z * sigmoid(-beta * z)));
  }

  public static Formula softplus(double beta) {
    return new Formula(z -> plus(beta * z) / beta, z -> sigmoid(beta * z));
  }

  /** Whether ND4J computes it with constants in single precision, in every type. */
  public static boolean isRoughInNd4j(IActivation activation) {
    return activation instanceof ActivationLReLU
        || activation instanceof ActivationHardSigmoid
        || activation instanceof ActivationRationalTanh
        || activation instanceof ActivationGELU;
  }

  private static double sigmoid(double x) {
    return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
  }

  private static double plus(double x) {
    return max(x, 0) + log1p(exp(-abs(x)));
  }

  private static double sechSquared(double z) {
    return 4 * sigmoid(2 * z) * sigmoid(-2 * z);
  }

  private static double twiceU(double z, double cube) {
    return 2 * sqrt(2 / Math.PI) * (z + cube * z * z * z);
  }

  private static double density(double z) {
    return exp(-z * z / 2) / sqrt(2 * Math.PI);
  }

  /** The distribution function of the standard normal distribution. */
  private static double normal(double z) {
    double tail = tail(abs(z));
    return z < 0 ? tail : 1 - tail;
  }

  /** The normal tail, m >= 0: a series near zero, beyond it Laplace's continued fraction. */
  private static double tail(double m) {
    if (m < 0.4) {
      double term = m;
      double sum = 0;
      for (int k = 1; k < 20; k++) {
        sum += term;
        term *= m * m / (2 * k + 1);
      }
      return 0.5 - density(m) * sum;
    }
    double fraction = m;
    for (int k = 2000; k > 0; k--) {
      fraction = m + k / fraction;
    }
    return density(m) / fraction;
  }
}
