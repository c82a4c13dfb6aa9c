package org.iterativemaps.export.onnx;

import static org.iterativemaps.export.onnx.Protos.attribute;

import java.util.List;
import org.iterativemaps.lanes.LaneActivation;

/** Activations as operators: ONNX's own where there are such, else composed of others. */
final class OnnxActivations {
  // Of the rational approximation of tanh, see LaneActivation.Kind.RATIONAL_TANH.
  private static final float RATIONAL_SCALE = 1.7159f;
  private static final float RATIONAL_FOURTH = 1.41645f;
  private static final float RATIONAL_CUT = 1e8f; // its fourth power is still a float

  private final Nodes nodes;
  private final Constants constants;

  OnnxActivations(Nodes nodes, Constants constants) {
    this.nodes = nodes;
    this.constants = constants;
  }

  /** Writes A(z) and returns its name. */
  String write(LaneActivation activation, String z) {
    float alpha = activation.alpha();
    return switch (activation.kind()) {
      case IDENTITY -> z;
      case TANH -> nodes.add("Tanh", z);
      case SIGMOID -> nodes.add("Sigmoid", z);
      case RELU -> nodes.add("Relu", z);
      case LEAKY_RELU -> nodes.add("LeakyRelu", List.of(attribute("alpha", alpha)), z);
      case BENT_RELU -> bentRelu(activation, z);
      case ELU, ANY_ELU -> nodes.add("Elu", List.of(attribute("alpha", alpha)), z);
      case SELU ->
          nodes.add(
              "Selu",
              List.of(
                  attribute("alpha", LaneActivation.SELU_ALPHA),
                  attribute("gamma", LaneActivation.SELU_SCALE)),
              z);
      case HARD_TANH -> clip(z, -1, 1);
      case HARD_SIGMOID ->
          nodes.add("HardSigmoid", List.of(attribute("alpha", 0.2f), attribute("beta", 0.5f)), z);
      case RECTIFIED_TANH -> nodes.add("Tanh", nodes.add("Relu", z));
      case RATIONAL_TANH -> rationalTanh(z);
      case SOFTSIGN -> nodes.add("Softsign", z);
      case CUBE -> product(product(z, z), z);
      case SOFTPLUS -> scaled(1 / alpha, nodes.add("Softplus", scaled(alpha, z)));
      case GELU -> {
        String erf = nodes.add("Erf", scaled((float) Math.sqrt(0.5), z));
        yield product(scaled(0.5f, z), plus(erf, 1));
      }
      case TANH_GELU -> {
        String cubic = nodes.add("Add", z, scaled(alpha, product(product(z, z), z)));
        String doubled = scaled((float) Math.sqrt(8 / Math.PI), cubic);
        yield product(z, nodes.add("Sigmoid", doubled));
      }
      case SWISH -> product(z, nodes.add("Sigmoid", scaled(alpha, z)));
      case MISH -> product(z, nodes.add("Tanh", nodes.add("Softplus", z)));
    };
  }

  private String product(String a, String b) {
    return nodes.add("Mul", a, b);
  }

  private String scaled(float factor, String z) {
    return factor == 1 ? z : product(z, constants.number(factor));
  }

  private String plus(String z, float term) {
    return nodes.add("Add", z, constants.number(term));
  }

  private String clip(String z, float least, float most) {
    return nodes.add("Clip", z, constants.number(least), constants.number(most));
  }

  private String bentRelu(LaneActivation bent, String z) {
    String threshold = constants.number(bent.threshold());
    String below =
        bent.alpha() == 0 // and not 0 times an infinity
            ? constants.number(0)
            : scaled(bent.alpha(), nodes.add("Sub", z, threshold));
    String bends = nodes.add("Where", nodes.add("GreaterOrEqual", z, threshold), z, below);
    return bent.max() == Float.POSITIVE_INFINITY
        ? bends
        : nodes.add("Min", bends, constants.number(bent.max()));
  }

  /** With x = 2z / 3, m = |x| and c = 1 + m + 1.41645 m^3, 1.7159 x c / (1 + m c). */
  private String rationalTanh(String z) {
    String x = clip(scaled(2 / 3f, z), -RATIONAL_CUT, RATIONAL_CUT);
    String m = nodes.add("Abs", x);
    String square = plus(scaled(RATIONAL_FOURTH, product(m, m)), 1);
    String c = plus(product(square, m), 1);
    return scaled(RATIONAL_SCALE, nodes.add("Div", product(x, c), plus(product(c, m), 1)));
  }
}
