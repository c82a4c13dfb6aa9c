package org.iterativemaps.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A worker's part of a round: from the numbers of all, steps on batches of its own. It depends on
 * its arguments alone, so that Spark may do it again wherever it likes.
 */
final class LocalSteps implements Function2<Integer, Iterator<byte[]>, Iterator<Average>> {
  private static final long serialVersionUID = 1L;

  private final Broadcast<String> configuration;
  private final String configurationName;
  private final boolean isGraph;
  private final Broadcast<Snapshot> start;
  private final long seed;
  private final int workers;
  private final int batchSize;
  private final int localSteps;
  private final long examples;
  private final int round;

  /**
   * A round.
   *
   * @param configuration JSON of the network
   * @param start the network's numbers
   * @param round from the first epoch's first, 0
   */
  LocalSteps(
      Broadcast<String> configuration,
      String configurationName,
      boolean isGraph,
      Broadcast<Snapshot> start,
      AveragingPlan plan,
      int round) {
    this.configuration = configuration;
    this.configurationName = configurationName;
    this.isGraph = isGraph;
    this.start = start;
    this.seed = plan.seed();
    this.workers = plan.workers();
    this.batchSize = plan.batchSize();
    this.localSteps = plan.localSteps();
    this.examples = plan.examples();
    this.round = round;
  }

  @Override
  public Iterator<Average> call(Integer worker, Iterator<byte[]> data) {
    return Workers.say(
        "round " + (round + 1) + ", worker " + worker,
        () -> List.of(steps(worker, data)).iterator());
  }

  private Average steps(int worker, Iterator<byte[]> data) {
    AveragingPlan plan = new AveragingPlan(seed, workers, batchSize, localSteps, examples);
    int rounds = plan.roundsPerEpoch();
    List<int[]> batches = plan.batches(worker, round / rounds, round % rounds);
    if (batches.isEmpty()) {
      return new Average();
    }
    Map<Integer, byte[]> mine = new HashMap<>(); // those of this round alone
    batches.forEach(batch -> Arrays.stream(batch).forEach(place -> mine.put(place, null)));
    int count = 0;
    for (; data.hasNext(); count++) {
      byte[] example = data.next();
      if (mine.containsKey(count)) {
        mine.put(count, example);
      }
    }
    if (count != plan.examplesOf(worker)) {
      throw new SparkTrainingException(
          "worker "
              + worker
              + ": found "
              + count
              + " examples, expected "
              + plan.examplesOf(worker)
              + " as before; the RDD must give the same examples in the same order whenever it is"
              + " computed: checkpoint() it first");
    }
    Replica replica =
        ReplicaPool.take(configurationName)
            .orElseGet(() -> Replica.ofJson(configuration.value(), isGraph));
    start.value().into(replica);
    Nd4j.getRandom().setSeed(plan.noiseSeed(round, worker));
    double score = 0;
    long seen = 0;
    for (int step = 0; step < batches.size(); step++) {
      int[] places = batches.get(step);
      List<byte[]> chosen = new ArrayList<>();
      for (int place : places) {
        chosen.add(mine.get(place));
      }
      MultiDataSet batch = ExampleBytes.batch(chosen);
      replica.fit(batch);
      double scored = replica.network().score();
      if (!Double.isFinite(scored)) {
        return diverged(worker, "score " + scored, step);
      }
      score += scored * places.length;
      seen += places.length;
    }
    Average average = Average.of(replica, score / seen, seen);
    if (!average.isFinite()) {
      return diverged(
          worker, "parameters or updater state that are no numbers", batches.size() - 1);
    }
    ReplicaPool.putBack(configurationName, replica);
    return average;
  }

  /** A result, no exception: Spark would do it all again, and it would be the same. */
  private Average diverged(int worker, String found, int step) {
    return Average.problem(
        worker,
        "round "
            + (round + 1)
            + ", worker "
            + worker
            + ", step "
            + (step + 1)
            + ": found "
            + found
            + ", expected finite numbers; look for such values in the data, lower the learning rate"
            + " or clip gradients, and resume from the last checkpoint");
  }
}
