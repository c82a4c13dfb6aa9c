package org.iterativemaps.examples.golden;

import org.iterativemaps.examples.golden.Optimizer.Trajectory;
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

  @Override
  public void check(GoldenNode node, Implementation via, Comparison comparison) {
    GoldenModel model = GoldenModel.of(node);
    INDArray input = node.array("input");
    INDArray target = node.array("target");
    for (Trajectory trajectory : optimizer.trajectories(node)) {
      TrainableNetwork network = network(node, model, via);
      comparison.compare(
          "initial_prediction", node.array("initial_prediction"), network.output(input));
      Compared.gradients(
          "first ", node.get("first_gradient"), network.lossGradients(input, target), comparison);
      double[] losses = new double[node.integer("steps")];
      for (int step = 0; step < losses.length; step++) {
        trajectory.beforeUpdate().change(network, step + 1);
        losses[step] = network.fit(input, target);
      }
      String prefix = trajectory.prefix();
      GoldenNode expected = trajectory.expected();
      comparison.compare(prefix + "loss before update", expected.series("loss"), losses);
      comparison.compare(
          prefix + "final_loss", expected.number("final_loss"), network.loss(input, target));
      comparison.compare(
          prefix + "final_prediction", expected.array("final_prediction"), network.output(input));
      Compared.byName(
          prefix + "final_weight ", expected.get("final_weight"), network.weights(), comparison);
      Compared.byName(
          prefix + "final_bias ", expected.get("final_bias"), network.biases(), comparison);
      compareOffMask(prefix, model, network, via, comparison);
    }
    if (optimizer == Optimizer.ADAM) {
      comparison.note(
          "ND4J's Adam computes the 'uncorrected_epsilon' form; torch's form was checked with"
              + " epsilon * sqrt(1 - beta2^n) set before the n-th update");
    }
  }

  private TrainableNetwork network(GoldenNode node, GoldenModel model, Implementation via) {
    IUpdater updater = optimizer.updater(node);
    IUpdater biasUpdater = node.flag("bias_trained") ? updater : new Sgd(0);
    return via.trainable(model, "y", node.integer("K"), updater, biasUpdater);
  }

  private static void compareOffMask(
      String prefix,
      GoldenModel model,
      MapNetwork network,
      Implementation via,
      Comparison comparison) {
    model
        .blocks()
        .forEach(
            (key, block) -> {
              INDArray offMask = block.mask().rsub(1);
              INDArray rounded = block.weight().castTo(via.dataType()).castTo(DataType.DOUBLE);
              comparison.compareExactly(
                  prefix + "off-mask weight " + key,
                  rounded.mul(offMask),
                  network.weights().get(key).mul(offMask));
            });
  }
}
