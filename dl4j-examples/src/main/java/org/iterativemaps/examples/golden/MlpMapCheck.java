package org.iterativemaps.examples.golden;

import org.iterativemaps.map.Injection;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code mlp_map}: a strictly block-triangular map is an MLP: at its depth, from there on if the
 * input is held, never again if it was an impulse.
 */
final class MlpMapCheck implements CaseCheck {

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    GoldenModel model = GoldenModel.of(node);
    INDArray input = node.array("input");
    INDArray mlp = node.array("mlp_output");
    INDArray atZero = node.array("mlp_output_at_zero_input");
    int depth = node.integer("depth");
    GoldenModel held = model.withInjection(Injection.HOLD);
    comparison.compare(
        "mlp_output_at_zero_input",
        atZero,
        via.oneInput(held, "y", depth).output(Nd4j.zerosLike(input)));
    for (Injection injection : Injection.values()) {
      String name = injection.name().toLowerCase(java.util.Locale.ROOT);
      GoldenModel injected = model.withInjection(injection);
      GoldenNode run = node.get(name);
      GoldenNode trajectory = run.get("trajectory");
      Stepping.compareTrajectories(name + " ", trajectory, injected, input, via, comparison);
      for (int steps = 1; steps <= run.integer("steps"); steps++) {
        String quantity = name + " y at K=" + steps;
        INDArray y = via.oneInput(injected, "y", steps).output(input);
        comparison.compare(quantity, trajectory.array("y").slice(steps), y);
        if (steps >= depth) {
          boolean isMlp = injection == Injection.HOLD || steps == depth;
          comparison.compare(
              quantity + (isMlp ? " as mlp_output" : " as mlp_output_at_zero_input"),
              isMlp ? mlp : atZero,
              y);
        }
      }
    }
  }
}
