package org.iterativemaps.examples;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.stat.StatUtils;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * What trainings will take, from their first batches.
 *
 * @param making seconds to make a batch
 * @param training seconds to learn one, of each plan
 */
record TrainingTime(double making, List<Double> training) {

  private static final int WARM_UP = 8;
  private static final int MEASURED = 12;

  /** Measures; the networks are thrown away. */
  static TrainingTime measure(ProportionTask task, List<ProportionPlan> plans, long seed) {
    DataSetIterator iterator = task.train().apply(seed);
    DataSet batch = null;
    double making = 0;
    for (int i = 0; i < WARM_UP + MEASURED; i++) {
      if (!iterator.hasNext()) {
        iterator.reset();
      }
      long start = System.nanoTime();
      batch = iterator.next();
      making += i < WARM_UP ? 0 : seconds(start) / MEASURED;
    }
    DataSet last = batch;
    List<Double> training = plans.stream().map(plan -> learning(task, plan, last, seed)).toList();
    return new TrainingTime(making, training);
  }

  private static double learning(
      ProportionTask task, ProportionPlan plan, DataSet batch, long seed) {
    MultiLayerNetwork network = new MultiLayerNetwork(plan.network(task, task.rates()[0], seed));
    network.init();
    double learning = 0;
    for (int i = 0; i < WARM_UP + MEASURED; i++) {
      long start = System.nanoTime();
      network.fit(batch);
      learning += i < WARM_UP ? 0 : seconds(start) / MEASURED;
    }
    return learning;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /**
   * In a sentence: batches are made beside the training, and the slower of the two counts.
   *
   * @param task that was measured
   * @param groups trainings that share their batches: the places of their plans
   */
  String words(ProportionTask task, List<List<Integer>> groups) {
    double seconds = 0;
    double most = 0;
    int left = 0;
    for (List<Integer> group : groups) {
      double learning = group.stream().mapToDouble(training::get).sum();
      double one = task.batches() * Math.max(making, learning);
      seconds += one;
      most = Math.max(most, one);
      left += group.size();
    }
    double mean = StatUtils.mean(training.stream().mapToDouble(Double::doubleValue).toArray());
    return String.format(
        Locale.ROOT,
        "%d trainings of %d batches are to be done, up to %d at a time on the same batches, which by"
            + " their first ones will take %s; to stop loses %s at most. A thread makes %.0f"
            + " sequences per second, and %.0f are learned.",
        left,
        task.batches(),
        ProportionRuns.TOGETHER,
        words(seconds),
        words(most),
        task.batch() / making,
        task.batch() / mean);
  }

  private static String words(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(seconds));
    return time.toMinutes() < 2
        ? time.toSeconds() + " s"
        : time.toHours() < 3 ? time.toMinutes() + " min" : time.toHours() + " h";
  }
}
