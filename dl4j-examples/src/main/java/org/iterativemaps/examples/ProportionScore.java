package org.iterativemaps.examples;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** How trained networks of a {@link ProportionTask} are judged; more is better. */
interface ProportionScore {

  /** What it is called, such as "accuracy". */
  String name();

  /** End of its pictures' names. */
  default String file() {
    return name();
  }

  /**
   * What no training gives.
   *
   * @param task that is learned
   * @return a few words, such as "chance: 1 in 10"
   */
  String baseline(ProportionTask task);

  /**
   * Judges a network.
   *
   * @param network trained
   * @param data not trained with
   */
  double of(MultiLayerNetwork network, DataSetIterator data);

  /**
   * Another figure of the same network, which nothing is decided by.
   *
   * @param network trained
   * @param seed of the training
   * @return NaN if there is none
   */
  default double beside(MultiLayerNetwork network, long seed) {
    return Double.NaN;
  }

  /** What the other figure is called; empty if there is none. */
  default String besideName() {
    return "";
  }

  /**
   * Whether a plan has learned anything.
   *
   * @param scores of its trainings
   * @param task that was learned
   */
  boolean hasLearned(double[] scores, ProportionTask task);
}
