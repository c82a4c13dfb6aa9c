package org.iterativemaps.dynamics;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.values.SparseMatrix;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * The steps of linear blocks and tanh, sigmoid, ReLU or identity in plain Java: of small maps the
 * kernel's step is mostly calls of ND4J, and here thousands of steps are made.
 */
final class PlainStep implements Stepping {
  private final SparseMatrix weights;
  private final double[] constant; // what token and bias add
  private final Function[] functions; // by unit

  /** An activation, and its slope by its value. */
  private enum Function {
    IDENTITY(z -> z, a -> 1),
    TANH(Math::tanh, a -> 1 - a * a),
    SIGMOID(z -> 1 / (1 + Math.exp(-z)), a -> a * (1 - a)),
    RELU(z -> z <= 0 ? 0 : z, a -> a > 0 ? 1 : 0); // NaN stays what it is

    final DoubleUnaryOperator value;
    final DoubleUnaryOperator slope;

    Function(DoubleUnaryOperator value, DoubleUnaryOperator slope) {
      this.value = value;
      this.slope = slope;
    }

    /** Null if it is another one; exact classes, for a subclass may compute something else. */
    static Function of(IActivation activation) {
      Class<?> type = activation.getClass();
      if (type == ActivationReLU.class) {
        return activation.equals(new ActivationReLU()) ? RELU : null;
      }
      return type == ActivationTanH.class
          ? TANH
          : type == ActivationSigmoid.class
              ? SIGMOID
              : type == ActivationIdentity.class ? IDENTITY : null;
    }
  }

  private PlainStep(SparseMatrix weights, double[] constant, Function[] functions) {
    this.weights = weights;
    this.constant = constant;
    this.functions = functions;
  }

  /** Null if the map is no such map. */
  static PlainStep of(MapWeights weights, IActivation defaultActivation, double[] token) {
    if (!weights.map().isLinear()) {
      return null;
    }
    StateLayout layout = StateLayout.of(weights, defaultActivation);
    Function[] functions = new Function[layout.size()];
    for (int i = 0; i < layout.count(); i++) {
      Function own = Function.of(layout.activation(i));
      if (own == null) {
        return null;
      }
      Arrays.fill(functions, layout.first(i), layout.first(i) + layout.slot(i).size(), own);
    }
    double[] constant = layout.inputWeights(weights).times(token);
    double[] biases = layout.biases(weights);
    Arrays.setAll(constant, i -> constant[i] + biases[i]);
    return new PlainStep(layout.weights(weights), constant, functions);
  }

  @Override
  public int size() {
    return constant.length;
  }

  @Override
  public double[][] apply(double[][] states) {
    return Arrays.stream(states).map(this::next).toArray(double[][]::new);
  }

  private double[] next(double[] state) {
    double[] next = weights.times(state);
    for (int i = 0; i < next.length; i++) {
      next[i] = functions[i].value.applyAsDouble(next[i] + constant[i]);
    }
    return next;
  }

  @Override
  public SparseMatrix jacobian(double[] state) {
    double[] slopes = next(state);
    Arrays.setAll(slopes, i -> functions[i].slope.applyAsDouble(slopes[i]));
    return weights.rowsTimes(slopes);
  }
}
