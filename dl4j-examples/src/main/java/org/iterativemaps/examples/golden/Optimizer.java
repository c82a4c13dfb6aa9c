package org.iterativemaps.examples.golden;

import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** The optimizers of the training files as ND4J's updaters. */
enum Optimizer {
  SGD {
    @Override
    IUpdater updater(GoldenNode optimizer) {
      return new Sgd(optimizer.number("lr"));
    }
  },
  ADAM {
    @Override
    IUpdater updater(GoldenNode optimizer) {
      return new Adam(
          optimizer.number("lr"),
          optimizer.number("beta1"),
          optimizer.number("beta2"),
          optimizer.number("eps"));
    }

    /** ND4J adds epsilon to sqrt(v) before the bias correction. */
    @Override
    GoldenNode trajectory(GoldenNode node) {
      return node.get("uncorrected_epsilon");
    }
  };

  abstract IUpdater updater(GoldenNode optimizer);

  /** Where a case has the numbers of this optimizer as ND4J computes it. */
  GoldenNode trajectory(GoldenNode node) {
    return node;
  }

  IUpdater of(GoldenNode node) {
    GoldenNode optimizer = node.get("optimizer");
    if (!optimizer.text("type").equalsIgnoreCase(name())) {
      throw new GoldenFormatException(
          optimizer.path() + ".type: found '" + optimizer.text("type") + "', expected " + this);
    }
    return updater(optimizer);
  }
}
