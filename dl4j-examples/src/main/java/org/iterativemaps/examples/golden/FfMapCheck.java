package org.iterativemaps.examples.golden;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code ff_map_K}: K steps on one input; states, loss and gradients for several K. */
final class FfMapCheck implements CaseCheck {

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    GoldenModel model = GoldenModel.of(node);
    INDArray input = node.array("input");
    Stepping.compareTrajectories("", node.get("trajectory"), model, input, via, comparison);
    for (GoldenNode run : node.get("runs").elements()) {
      int steps = run.integer("K");
      String prefix = "K=" + steps + " ";
      for (String slot : run.get("final").fields()) {
        comparison.compare(
            prefix + "final " + slot,
            run.get("final").array(slot),
            via.oneInput(model, slot, steps).output(input));
      }
      MapNetwork network = via.oneInput(model, "y", steps);
      INDArray weights = node.get("loss_weights").array("y");
      comparison.compare(
          prefix + "loss",
          run.number("loss"),
          Compared.weightedSum(network.output(input), weights));
      Compared.gradients(prefix, run.get("grad"), network.gradients(input, weights), comparison);
    }
  }
}
