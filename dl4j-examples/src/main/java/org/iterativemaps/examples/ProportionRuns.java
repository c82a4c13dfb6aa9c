package org.iterativemaps.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.iterativemaps.examples.RunLog.Result;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;

/** Trains the plans of {@link HiddenProportionStudy}, those not yet in the log. */
final class ProportionRuns {

  private static final int BETWEEN_COLLECTIONS = 25;

  private ProportionRuns() {}

  /**
   * A training and what came of it.
   *
   * @param plan of the network
   * @param seed of weights, masks and data
   * @param result accuracy and time
   */
  record Run(ProportionPlan plan, long seed, Result result) {}

  /**
   * All runs, the seeds in turn, so that a study that is stopped has some of every plan.
   *
   * @return seeds · plans runs
   * @throws IOException if the log cannot be written
   */
  static List<Run> all(
      Page page, ProportionTask task, List<ProportionPlan> plans, int seeds, RunLog log)
      throws IOException {
    List<Run> runs = new ArrayList<>();
    long left = 0;
    for (int s = 0; s < seeds; s++) {
      for (ProportionPlan plan : plans) {
        long seed = page.seed() + s;
        Result known = log.find(settings(task, plan, seed)).orElse(null);
        left += known == null ? 1 : 0;
        runs.add(new Run(plan, seed, known));
      }
    }
    if (left < runs.size()) {
      page.print(
          String.format(
              "%d of %d results are there from an earlier start.",
              runs.size() - left, runs.size()));
    }
    try (Progress progress = page.progress(task.name(), left * task.batches())) {
      for (int i = 0; i < runs.size(); i++) {
        Run run = runs.get(i);
        if (run.result() == null) {
          Result result = train(task, run.plan(), run.seed(), progress);
          log.add(settings(task, run.plan(), run.seed()), result);
          runs.set(i, new Run(run.plan(), run.seed(), result));
        }
      }
    }
    return runs;
  }

  private static String settings(ProportionTask task, ProportionPlan plan, long seed) {
    return task.settings() + "; " + plan.settings() + "; seed " + seed;
  }

  static Result train(ProportionTask task, ProportionPlan plan, long seed, Progress progress) {
    MultiLayerNetwork network = new MultiLayerNetwork(plan.network(task, seed));
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
    double accuracy = network.evaluate(task.test().apply(seed)).accuracy();
    progress.note(String.format("%s: %.3f", plan.name(), accuracy));
    return new Result(accuracy, seconds);
  }
}
