package org.iterativemaps.spark;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * How {@link SparkMaps} trains. Immutable; {@link #builder()} makes one.
 *
 * @param workers replicas of the network, each with a partition of the data; 0: as many as the RDD
 *     has partitions. The result depends on it, but not on how many executors there are
 * @param epochs times that all data are gone through, at least 1
 * @param batchSize examples in a replica's step, at least 1
 * @param localSteps steps of a replica between two averagings, at least 1
 * @param seed of the data's assignment and order, and of ND4J's random numbers on the workers
 * @param treeDepth of Spark's {@code treeAggregate}, at least 1 (everything goes to the driver)
 * @param checkpoints where and how often the network is saved; empty: it is not
 * @param progress told of every round, on the driver
 * @param listenerBatch what the driver's network has as input and labels while its listeners are
 *     called; {@code SparseRewiring.byGradient} needs one. Empty: nothing
 */
public record SparkSettings(
    int workers,
    int epochs,
    int batchSize,
    int localSteps,
    long seed,
    int treeDepth,
    Optional<Checkpoints> checkpoints,
    Consumer<Round> progress,
    Optional<MultiDataSet> listenerBatch) {

  /**
   * Checkpoints in a folder: after every so many rounds, and after the last one.
   *
   * @param folder of the driver's machine, made if it is not there; on a cluster that may lose the
   *     driver, one that outlives it
   * @param everyRounds rounds between two checkpoints, at least 1
   * @param keep checkpoints that stay, at least 1; older ones are deleted
   */
  public record Checkpoints(Path folder, int everyRounds, int keep) {
    /**
     * Checks all.
     *
     * @throws IllegalArgumentException if the folder is null or a number out of range
     */
    public Checkpoints {
      given("folder", folder);
      AveragingPlan.atLeast("everyRounds", everyRounds, 1);
      AveragingPlan.atLeast("keep", keep, 1);
    }
  }

  /**
   * Checks all.
   *
   * @throws IllegalArgumentException if something is null or a number out of range
   */
  public SparkSettings {
    AveragingPlan.atLeast("workers", workers, 0);
    AveragingPlan.atLeast("epochs", epochs, 1);
    AveragingPlan.atLeast("batchSize", batchSize, 1);
    AveragingPlan.atLeast("localSteps", localSteps, 1);
    AveragingPlan.atLeast("treeDepth", treeDepth, 1);
    given("checkpoints", checkpoints);
    given("progress", progress);
    given("listenerBatch", listenerBatch);
  }

  static <T> T given(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": found null, expected a value");
    }
    return value;
  }

  /** One epoch of batches of 32, averaged after every 10 steps, seed 0, without checkpoints. */
  public static Builder builder() {
    return new Builder();
  }

  /** Makes {@link SparkSettings}; {@link #build()} checks them. */
  public static final class Builder {
    private int workers;
    private int epochs = 1;
    private int batchSize = 32;
    private int localSteps = 10;
    private long seed;
    private int treeDepth = 2;
    private Checkpoints checkpoints;
    private Consumer<Round> progress = round -> {};
    private MultiDataSet listenerBatch;

    private Builder() {}

    /** Replicas; 0, the default: as many as the RDD has partitions. */
    public Builder workers(int workers) {
      this.workers = workers;
      return this;
    }

    /** Times that all data are gone through. */
    public Builder epochs(int epochs) {
      this.epochs = epochs;
      return this;
    }

    /** Examples in a replica's step. */
    public Builder batchSize(int batchSize) {
      this.batchSize = batchSize;
      return this;
    }

    /** Steps of a replica between two averagings. */
    public Builder localSteps(int localSteps) {
      this.localSteps = localSteps;
      return this;
    }

    /** Of the data's assignment and order, and of random numbers on the workers. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Of Spark's {@code treeAggregate}. */
    public Builder treeDepth(int treeDepth) {
      this.treeDepth = treeDepth;
      return this;
    }

    /** Saves the network after every so many rounds and keeps the last two. */
    public Builder checkpoints(Path folder, int everyRounds) {
      return checkpoints(new Checkpoints(folder, everyRounds, 2));
    }

    /** Saves the network. */
    public Builder checkpoints(Checkpoints checkpoints) {
      this.checkpoints = checkpoints;
      return this;
    }

    /** Is told of every round; what it throws ends the training. */
    public Builder progress(Consumer<Round> progress) {
      this.progress = progress;
      return this;
    }

    /** What the driver's network has as input and labels while its listeners are called. */
    public Builder listenerBatch(DataSet batch) {
      return listenerBatch(given("batch", batch).toMultiDataSet());
    }

    /** What the driver's network has as inputs and labels while its listeners are called. */
    public Builder listenerBatch(MultiDataSet batch) {
      this.listenerBatch = batch;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SparkSettings build() {
      return new SparkSettings(
          workers,
          epochs,
          batchSize,
          localSteps,
          seed,
          treeDepth,
          Optional.ofNullable(checkpoints),
          progress,
          Optional.ofNullable(listenerBatch));
    }
  }
}
