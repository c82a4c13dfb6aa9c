package org.iterativemaps.examples.golden;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** The optimizers of the training files as ND4J's updaters. */
enum Optimizer {
  SGD(Set.of("type", "lr")) {
    @Override
    IUpdater make(GoldenNode optimizer) {
      return new Sgd(optimizer.number("lr"));
    }

    @Override
    List<Trajectory> trajectories(GoldenNode node) {
      return List.of(new Trajectory("", node, (network, update) -> {}));
    }
  },

  ADAM(Set.of("type", "lr", "beta1", "beta2", "eps")) {
    @Override
    IUpdater make(GoldenNode optimizer) {
      return new Adam(
          optimizer.number("lr"),
          optimizer.number("beta1"),
          optimizer.number("beta2"),
          optimizer.number("eps"));
    }

    /**
     * ND4J adds epsilon to sqrt(v) before the bias correction. With epsilon sqrt(1 - beta2^n) in
     * its n-th update it computes torch's form.
     */
    @Override
    List<Trajectory> trajectories(GoldenNode node) {
      GoldenNode optimizer = node.get("optimizer");
      double epsilon = optimizer.number("eps");
      double beta2 = optimizer.number("beta2");
      return List.of(
          new Trajectory(
              "uncorrected_epsilon ", node.get("uncorrected_epsilon"), (network, update) -> {}),
          new Trajectory(
              "torch ",
              node,
              (network, update) ->
                  setEpsilon(network, epsilon * Math.sqrt(1 - Math.pow(beta2, update)))));
    }
  };

  private final Set<String> options;

  Optimizer(Set<String> options) {
    this.options = options;
  }

  /**
   * A way of training and the numbers it leads to.
   *
   * @param prefix of its quantities in messages
   * @param expected where the case has loss, final_loss, final_weight, …
   * @param beforeUpdate what to change before each update
   */
  record Trajectory(String prefix, GoldenNode expected, BeforeUpdate beforeUpdate) {}

  /** Changes a network's updaters before its n-th update, counted from 1. */
  interface BeforeUpdate {
    void change(TrainableNetwork network, int update);
  }

  abstract IUpdater make(GoldenNode optimizer);

  abstract List<Trajectory> trajectories(GoldenNode node);

  /** The updater of a case. */
  IUpdater updater(GoldenNode node) {
    GoldenNode optimizer = node.get("optimizer");
    if (!optimizer.text("type").equalsIgnoreCase(name())) {
      throw new GoldenFormatException(
          optimizer.path() + ".type: found '" + optimizer.text("type") + "', expected " + this);
    }
    Set<String> unknown = new HashSet<>(optimizer.fields());
    unknown.removeAll(options);
    if (!unknown.isEmpty()) {
      throw new GoldenFormatException(optimizer.path() + ": unknown options " + unknown);
    }
    return make(optimizer);
  }

  private static void setEpsilon(TrainableNetwork network, double epsilon) {
    for (IUpdater updater : network.updaters()) {
      if (updater instanceof Adam adam) {
        adam.setEpsilon(epsilon);
      }
    }
  }
}
