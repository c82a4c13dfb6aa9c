package org.iterativemaps.examples;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/** How plans become networks, and how these are trained. */
interface ProportionRecipe {

  /**
   * The network of a plan.
   *
   * @param plan its sizes and densities
   * @param task what it learns
   * @param rate of learning, at the start
   * @param seed of masks and weights
   * @return a network for sequences
   */
  MultiLayerConfiguration network(ProportionPlan plan, ProportionTask task, double rate, long seed);
}
