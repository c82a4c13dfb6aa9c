package org.iterativemaps.examples.golden;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.iterativemaps.kernel.Magnitude;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@code fixed_point}: a contracting map run until it stands still; its gradients are then those of
 * the implicit function theorem.
 */
final class FixedPointCheck implements CaseCheck {
  private static final int MOST_STEPS = 1 << 14;
  // sup |A'|, for the bound by the norm of the weights
  private static final Map<Activation, Double> STEEPEST =
      Map.of(
          Activation.IDENTITY, 1.0,
          Activation.TANH, 1.0,
          Activation.RELU, 1.0,
          Activation.ELU, 1.0,
          Activation.SIGMOID, 0.25);

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    GoldenModel model = GoldenModel.of(node);
    if (model.states().size() != 1) {
      throw new GoldenFormatException(node.path() + ".slots: expected one beside the input");
    }
    new Run(node, via, model, model.states().get(0), comparison).check();
  }

  /** One case, its fixed point found. */
  private static final class Run {
    private final GoldenNode node;
    private final Implementation via;
    private final GoldenModel model;
    private final GoldenModel.State slot;
    private final Comparison comparison;
    private final INDArray input;
    private final SequenceNetwork stepper;
    private final INDArray states; // [batch, step, size]
    private final INDArray end;

    Run(
        GoldenNode node,
        Implementation via,
        GoldenModel model,
        GoldenModel.State slot,
        Comparison comparison) {
      this.node = node;
      this.via = via;
      this.model = model;
      this.slot = slot;
      this.comparison = comparison;
      this.input = node.array("input");
      this.stepper = via.sequences(model, slot.name(), 1);
      this.states = untilStill();
      this.end = state(steps());
    }

    void check() {
      compareIteration();
      compareFixedPointAndGradients();
      compareJacobian();
    }

    private INDArray untilStill() {
      int least = node.series("increment_max").length;
      for (int steps = Math.max(64, least); steps <= MOST_STEPS; steps *= 2) {
        INDArray found = Stepping.states(via, model, slot.name(), input, steps);
        INDArray half = at(found, steps / 2).sub(at(found, steps / 2 - 1));
        if (Magnitude.largest(half) <= via.tolerance() / 100) {
          return found;
        }
      }
      throw new IllegalStateException("no fixed point after " + MOST_STEPS + " steps");
    }

    private int steps() {
      return (int) states.size(1);
    }

    /** After that many steps; zeros after none. */
    private INDArray state(int step) {
      return step == 0 ? Nd4j.zerosLike(at(states, 1)) : at(states, step);
    }

    private static INDArray at(INDArray states, int step) {
      return states.get(NDArrayIndex.all(), NDArrayIndex.point(step - 1), NDArrayIndex.all()).dup();
    }

    private void compareIteration() {
      double[] expectedMax = node.series("increment_max");
      double[] max = new double[expectedMax.length];
      double[] l2 = new double[expectedMax.length];
      double[] error = new double[steps()];
      for (int step = 1; step <= error.length; step++) {
        error[step - 1] = Magnitude.largestDifference(state(step), end);
        if (step <= max.length) {
          INDArray increment = state(step).sub(state(step - 1));
          max[step - 1] = Magnitude.largest(increment);
          l2[step - 1] = increment.norm2Number().doubleValue();
        }
      }
      comparison.compare("increment_max", expectedMax, max);
      comparison.compare("increment_l2", node.series("increment_l2"), l2);
      GoldenNode iterations = node.get("iterations");
      double tolerance = iterations.number("tolerance");
      if (tolerance < via.tolerance()) {
        comparison.note("iterations: not compared, their tolerance is finer than this way's");
        return;
      }
      comparison.compare(
          "iterations by increment_max",
          iterations.number("increment_max"),
          firstWithin(tolerance, max));
      via.stepsToSettle(model, slot.name(), input, tolerance)
          .ifPresent(
              steps ->
                  comparison.compare("steps to settle", iterations.number("increment_max"), steps));
      comparison.compare(
          "iterations by increment_l2",
          iterations.number("increment_l2"),
          firstWithin(tolerance, l2));
      comparison.compare(
          "iterations by error_max", iterations.number("error_max"), firstWithin(tolerance, error));
    }

    private static double firstWithin(double tolerance, double[] values) {
      return IntStream.range(0, values.length)
          .filter(i -> values[i] <= tolerance)
          .map(i -> i + 1)
          .findFirst()
          .orElse(-1);
    }

    private void compareFixedPointAndGradients() {
      MapNetwork network = via.oneInput(model, slot.name(), steps());
      INDArray weights = node.get("loss_weights").array(slot.name());
      INDArray found = network.output(input);
      comparison.compare("fixed_point", node.get("fixed_point").array(slot.name()), found);
      comparison.compare("loss", node.number("loss"), Compared.weightedSum(found, weights));
      Compared.gradients("", node.get("grad"), network.gradients(input, weights), comparison);
      INDArray residual = stepper.output(OneToken.expand(input), atEnd()).sub(OneToken.expand(end));
      comparison.compare("residual_max", node.number("residual_max"), Magnitude.largest(residual));
      comparison.compare("adjoint", node.array("adjoint"), adjoint(weights));
    }

    /**
     * The sum over k of transpose(J)^k G: at the fixed point, the gradient that reaches the initial
     * state if every step has the output gradient G.
     */
    private INDArray adjoint(INDArray outputGradient) {
      INDArray tokens = Stepping.tokens(model.injection(), input, steps());
      INDArray[] everyStep = new INDArray[steps()];
      Arrays.fill(everyStep, OneToken.expand(outputGradient));
      Gradients found = stepper.gradients(tokens, atEnd(), Nd4j.concat(1, everyStep));
      return outputGradient.add(found.initialState().get(slot.name()));
    }

    private void compareJacobian() {
      INDArray jacobian = jacobian();
      comparison.compare("jacobian", node.array("jacobian"), jacobian);
      double[] radii =
          IntStream.range(0, (int) input.size(0))
              .mapToDouble(b -> Spectra.radius(jacobian.slice(b)))
              .toArray();
      comparison.compare(
          "jacobian_spectral_radius", node.series("jacobian_spectral_radius"), radii);
      comparison.compare(
          "jacobian_spectral_radius_max",
          node.number("jacobian_spectral_radius_max"),
          Arrays.stream(radii).max().orElseThrow());
      INDArray feedback = stepper.weights().get(GoldenModel.key(slot.name(), slot.name()));
      double norm = Spectra.norm(feedback);
      comparison.compare("weight_hh_spectral_norm", node.number("weight_hh_spectral_norm"), norm);
      if (STEEPEST.containsKey(slot.activation())) {
        comparison.compare(
            "contraction_bound",
            node.number("contraction_bound"),
            norm * STEEPEST.get(slot.activation()));
      } else {
        comparison.note("contraction_bound: not compared for " + slot.activation());
      }
    }

    /** [batch, size, size], row = output unit: one back-propagation for every row. */
    private INDArray jacobian() {
      INDArray rows = Nd4j.zeros(input.dataType(), input.size(0), slot.size(), slot.size());
      for (int unit = 0; unit < slot.size(); unit++) {
        INDArray outputGradient = Nd4j.zeros(input.dataType(), input.size(0), 1, slot.size());
        outputGradient
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(unit))
            .assign(1);
        Gradients found = stepper.gradients(OneToken.expand(input), atEnd(), outputGradient);
        rows.get(NDArrayIndex.all(), NDArrayIndex.point(unit), NDArrayIndex.all())
            .assign(found.initialState().get(slot.name()));
      }
      return rows;
    }

    private Map<String, INDArray> atEnd() {
      return Map.of(slot.name(), end);
    }
  }
}
