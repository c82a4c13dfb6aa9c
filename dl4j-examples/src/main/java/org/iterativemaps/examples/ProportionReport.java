package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.examples.ProportionRuns.Run;
import org.iterativemaps.examples.data.AnomalyFamily;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.iterativemaps.examples.data.RandomAnomaly;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.ImageGrid;
import org.iterativemaps.examples.plots.QuadraticFit;
import org.iterativemaps.examples.plots.ScatterFit;

/** What {@link HiddenProportionStudy} shows, and some of what {@link ControlStudy} does. */
final class ProportionReport {

  private static final int SHOWN = 6;

  /** Parabolas of the bootstrap. */
  private static final int DRAWS = 2000;

  private ProportionReport() {}

  /** Some sequences, the odd image of each in a frame. */
  static void showSequences(Page page, RandomAnomaly task, int side) {
    List<float[]> images = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    Set<Integer> framed = new HashSet<>();
    for (int i = 0; i < SHOWN; i++) {
      RandomAnomaly.Sample sample = task.sample(i);
      framed.add(images.size() + sample.anomaly());
      for (int t = 0; t < RandomAnomaly.FRAMES; t++) {
        boolean odd = t == sample.anomaly();
        labels.add(odd ? words(sample.odd()) : "");
      }
      images.addAll(sample.frames());
    }
    page.picture(
        "sequences",
        ImageGrid.draw("Random Anomaly", RandomAnomaly.FRAMES, side, images, labels, framed),
        "A sequence per row, read from left to right; the anomaly is framed and named.");
  }

  /** Some sequences of the published task, as they look before they are normalised. */
  static void showPublished(Page page, RandomAnomaly task) {
    List<float[]> images = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    Set<Integer> framed = new HashSet<>();
    for (int i = 0; i < SHOWN; i++) {
      RandomAnomaly.Sample sample = task.sample(i);
      framed.add(images.size() + sample.anomaly());
      int named = sample.anomaly() < 5 ? 8 : 2; // where there is room for words
      for (int t = 0; t < RandomAnomaly.FRAMES; t++) {
        AnomalyFamily family =
            t == sample.anomaly() ? sample.odd() : t == named ? sample.usual() : null;
        labels.add(family == null ? "" : words(family));
        images.add(PublishedAnomaly.ink(sample.frames().get(t)));
      }
    }
    page.picture(
        "sequences",
        ImageGrid.draw(
            "Random Anomaly as published",
            RandomAnomaly.FRAMES,
            RandomAnomaly.SIDE,
            images,
            labels,
            framed),
        "A sequence per row; the anomaly is framed and named, and so is the family of the others.");
  }

