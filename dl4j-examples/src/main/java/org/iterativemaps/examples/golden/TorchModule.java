package org.iterativemaps.examples.golden;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A recurrent module of PyTorch as a map with K = 1, and what files have of all of them: outputs,
 * last states, the loss and its gradients, from zeros and from another state.
 *
 * @param network the map
 * @param states the slots that carry over from token to token; h is read
 * @param fromInput the slots that the blocks of rows of {@code weight_ih} and {@code bias_ih} lead
 *     to, in their order
 * @param fromHidden the same of {@code weight_hh} and {@code bias_hh}
 */
record TorchModule(
    SequenceNetwork network, List<String> states, List<String> fromInput, List<String> fromHidden) {
  static final String INPUT = "x";
  static final String HIDDEN = "h";

  /** Compares all runs of a case. */
  void compare(GoldenNode node, Comparison comparison) {
    INDArray input = node.array("input");
    INDArray weights = node.get("loss_weights").array("output");
    for (GoldenNode run : node.get("runs").elements()) {
      String prefix = run.text("initial_state") + " h0: ";
      Map<String, INDArray> start = new HashMap<>();
      states.forEach(slot -> start.put(slot, run.array(slot + "0")));
      INDArray output = network.output(input, start);
      comparison.compare(prefix + "output", run.array("output"), output);
      Map<String, INDArray> last = network.lastState(input, start);
      for (String slot : states) {
        comparison.compare(prefix + slot + "_n", run.array(slot + "_n"), last.get(slot));
      }
      comparison.compare(
          prefix + "loss", run.number("loss"), Compared.weightedSum(output, weights));
      compareGradients(
          prefix + "grad ", run.get("grad"), network.gradients(input, start, weights), comparison);
    }
  }

  private void compareGradients(
      String prefix, GoldenNode grad, Gradients found, Comparison comparison) {
    comparison.compare(prefix + "input", grad.array("input"), found.input());
    for (String slot : states) {
      comparison.compare(
          prefix + slot + "0", grad.array(slot + "0"), found.initialState().get(slot));
    }
    compareRows(prefix + "weight_ih", grad, fromInput, weightsFrom(INPUT, found), comparison);
    compareRows(prefix + "weight_hh", grad, fromHidden, weightsFrom(HIDDEN, found), comparison);
    compareRows(prefix + "bias_ih", grad, fromInput, found.biases()::get, comparison);
    compareRows(prefix + "bias_hh", grad, fromHidden, found.biases()::get, comparison);
  }

  private static Function<String, INDArray> weightsFrom(String source, Gradients found) {
    return target -> found.weights().get(GoldenModel.key(target, source));
  }

  private static void compareRows(
      String quantity,
      GoldenNode grad,
      List<String> targets,
      Function<String, INDArray> found,
      Comparison comparison) {
    INDArray rows = Nd4j.concat(0, targets.stream().map(found).toArray(INDArray[]::new));
    String field = quantity.substring(quantity.lastIndexOf(' ') + 1);
    comparison.compare(quantity, grad.array(field), rows);
  }
}
