package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gradients of a map that settles, from two of its stationary states and nothing else.
 *
 * <p>The map settles at s_0 = f(W s_0 + V x + b). Then the error of its output is fed back into the
 * sums of the output's units, and it settles again:
 *
 * <pre>    s_b  =  f(W s_b + V x + b - beta dL/dy(s_0))
 *
 *    dL/dW[to, from]  ~  (s_0 - s_b)[to] s_0[from] / beta        and of V and b likewise</pre>
 *
 * <p>With D = diag f' and g = dL/ds the first factor goes to (D^-1 - W)^-1 g as beta goes to 0. The
 * gradient of the fixed point has the transpose of W there. So the two are the same where W, the
 * weights among all state units together, is symmetric; else the feedback goes by the wrong
 * weights.
 *
 * <p>Sources: Scellier, Bengio, "Equilibrium Propagation" (2017), arXiv:1602.05179, for symmetric
 * weights, where s_0 is the minimum of an energy; Scellier, Goyal, Binas, Mesnard, Bengio,
 * "Generalization of Equilibrium Propagation to Vector Field Dynamics" (2018), arXiv:1808.04873,
 * for any weights, whose rule this is. In both the error that is fed back is that of the output as
 * it moves; here it is that of s_0, which leaves all settling to the layer. The state differs by it
 * in the second order of beta, the estimate, which is divided by beta, in the first.
 *
 * @param parameters gradients by key, the mean over the samples
 * @param freeSteps steps until s_0, the mean over the samples
 * @param nudgedSteps steps from there until s_b
 */
record NudgedGradient(Map<String, double[]> parameters, double freeSteps, double nudgedSteps) {

  /** One state, all slots side by side, and how many steps it took. */
  private record Stationary(INDArray output, Map<String, INDArray> slots, double steps) {}

  /**
   * Settles twice.
   *
   * @param network a recurrent map that goes on until it has settled and starts where it was, then
   *     a loss whose gradient is 2 (output - labels), that is |output - labels|²; the last numbers
   *     of the input are those that are fed back
   * @param data [samples, inputs], [samples, outputs]
   * @param beta above 0
   */
  static NudgedGradient of(MultiLayerNetwork network, DataSet data, double beta) {
    if (!(beta > 0 && beta < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "beta: found " + beta + ", expected a finite number above 0");
    }
    network.rnnClearPreviousState();
    INDArray labels = data.getLabels().castTo(DataType.DOUBLE);
    INDArray pixels = data.getFeatures().castTo(DataType.DOUBLE);
    Stationary free = settle(network, pixels, Nd4j.zerosLike(labels));
    INDArray error = free.output.sub(labels).muli(2); // dL/dy of L = |y - t|²
    Stationary nudged = settle(network, pixels, error.mul(-beta));
    network.rnnClearPreviousState();
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    Map<String, INDArray> before = new HashMap<>(free.slots);
    before.put(weights.map().input().name(), Nd4j.hstack(pixels, Nd4j.zerosLike(labels)));
    Map<String, INDArray> errors = new HashMap<>();
    free.slots.forEach(
        (slot, s) -> errors.put(slot, s.sub(nudged.slots.get(slot)).divi(beta * s.size(0))));
    return new NudgedGradient(outer(weights, errors, before), free.steps, nudged.steps);
  }

  private static Stationary settle(MultiLayerNetwork network, INDArray pixels, INDArray fedBack) {
    INDArray output = network.rnnTimeStep(Nd4j.hstack(pixels, fedBack)).dup();
    RunningMap layer = (RunningMap) network.getLayer(0);
    Map<String, INDArray> state = network.rnnGetPreviousState(0);
    Map<String, INDArray> slots = new HashMap<>();
    layer.running().map().slots().stream()
        .filter(slot -> !slot.isInput())
        .forEach(slot -> slots.put(slot.name(), state.get(slot.name()).dup()));
    SettlingReport report = layer.settlingForward().orElseThrow();
    return new Stationary(output, slots, report.meanSteps());
  }

  /** error[to] x before[from], summed over the samples: what each weight can know where it is. */
  private static Map<String, double[]> outer(
      MapWeights weights, Map<String, INDArray> errors, Map<String, INDArray> before) {
    Map<String, double[]> gradients = new HashMap<>();
    for (RealizedBlock block : weights.realized().blocks()) {
      if (block.block().isTrainable()) {
        String from = block.block().from();
        String to = block.block().to();
        INDArray product = errors.get(to).transpose().mmul(before.get(from));
        double[] all = product.dup('c').data().asDouble();
        long[] cells = block.mask().copyCells();
        gradients.put(
            Parameter.weightKey(from, to),
            Arrays.stream(cells).mapToDouble(cell -> all[(int) cell]).toArray());
      }
    }
    errors.forEach(
        (slot, e) -> gradients.put(Parameter.biasKey(slot), LayerWeights.numbers(e.sum(0))));
    return gradients;
  }

  /**
   * The gradient of the fixed point by the layer's own way back, for comparison.
   *
   * @param network as in {@link #of}
   * @param data as in {@link #of}
   */
  static NudgedGradient exact(MultiLayerNetwork network, DataSet data) {
    INDArray labels = data.getLabels().castTo(DataType.DOUBLE);
    INDArray pixels = data.getFeatures().castTo(DataType.DOUBLE);
    long samples = labels.size(0);
    INDArray token = Nd4j.hstack(pixels, Nd4j.zerosLike(labels));
    network.rnnClearPreviousState();
    network.setInput(token.reshape(samples, token.size(1), 1));
    network.setLabels(labels.reshape(samples, labels.size(1), 1));
    network.computeGradientAndScore();
    Map<String, double[]> gradients = new HashMap<>();
    network
        .gradient()
        .gradientForVariable()
        .forEach(
            (key, gradient) ->
                gradients.put(
                    key.substring(key.indexOf('_') + 1),
                    LayerWeights.numbers(gradient.div(samples))));
    RunningMap layer = (RunningMap) network.getLayer(0);
    return new NudgedGradient(
        gradients,
        layer.settlingForward().orElseThrow().meanSteps(),
        layer.settlingBackward().orElseThrow().meanSteps());
  }
}
