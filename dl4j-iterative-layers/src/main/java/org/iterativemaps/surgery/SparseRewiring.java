package org.iterativemaps.surgery;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.map.change.RewiringSchedule;

/**
 * Moves weights to better places while the network trains; their number stays what it was.
 *
 * <pre>{@code
 * network.addListeners(
 *     SparseRewiring.byGradient(BlockChoice.all(), new RewiringSchedule(0.3, 100, 75_000, 100)));
 * network.fit(data, epochs);
 * }</pre>
 *
 * <p>What it does depends on the network's iteration count, weights and batch, and on a seed: a
 * network saved in the middle, loaded, and given a listener of the same settings trains on as if it
 * had not stopped.
 *
 * <p>Sources: RigL: Evci et al., arXiv:1911.11134 (2019); SET: Mocanu et al., Nature Communications
 * 9 (2018).
 */
public final class SparseRewiring extends BaseTrainingListener {
  private final BlockChoice blocks;
  private final RewiringSchedule schedule;
  private final Long seed; // null: by gradient

  private SparseRewiring(BlockChoice blocks, RewiringSchedule schedule, Long seed) {
    this.blocks = Arguments.given("blocks", blocks);
    this.schedule = Arguments.given("schedule", schedule);
    this.seed = seed;
  }

  /**
   * Grows where the loss is steepest (RigL). Each rewiring costs one training step with dense
   * blocks, and a second network in memory while it lasts.
   *
   * @param blocks what to rewire
   * @param schedule when, and how much
   */
  public static SparseRewiring byGradient(BlockChoice blocks, RewiringSchedule schedule) {
    return new SparseRewiring(blocks, schedule, null);
  }

  /**
   * Grows at random places (SET).
   *
   * @param blocks what to rewire
   * @param schedule when, and how much
   * @param seed where the places come from
   */
  public static SparseRewiring atRandom(BlockChoice blocks, RewiringSchedule schedule, long seed) {
    return new SparseRewiring(blocks, schedule, seed);
  }

  /** Rewires if it is time to. */
  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    if (!schedule.isDue(iteration)) {
      return;
    }
    double fraction = schedule.at(iteration);
    if (seed == null) {
      Surgery.rewireByGradient(model, blocks, fraction);
    } else {
      Surgery.rewireAtRandom(model, blocks, fraction, seed, "iteration " + iteration);
    }
  }
}