  private static String words(AnomalyFamily family) {
    return family.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Table, picture and verdict of one task; its fit. */
  static QuadraticFit show(
      Page page, ProportionTask task, List<ProportionPlan> plans, List<Run> runs) {
    showScores(page, task, plans, runs);
    PeakBootstrap bootstrap = bootstrap(page, plans, runs);
    QuadraticFit fit = showFit(page, task, runs, bootstrap);
    page.table(
        ProportionClaims.of(task, plans, runs, fit, bootstrap)
            .caption(
                task.inputs() > 10 * task.outputs()
                    ? "What arXiv:2509.15057 reports, and this run"
                    : "The same questions where inputs and outputs are about as many"));
    return fit;
  }

  /** A row per plan. */
  static void showScores(
      Page page, ProportionTask task, List<ProportionPlan> plans, List<Run> runs) {
    String score = task.score().name();
    String beside = task.score().besideName();
    List<String> columns =
        new ArrayList<>(
            List.of("plan", "hidden units", "weights", "hidden proportion", "rate", score, "s"));
    if (!beside.isEmpty()) {
      columns.add(beside);
    }
    Table table = Table.of(columns.toArray(String[]::new));
    for (ProportionPlan plan : plans) {
      List<Run> some = runs.stream().filter(run -> run.plan().equals(plan)).toList();
      List<Object> cells =
          new ArrayList<>(
              List.of(
                  plan.name(),
                  plan.hidden(),
                  plan.weights(),
                  String.format(Locale.ROOT, "%.3f", plan.proportion()),
                  "" + some.get(0).rate(),
                  words(scores(runs, plan)),
                  String.format(
                      Locale.ROOT,
                      "%.0f",
                      some.stream()
                          .mapToDouble(run -> run.result().seconds())
                          .average()
                          .orElse(0))));
      if (!beside.isEmpty()) {
        cells.add(Spread.of(besides(runs, plan)));
      }
      table.row(cells.toArray());
    }
    page.table(
        table.caption(
            String.format(
                Locale.ROOT,
                "%s: %s on sequences not trained with (%s), seconds to train",
                task.name(),
                score,
                task.score().baseline(task))));
  }

  /** Scores against hidden proportion, but those that diverged, and the parabola through them. */
  static QuadraticFit showFit(
      Page page, ProportionTask task, List<Run> runs, PeakBootstrap bootstrap) {
    String score = task.score().name();
    ScatterFit plot =
        ScatterFit.of(task.name(), "hidden proportion", score)
            .quadratic()
            .band(bootstrap.places(), bootstrap.low(), bootstrap.high());
    for (Kind kind : Kind.values()) {
      List<Run> some =
          runs.stream()
              .filter(run -> run.plan().kind() == kind && Double.isFinite(run.result().score()))
              .toList();
      double[] x = some.stream().mapToDouble(run -> run.plan().proportion()).toArray();
      double[] y = some.stream().mapToDouble(run -> run.result().score()).toArray();
      if (some.isEmpty()) {
        continue;
      }
      if (kind == Kind.LSTM) {
        plot.beside(kind.words, x, y);
      } else {
        plot.points(kind.words, x, y);
      }
    }
    page.picture(
        task.file() + "-" + task.score().file(),
        plot.picture(),
        "A point per training; the parabola is fitted to the maps. Pale: where 95 % of the parabolas"
            + " lie that are fitted to maps and seeds drawn anew with replacement.");
    return plot.quadraticFit();
  }

  /** Of the maps alone, without trainings that diverged. */
  static PeakBootstrap bootstrap(Page page, List<ProportionPlan> plans, List<Run> runs) {
    List<Run> finite = runs.stream().filter(run -> Double.isFinite(run.result().score())).toList();
    List<ProportionPlan> maps =
        plans.stream()
            .filter(plan -> plan.kind() != Kind.LSTM && scores(finite, plan).length > 0)
            .toList();
    return PeakBootstrap.of(
        maps.stream().mapToDouble(ProportionPlan::proportion).toArray(),
        maps.stream().map(plan -> scores(finite, plan)).toArray(double[][]::new),
        DRAWS,
        page.seed());
  }

  /** The other figure of a plan's trainings. */
  static double[] besides(List<Run> runs, ProportionPlan plan) {
    return runs.stream()
        .filter(run -> run.plan().equals(plan))
        .mapToDouble(run -> run.result().beside())
        .toArray();
  }

  /**
   * Mean score, by which plans are compared: the lowest of all where a training diverged, although
   * a comparison of numbers takes NaN for the highest.
   */
  static double rank(List<Run> runs, ProportionPlan plan) {
    double mean = Spread.of(scores(runs, plan)).mean();
    return Double.isFinite(mean) ? mean : Double.NEGATIVE_INFINITY;
  }

  /** The mean score, or how many trainings have none that is a number. */
  static String words(double[] scores) {
    long diverged = Arrays.stream(scores).filter(score -> !Double.isFinite(score)).count();
    return diverged == 0
        ? Spread.of(scores).toString()
        : diverged + " of " + scores.length + " diverged";
  }

  static double[] scores(List<Run> runs, ProportionPlan plan) {
    return runs.stream()
        .filter(run -> run.plan().equals(plan))
        .mapToDouble(run -> run.result().score())
        .toArray();
  }
}
