package org.iterativemaps.samediff;

import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
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
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** DL4J's activations as SameDiff operations. */
public final class SDActivations {
  private static final Map<IActivation, BiFunction<SameDiff, SDVariable, SDVariable>> PLAIN =
      Map.ofEntries(
          Map.entry(new ActivationIdentity(), (graph, u) -> u),
          Map.entry(new ActivationTanH(), (graph, u) -> graph.nn().tanh(u)),
          Map.entry(new ActivationSigmoid(), (graph, u) -> graph.nn().sigmoid(u)),
          Map.entry(new ActivationReLU(), (graph, u) -> graph.nn().relu(u, 0)),
          Map.entry(new ActivationReLU6(), (graph, u) -> graph.nn().relu6(u, 0)),
          Map.entry(new ActivationELU(), (graph, u) -> graph.nn().elu(u)),
          Map.entry(new ActivationSELU(), (graph, u) -> graph.nn().selu(u)),
          Map.entry(new ActivationGELU(), (graph, u) -> graph.nn().gelu(u)),
          Map.entry(new ActivationSoftPlus(), (graph, u) -> graph.nn().softplus(u)),
          Map.entry(new ActivationSoftSign(), (graph, u) -> graph.nn().softsign(u)),
          Map.entry(new ActivationSoftmax(), (graph, u) -> graph.nn().softmax(u, -1)),
          Map.entry(new ActivationSwish(), (graph, u) -> graph.nn().swish(u)),
          Map.entry(new ActivationHardTanH(), (graph, u) -> graph.nn().hardTanh(u)),
          Map.entry(new ActivationHardSigmoid(), (graph, u) -> graph.nn().hardSigmoid(u)),
          Map.entry(new ActivationCube(), (graph, u) -> graph.math().cube(u)),
          Map.entry(new ActivationRationalTanh(), (graph, u) -> graph.math().rationalTanh(u)),
          Map.entry(new ActivationRectifiedTanh(), (graph, u) -> graph.math().rectifiedTanh(u)));

  private SDActivations() {}

  /**
   * A(u).
   *
   * @throws IllegalArgumentException if there is no such operation
   */
  static SDVariable apply(SameDiff graph, IActivation activation, SDVariable u) {
    check(activation);
    return activation instanceof ActivationLReLU leaky
        ? graph.nn().leakyRelu(u, leaky.getAlpha())
        : PLAIN.get(activation).apply(graph, u);
  }

  /** Whether there is such an operation. */
  public static boolean has(IActivation activation) {
    return activation instanceof ActivationLReLU || PLAIN.containsKey(activation);
  }

  static void check(IActivation activation) {
    if (!has(activation)) {
      TreeSet<String> known = new TreeSet<>();
      PLAIN.keySet().forEach(a -> known.add(a.toString()));
      throw new IllegalArgumentException(
          "activation "
              + activation
              + " has no SameDiff operation here; there are "
              + known
              + " and leaky ReLU. Others can be a block: SDBlocks.function(…)");
    }
  }
}
