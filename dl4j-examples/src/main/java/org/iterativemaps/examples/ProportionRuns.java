package org.iterativemaps.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.examples.RunLog.Result;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;

/** Trains the plans of a task, but for what the log holds already. */
final class ProportionRuns {

  private static final int BETWEEN_COLLECTIONS = 25;

  private final ProportionTask task;
  private final RunLog log;

  /** Of the trainings by which learning rates are chosen. */
  private final long trialSeed;

  /** Of the trainings that count. */
  private final long[] seeds;

  /**
   * Prepares the trainings of a task.
   *
   * @param task what to learn
   * @param log of earlier results; grows
   * @param seed the first; learning rates are chosen on the one before it
   * @param count how many seeds
   */
  ProportionRuns(ProportionTask task, RunLog log, long seed, int count) {
    this.task = task;
    this.log = log;
    this.trialSeed = seed - 1;
    this.seeds = LongStream.range(seed, seed + count).toArray();
  }

  /**
   * A training that counts and what came of it.
   *
   * @param plan of the network
   * @param rate of learning
   * @param result score and time
   */
  record Run(ProportionPlan plan, double rate, Result result) {}

  /**
   * All runs, the seeds in turn, after the learning rates were chosen.
   *
   * @return seeds · plans runs
   * @throws IOException if the log cannot be written
   */
  List<Run> all(Page page, List<ProportionPlan> plans) throws IOException {
    long left = plans.stream().mapToLong(this::left).sum();
    int most = plans.size() * (trials().length + seeds.length);
    if (left < most) {
      page.print((most - left) + " of " + most + " trainings are there from an earlier start.");
    }
    List<Run> runs = new ArrayList<>();
    try (Progress progress = page.progress(task.name(), left * task.batches())) {
      for (ProportionPlan plan : plans) {
        for (double rate : trials()) {
          result(plan, rate, trialSeed, progress);
        }
      }
      for (long seed : seeds) {
        for (ProportionPlan plan : plans) {
          double rate = bestRate(plan);
          runs.add(new Run(plan, rate, result(plan, rate, seed, progress)));
        }
      }
    }
    return runs;
  }

  /**
   * Tells how long the trainings will take that are not in the log, where there is one rate alone.
   */
  void tellTime(Page page, List<ProportionPlan> plans) {
    int[] left = plans.stream().mapToInt(plan -> (int) left(plan)).toArray();
    if (Arrays.stream(left).sum() > 0) {
      page.print(TrainingTime.measure(task, plans, trialSeed).words(task, left));
    }
  }

  /** Nothing to choose from one rate. */
  private double[] trials() {
    return task.rates().length == 1 ? new double[0] : task.rates();
  }

  /** The rate of the best trial. */
  private double bestRate(ProportionPlan plan) {
    double best = task.rates()[0];
    for (double rate : trials()) {
      if (trial(plan, rate).score() > trial(plan, best).score()) {
        best = rate;
      }
    }
    return best;
  }

  private Result trial(ProportionPlan plan, double rate) {
    return log.find(settings(plan, rate, trialSeed)).orElseThrow();
  }

  /** How many trainings of a plan are not in the log. */
  private long left(ProportionPlan plan) {
    long trials = Arrays.stream(trials()).filter(rate -> isMissing(plan, rate, trialSeed)).count();
    return trials > 0
        ? trials + seeds.length
        : Arrays.stream(seeds).filter(seed -> isMissing(plan, bestRate(plan), seed)).count();
  }

  private boolean isMissing(ProportionPlan plan, double rate, long seed) {
    return log.find(settings(plan, rate, seed)).isEmpty();
  }

  /**
   * The seed of the trials too: it tells what is judged on other images, and other drawn digits.
   */
  private String settings(ProportionPlan plan, double rate, long seed) {
    String seeds = "; seed " + seed + "; trials' seed " + trialSeed;
    return task.settings() + "; " + plan.settings() + "; rate " + rate + seeds;
  }

  private Result result(ProportionPlan plan, double rate, long seed, Progress progress)
      throws IOException {
    String settings = settings(plan, rate, seed);
    if (log.find(settings).isEmpty()) {
      log.add(settings, train(plan, rate, seed, progress));
    }
    return log.find(settings).orElseThrow();
  }

  private Result train(ProportionPlan plan, double rate, long seed, Progress progress) {
    MultiLayerNetwork network = new MultiLayerNetwork(plan.network(task, rate, seed));
    network.init();
    network.setListeners(
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            progress.step();
            if (iteration % BETWEEN_COLLECTIONS == 0) {
              System.gc(); // ND4J gives native memory back only then: else gigabytes pile up
            }
          }
        });
    long start = System.nanoTime();
    network.fit(task.train().apply(seed), task.epochs());
    double seconds = (System.nanoTime() - start) / 1e9;
    var judge = seed == trialSeed ? task.validation() : task.test();
    double score = task.score().of(network, judge.apply(seed));
    double beside = seed == trialSeed ? Double.NaN : task.score().beside(network, seed);
    progress.note(String.format(Locale.ROOT, "%s: %.3f", plan.name(), score));
    return new Result(score, seconds, beside);
  }
}
