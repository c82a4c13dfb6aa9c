package org.iterativemaps.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import org.apache.commons.collections4.ListUtils;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.RunLog.Result;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.nd4j.linalg.dataset.AsyncDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;

/** Trains the plans of a task, but for what the log holds already. */
final class ProportionRuns {

  private static final int BETWEEN_COLLECTIONS = 25;

  /**
   * Trainings of one seed that learn from the same batches, which take longer to make than to
   * learn. More would lose more when the study is stopped.
   */
  static final int TOGETHER = 4;

  private final ProportionTask task;
  private final RunLog log;
  private final Map<Training, String> keys = new HashMap<>();

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

  /** A training: what the log may hold already. */
  private record Training(ProportionPlan plan, double rate, long seed) {}

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
      List<Training> trials = new ArrayList<>();
      for (ProportionPlan plan : plans) {
        Arrays.stream(trials()).forEach(rate -> trials.add(new Training(plan, rate, trialSeed)));
      }
      train(trials, progress);
      for (long seed : seeds) {
        train(counting(plans, seed), progress);
      }
    }
    for (long seed : seeds) {
      for (ProportionPlan plan : plans) {
        double rate = bestRate(plan);
        runs.add(new Run(plan, rate, log.find(settings(plan, rate, seed)).orElseThrow()));
      }
    }
    return runs;
  }

  /**
   * Tells how long the trainings will take that are not in the log, where there is one rate alone.
   */
  void tellTime(Page page, List<ProportionPlan> plans) {
    List<List<Integer>> groups = new ArrayList<>();
    for (long seed : seeds) {
      for (List<Training> some : groups(counting(plans, seed))) {
        groups.add(some.stream().map(one -> plans.indexOf(one.plan)).toList());
      }
    }
    if (!groups.isEmpty()) {
      page.print(TrainingTime.measure(task, plans, trialSeed).words(task, groups));
    }
  }

  /** The trainings of a seed that count. */
  private List<Training> counting(List<ProportionPlan> plans, long seed) {
    return plans.stream().map(plan -> new Training(plan, bestRate(plan), seed)).toList();
  }

  /** Nothing to choose from one rate. */
  private double[] trials() {
    return task.rates().length == 1 ? new double[0] : task.rates();
  }

  /** The rate of the best trial; one that came to no number is the worst. */
  private double bestRate(ProportionPlan plan) {
    return Arrays.stream(task.rates())
        .boxed()
        .max(Comparator.comparingDouble(rate -> trials().length == 0 ? 0 : trial(plan, rate)))
        .orElseThrow();
  }

  private double trial(ProportionPlan plan, double rate) {
    double score = log.find(settings(plan, rate, trialSeed)).orElseThrow().score();
    return Double.isNaN(score) ? Double.NEGATIVE_INFINITY : score;
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
   * All that decides a result. The seed of the trials, too: it tells what is judged on other
   * images, and other drawn digits. And a sum over the network's configuration, for recipes change.
   */
  private String settings(ProportionPlan plan, double rate, long seed) {
    return keys.computeIfAbsent(
        new Training(plan, rate, seed),
        training -> {
          CRC32 sum = new CRC32();
          sum.update(plan.network(task, rate, seed).toJson().getBytes(StandardCharsets.UTF_8));
          return String.format(
              Locale.ROOT,
              "%s; %s; rate %s; seed %d; trials' seed %d; network %08x",
              task.settings(),
              plan.settings(),
              rate,
              seed,
              trialSeed,
              sum.getValue());
        });
  }

  /** Those that the log does not hold, a few at a time. */
  private List<List<Training>> groups(List<Training> wanted) {
    List<Training> missing =
        wanted.stream().filter(one -> isMissing(one.plan, one.rate, one.seed)).toList();
    return ListUtils.partition(missing, TOGETHER);
  }

  private void train(List<Training> wanted, Progress progress) throws IOException {
    for (List<Training> some : groups(wanted)) {
      trainTogether(some, progress);
    }
  }

  private void trainTogether(List<Training> some, Progress progress) throws IOException {
    List<MultiLayerNetwork> networks = new ArrayList<>();
    for (Training one : some) {
      networks.add(new MultiLayerNetwork(one.plan.network(task, one.rate, one.seed)));
      networks.get(networks.size() - 1).init();
    }
    double[] seconds = new double[some.size()];
    long seed = some.get(0).seed;
    AsyncDataSetIterator batches = new AsyncDataSetIterator(task.train().apply(seed));
    try {
      for (int epoch = 0; epoch < task.epochs(); epoch++) {
        if (epoch > 0) {
          batches.reset();
        }
        for (int count = 1; batches.hasNext(); count++) {
          DataSet batch = batches.next();
          for (int i = 0; i < some.size(); i++) {
            long start = System.nanoTime();
            networks.get(i).fit(batch);
            seconds[i] += (System.nanoTime() - start) / 1e9;
            progress.step();
          }
          if (count % BETWEEN_COLLECTIONS == 0) {
            System.gc(); // ND4J gives native memory back only then: else gigabytes pile up
          }
        }
      }
    } finally {
      batches.shutdown();
    }
    for (int i = 0; i < some.size(); i++) {
      Training one = some.get(i);
      var judge = seed == trialSeed ? task.validation() : task.test();
      MultiLayerNetwork network = networks.get(i);
      double score = task.score().of(network, judge.apply(seed));
      double beside = seed == trialSeed ? Double.NaN : task.score().beside(network, seed);
      progress.note(String.format(Locale.ROOT, "%s: %.3f", one.plan.name(), score));
      log.add(settings(one.plan, one.rate, seed), new Result(score, seconds[i], beside));
    }
  }
}
