package org.iterativemaps.examples.golden;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A sequence network on sequences of one token, as a network on single inputs.
 *
 * @param sequences the network
 */
record OneToken(SequenceNetwork sequences) implements MapNetwork {

  @Override
  public INDArray output(INDArray input) {
    return squeeze(sequences.output(expand(input)));
  }

  @Override
  public Gradients gradients(INDArray input, INDArray outputGradient) {
    Gradients found = sequences.gradients(expand(input), expand(outputGradient));
    return new Gradients(squeeze(found.input()), found.weights(), found.biases(), Map.of());
  }

  @Override
  public Map<String, INDArray> weights() {
    return sequences.weights();
  }

  @Override
  public Map<String, INDArray> biases() {
    return sequences.biases();
  }

  /** [batch, feature] to [batch, 1, feature]. */
  static INDArray expand(INDArray input) {
    return input.dup('c').reshape('c', input.size(0), 1, input.size(1));
  }

  private static INDArray squeeze(INDArray sequence) {
    return sequence.dup('c').reshape('c', sequence.size(0), sequence.size(2));
  }
}
