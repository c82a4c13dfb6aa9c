package org.iterativemaps.examples.golden;

import org.iterativemaps.examples.golden.GoldenModel.State;
import org.iterativemaps.map.Injection;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The internal steps of one token made visible: a sequence network with K = 1 that is fed the same
 * token again and again (hold), or the token and then zeros (impulse).
 */
final class Stepping {
  private Stepping() {}

  /** [batch, step, size]: a slot after 1 … steps steps. */
  static INDArray states(
      Implementation via, GoldenModel model, String slot, INDArray input, int steps) {
    return via.sequences(model, slot, 1).output(tokens(model.injection(), input, steps));
  }

  /** [batch, step, size]: what is in the input slot before each of the steps. */
  static INDArray tokens(Injection injection, INDArray input, int steps) {
    INDArray first = OneToken.expand(input);
    INDArray[] tokens = new INDArray[steps];
    for (int step = 0; step < steps; step++) {
      tokens[step] = step == 0 || injection == Injection.HOLD ? first : Nd4j.zerosLike(first);
    }
    return Nd4j.concat(1, tokens);
  }

  /** Compares {@code {slot: [step, batch, size]}} for all slots, step 0 being the start. */
  static void compareTrajectories(
      String prefix,
      GoldenNode trajectory,
      GoldenModel model,
      INDArray input,
      Implementation via,
      Comparison comparison) {
    String inputSlot = model.input().name();
    INDArray inputs = trajectory.array(inputSlot);
    int steps = (int) inputs.size(0) - 1;
    comparison.compare(
        prefix + "trajectory " + inputSlot,
        inputs,
        tokens(model.injection(), input, steps + 1).permute(1, 0, 2));
    for (State state : model.states()) {
      INDArray start = Nd4j.zeros(inputs.dataType(), input.size(0), 1, state.size());
      INDArray found = Nd4j.concat(1, start, states(via, model, state.name(), input, steps));
      comparison.compare(
          prefix + "trajectory " + state.name(),
          trajectory.array(state.name()),
          found.permute(1, 0, 2));
    }
  }
}
