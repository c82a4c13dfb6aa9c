package org.iterativemaps.examples.golden;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code rnn_seq}: K steps per token of a sequence; a loss on each of two slots. */
final class RnnSeqCheck implements CaseCheck {

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    GoldenModel model = GoldenModel.of(node);
    INDArray input = node.array("input");
    for (GoldenNode run : node.get("runs").elements()) {
      for (String slot : run.get("losses").fields()) {
        String prefix = "K=" + run.integer("K") + " " + slot + " ";
        SequenceNetwork network = via.sequences(model, slot, run.integer("K"));
        INDArray output = network.output(input);
        INDArray weights = node.get("loss_weights").array(slot);
        GoldenNode loss = run.get("losses").get(slot);
        comparison.compare(prefix + "sequence", run.array(slot), output);
        comparison.compare(
            prefix + "loss", loss.number("loss"), Compared.weightedSum(output, weights));
        Compared.gradients(prefix, loss.get("grad"), network.gradients(input, weights), comparison);
      }
    }
  }
}
