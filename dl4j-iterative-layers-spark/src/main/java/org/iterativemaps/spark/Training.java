package org.iterativemaps.spark;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.TrainingListener;

/** A run, on the driver. */
final class Training {
  private final Replica replica; // around the driver's network
  private final JavaRDD<?> rdd;
  private final JavaSparkContext spark;
  private final SparkSettings settings;
  private final String run = UUID.randomUUID().toString();

  private Broadcast<String> configuration; // as the workers have it; null: not yet
  private int configurations; // sent so far

  Training(Model network, JavaRDD<?> rdd, SparkSettings settings) {
    this.replica = Replica.of(network);
    this.rdd = SparkSettings.given("rdd", rdd);
    this.settings = SparkSettings.given("settings", settings);
    this.spark = JavaSparkContext.fromSparkContext(rdd.context());
  }

  SparkResult run() {
    return run(Optional.empty());
  }

  SparkResult resume(Checkpoint checkpoint) {
    return run(Optional.of(checkpoint));
  }

  private SparkResult run(Optional<Checkpoint> from) {
    Environment.checkWorkers(spark, spark.defaultParallelism());
    try (SpreadExamples examples = SpreadExamples.of(rdd, replica, settings)) {
      AveragingPlan plan = examples.plan();
      from.ifPresent(checkpoint -> checkSame(checkpoint.plan(), plan));
      Optional<CheckpointFolder> folder =
          settings
              .checkpoints()
              .map(
                  where ->
                      CheckpointFolder.begin(where, plan, from.map(Checkpoint::rounds).orElse(0)));
      int perEpoch = plan.roundsPerEpoch();
      int rounds = Math.multiplyExact(perEpoch, settings.epochs());
      int first = from.map(Checkpoint::rounds).orElse(0);
      double score = Double.NaN;
      for (int round = first; round < rounds; round++) {
        if (round % perEpoch == 0) {
          tell(listener -> listener.onEpochStart(replica.network()));
        }
        Round done = round(examples, round, rounds);
        score = done.score();
        if ((round + 1) % perEpoch == 0) {
          tell(listener -> listener.onEpochEnd(replica.network()));
          replica.setCounts(replica.iteration(), replica.epoch() + 1);
        }
        int number = round + 1;
        folder.ifPresent(to -> to.after(number, number == rounds, replica.network()));
        settings.progress().accept(done);
      }
      return new SparkResult(Math.max(first, rounds), score, plan);
    } finally {
      if (configuration != null) {
        destroy(configuration);
      }
      ReplicaPool.keepOnly("");
    }
  }

  private static void checkSame(AveragingPlan before, AveragingPlan now) {
    if (!before.equals(now)) {
      throw new SparkTrainingException(
          "checkpoint: found one of "
              + before
              + ", but settings and data give "
              + now
              + "; expected the same numbers: give the settings and the data of the first run");
    }
  }

  private Round round(SpreadExamples examples, int round, int rounds) {
    AveragingPlan plan = examples.plan();
    long configurationBytes = sendConfiguration();
    Snapshot snapshot = Snapshot.of(replica);
    Broadcast<Snapshot> start = spark.broadcast(snapshot);
    Average average;
    try {
      average =
          examples
              .partitions()
              .mapPartitionsWithIndex(
                  new LocalSteps(
                      configuration, configurationName(), replica.isGraph(), start, plan, round),
                  true)
              .treeAggregate(new Average(), Average::add, Average::add, settings.treeDepth());
    } catch (Exception e) { // SparkException is checked, and Scala does not say so
      throw Workers.failure("round " + (round + 1), e);
    } finally {
      destroy(start);
    }
    if (average.problem() != null) {
      throw new SparkTrainingException(average.problem());
    }
    int before = replica.iteration();
    average.into(replica);
    try {
      tellIterations(before, replica.iteration());
    } finally { // whatever a listener throws, the round is done
      replica.setCounts(average.iteration(), replica.epoch());
      settings.listenerBatch().ifPresent(batch -> replica.hide());
    }
    return new Round(
        round + 1,
        rounds,
        round / plan.roundsPerEpoch() + 1,
        replica.iteration(),
        average.examples(),
        average.score(),
        snapshot.bytes(),
        configurationBytes,
        average.bytes());
  }

  /** Bytes, 0 if the workers have it already. Only listeners change it between rounds. */
  private long sendConfiguration() {
    if (configuration != null && replica.listeners().isEmpty()) {
      return 0;
    }
    String json = replica.json();
    if (configuration != null) {
      if (configuration.value().equals(json)) {
        return 0;
      }
      destroy(configuration);
    }
    configuration = spark.broadcast(json);
    configurations++;
    return json.getBytes(StandardCharsets.UTF_8).length;
  }

  private String configurationName() {
    return run + "/" + configurations;
  }

  private void tellIterations(int begin, int end) {
    for (int iteration = begin; iteration < end; iteration++) {
      int number = iteration;
      replica.setCounts(number, replica.epoch());
      settings.listenerBatch().ifPresent(replica::show);
      tell(listener -> listener.iterationDone(replica.network(), number, replica.epoch()));
    }
  }

  /** A context that has ended cannot, and why it has is what should be told. */
  private static void destroy(Broadcast<?> broadcast) {
    try {
      broadcast.destroy();
    } catch (RuntimeException e) {
      // gone with the context
    }
  }

  private void tell(java.util.function.Consumer<TrainingListener> what) {
    List.copyOf(replica.listeners()).forEach(what);
  }
}
