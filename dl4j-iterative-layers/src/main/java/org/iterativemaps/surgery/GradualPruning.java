package org.iterativemaps.surgery;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.SparsitySchedule;

/**
 * Prunes a network by magnitude while it trains, along a schedule.
 *
 * <pre>{@code
 * network.addListeners(
 *     new GradualPruning(BlockChoice.all(), SparsitySchedule.cubic(0.9, 1000, 5000, 100), Scope.GLOBAL));
 * network.fit(data, epochs);
 * }</pre>
 *
 * <p>What it does depends on the network's iteration count and weights alone: a network saved in
 * the middle, loaded, and given a listener of the same settings trains on as if it had not stopped.
 *
 * <p>Source of the schedule: Zhu, Gupta, arXiv:1710.01878 (2017).
 */
public final class GradualPruning extends BaseTrainingListener {
  private final BlockChoice blocks;
  private final SparsitySchedule schedule;
  private final Scope scope;

  /**
   * A listener for one network or several.
   *
   * @param blocks what to prune
   * @param schedule when, and how far
   * @param scope whether each block reaches the sparsity, or all of them together
   */
  public GradualPruning(BlockChoice blocks, SparsitySchedule schedule, Scope scope) {
    this.blocks = Arguments.given("blocks", blocks);
    this.schedule = Arguments.given("schedule", schedule);
    this.scope = Arguments.given("scope", scope);
  }

  /** Prunes if it is time to. */
  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    if (schedule.isDue(iteration)) {
      Surgery.prune(model, blocks, schedule.at(iteration), scope);
    }
  }
}
