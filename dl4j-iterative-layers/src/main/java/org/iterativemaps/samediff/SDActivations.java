package org.iterativemaps.samediff;

import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Mish;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
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
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** DL4J's activations, and ours, as SameDiff operations. */
final class SDActivations {
  private static final double GELU_CUT = 20;
  private static final double SOFTPLUS_CUT = 40;

  private static final Map<IActivation, BiFunction<SameDiff, SDVariable, SDVariable>> PLAIN =
      Map.ofEntries(
          Map.entry(new ActivationIdentity(), (graph, u) -> u),
          Map.entry(new ActivationTanH(), (graph, u) -> graph.nn().tanh(u)),
          Map.entry(new ActivationSigmoid(), (graph, u) -> graph.nn().sigmoid(u)),
          Map.entry(new ActivationReLU(), (graph, u) -> graph.nn().relu(u, 0)),
          Map.entry(new ActivationReLU6(), (graph, u) -> graph.nn().relu6(u, 0)),
          Map.entry(new ActivationELU(), (graph, u) -> graph.nn().elu(u)),
          Map.entry(new ActivationSELU(), (graph, u) -> graph.nn().selu(u)),
          Map.entry(new Gelu(), SDActivations::gelu),
          Map.entry(new TanhGelu(), SDActivations::tanhGelu),
          Map.entry(new Mish(), (graph, u) -> u.mul(graph.nn().tanh(softplus(graph, 1, u)))),
          Map.entry(new ActivationSoftSign(), (graph, u) -> graph.nn().softsign(u)),
          Map.entry(new ActivationSoftmax(), (graph, u) -> graph.nn().softmax(u, -1)),
          Map.entry(new ActivationHardTanH(), (graph, u) -> graph.nn().hardTanh(u)),
          Map.entry(new ActivationHardSigmoid(), (graph, u) -> graph.nn().hardSigmoid(u)),
          Map.entry(new ActivationCube(), (graph, u) -> graph.math().cube(u)),
          Map.entry(new ActivationRationalTanh(), (graph, u) -> graph.math().rationalTanh(u)),
          Map.entry(new ActivationRectifiedTanh(), (graph, u) -> graph.math().rectifiedTanh(u)));

  private SDActivations() {}

  /**
   * A(u). ND4J's SOFTPLUS, SWISH, MISH and GELU as {@link StableActivations#sameFunction}.
   *
   * @throws IllegalArgumentException if there is no such operation
   */
  static SDVariable apply(SameDiff graph, IActivation activation, SDVariable u) {
    check(activation);
    IActivation stable = StableActivations.sameFunction(activation);
    if (stable instanceof ActivationLReLU leaky) {
      return graph.nn().leakyRelu(u, leaky.getAlpha());
    } else if (stable instanceof Swish swish) {
      return u.mul(graph.nn().sigmoid(swish.beta() == 1 ? u : u.mul(swish.beta())));
    } else if (stable instanceof Softplus softplus) {
      return softplus(graph, softplus.beta(), u);
    }
    return PLAIN.get(stable).apply(graph, u);
  }

  private static SDVariable gelu(SameDiff graph, SDVariable u) {
    return u.mul(0.5).mul(graph.math().erfc(u.mul(-Math.sqrt(0.5))));
  }

  private static SDVariable tanhGelu(SameDiff graph, SDVariable u) {
    SDVariable near = graph.math().clipByValue(u, -GELU_CUT, GELU_CUT); // z³ leaves FLOAT's range
    SDVariable cubic = near.mul(near).mul(0.044715).add(1).mul(near);
    return u.mul(graph.nn().sigmoid(cubic.mul(2 * Math.sqrt(2 / Math.PI))));
  }

  /**
   * log(1 + exp(min(x, cut))) + max(x - cut, 0), x = beta u, over beta: beyond the cut log(1 +
   * exp(x)) is x in every precision. Unlike max(x, 0) + log(1 + exp(-|x|)) it has no kink at 0,
   * where operations differ in what they take as derivative.
   */
  private static SDVariable softplus(SameDiff graph, double beta, SDVariable u) {
    SDVariable x = beta == 1 ? u : u.mul(beta);
    SDVariable beyond = graph.nn().relu(x.sub(SOFTPLUS_CUT), 0);
    SDVariable sum = graph.math().log1p(graph.math().exp(x.sub(beyond))).add(beyond);
    return beta == 1 ? sum : sum.div(beta);
  }

  /** Whether there is such an operation. */
  static boolean has(IActivation activation) {
    IActivation stable = StableActivations.sameFunction(activation);
    return stable instanceof ActivationLReLU
        || stable instanceof Swish
        || stable instanceof Softplus
        || PLAIN.containsKey(stable);
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
              + ", Swish, Softplus and leaky ReLU. Others can be a block: new SDFunction(name, 1, code)");
    }
  }
}
