package org.iterativemaps.spark;

import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.nn.api.Model;

/**
 * Trains any network of DL4J, with maps or without, on Apache Spark.
 *
 * <pre>{@code
 * SparkSettings settings =
 *     SparkSettings.builder().epochs(5).batchSize(32).localSteps(10).seed(1).build();
 * SparkMaps.fit(network, data, settings);   // data: a JavaRDD of DataSets
 * }</pre>
 *
 * <p>Each partition of the data has a replica of the network. In a round every replica takes up to
 * {@code localSteps} steps; then parameters and updater state are averaged, weighted by examples:
 *
 * <pre>
 *   theta  &lt;-  sum_p n_p theta_p / sum_p n_p
 * </pre>
 *
 * <p>and the average is what all start the next round with. {@link AveragingPlan} says who sees
 * what when; the result depends on the plan and the data alone. Executors that are lost, tasks that
 * are done twice and the order in which they end change nothing; nor does how many executors there
 * are, if they compute alike (the same kernel, CPU features and number of threads).
 *
 * <p>What travels: down, the numbers of the network once in a round, as floats (a DOUBLE network's
 * as doubles), and the configuration with its masks when it has changed; up, one vector of doubles
 * from each worker. Map layers have parameters for weights that exist and no others, so bytes fall
 * with the density.
 *
 * <p>Listeners of the network are called on the driver only, after each round, as DL4J calls them:
 * {@code iterationDone} for every iteration number that the round has passed, in order, on the
 * averaged network; {@code onEpochStart} and {@code onEpochEnd}. So {@code GradualPruning} and
 * {@code SparseRewiring} work as they are: what is due within a round happens at its end, once for
 * all, and all workers have the new masks in the next one. {@code SparseRewiring.byGradient} needs
 * {@link SparkSettings.Builder#listenerBatch}.
 */
public final class SparkMaps {
  private SparkMaps() {}

  /**
   * Trains a network in place.
   *
   * @param network a MultiLayerNetwork or ComputationGraph that has been initialised; changed, its
   *     iteration and epoch counts too. If something is thrown, it is as after the last whole round
   * @param rdd of {@code DataSet}s or {@code MultiDataSet}s, each with any number of examples; all
   *     examples of the same shape, but for the lengths of sequences. It must give the same
   *     examples in the same order whenever Spark computes it
   * @param settings how
   * @throws IllegalArgumentException if an argument is null or of the wrong kind, or the folder for
   *     checkpoints has some of another run
   * @throws IllegalStateException if the network has not been initialised
   * @throws SparkTrainingException if executors do not fit, the data do not, the training diverges
   *     (NaN), or Spark gives up
   * @throws java.io.UncheckedIOException if a checkpoint cannot be saved
   */
  public static SparkResult fit(Model network, JavaRDD<?> rdd, SparkSettings settings) {
    return new Training(network, rdd, settings).run();
  }

  /**
   * Goes on from a checkpoint, to the same end as if the run had not stopped: bit for bit, given
   * listeners of the same settings. More epochs than before may be asked for.
   *
   * @param checkpoint of {@link Checkpoint#latest}; its network is trained on, in place
   * @param rdd the same data
   * @param settings with the same seed, workers, batch size and local steps
   * @throws IllegalArgumentException if an argument is null or of the wrong kind
   * @throws SparkTrainingException if data or settings differ from those of the checkpoint, and as
   *     {@link #fit}
   * @throws java.io.UncheckedIOException if a checkpoint cannot be saved
   */
  public static SparkResult resume(Checkpoint checkpoint, JavaRDD<?> rdd, SparkSettings settings) {
    SparkSettings.given("checkpoint", checkpoint);
    return new Training(checkpoint.network(), rdd, settings).resume(checkpoint);
  }
}
