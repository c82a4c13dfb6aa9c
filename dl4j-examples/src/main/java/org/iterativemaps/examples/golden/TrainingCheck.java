package org.iterativemaps.examples.golden;

import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * {@code masked_linear_training} and {@code adam_training}: the loss before every update, and where
 * training ends; what is off the masks does not change by a bit.
 *
 * @param optimizer that the files of this kind are trained with
 */
record TrainingCheck(Optimizer optimizer) implements CaseCheck {
  private static final IUpdater NEVER = new Sgd(0);

  @Override
  public void check(GoldenNode node, Via via, Comparison comparison) {
    GoldenModel model = GoldenModel.of(node);
    INDArray input = node.array("input");
    INDArray target = node.array("target");
    IUpdater updater = optimizer.of(node);
    TrainableNetwork network =
        via.trainable(
            model, "y", node.integer("K"), updater, node.flag("bias_trained") ? updater : NEVER);
    comparison.compare(
        "initial_prediction", node.array("initial_prediction"), network.output(input));
    Compared.gradients(
        "first ", node.get("first_gradient"), network.lossGradients(input, target), comparison);
    double[] losses = new double[node.integer("steps")];
    for (int step = 0; step < losses.length; step++) {
      losses[step] = network.fit(input, target);
    }
    GoldenNode end = optimizer.trajectory(node);
    comparison.compare("loss before update", end.series("loss"), losses);
    comparison.compare("final_loss", end.number("final_loss"), network.loss(input, target));
    comparison.compare("final_prediction", end.array("final_prediction"), network.output(input));
    Compared.byName("final_weight ", end.get("final_weight"), network.weights(), comparison);
    Compared.byName("final_bias ", end.get("final_bias"), network.biases(), comparison);
    compareOffMask(model, network.weights(), via, comparison);
    if (end != node) {
      comparison.note(
          String.format(
              Locale.ROOT,
              "compared with 'uncorrected_epsilon', the form of Adam that ND4J computes; the final"
                  + " weights of torch's form, which are not compared, differ by up to %.1e",
              gap(node, end)));
    }
  }

  private static void compareOffMask(
      GoldenModel model, Map<String, INDArray> found, Via via, Comparison comparison) {
    model
        .blocks()
        .forEach(
            (key, block) -> {
              INDArray offMask = block.mask().rsub(1);
              INDArray rounded = block.weight().castTo(via.dataType()).castTo(DataType.DOUBLE);
              comparison.compareExactly(
                  "off-mask weight " + key, rounded.mul(offMask), found.get(key).mul(offMask));
            });
  }

  private static double gap(GoldenNode node, GoldenNode other) {
    double largest = 0;
    for (String key : node.get("final_weight").fields()) {
      INDArray difference =
          node.get("final_weight").array(key).sub(other.get("final_weight").array(key));
      largest = Math.max(largest, difference.amaxNumber().doubleValue());
    }
    return largest;
  }
}
