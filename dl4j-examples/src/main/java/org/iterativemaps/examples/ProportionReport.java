package org.iterativemaps.examples;

import java.util.ArrayList;
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

/** What {@link HiddenProportionStudy} shows. */
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
    Table table =
        Table.of("plan", "hidden units", "weights", "hidden proportion", "rate", "accuracy", "s");
    for (ProportionPlan plan : plans) {
      List<Run> some = runs.stream().filter(run -> run.plan().equals(plan)).toList();
      table.row(
          plan.name(),
          plan.hidden(),
          plan.weights(),
          String.format(Locale.ROOT, "%.3f", plan.proportion()),
          "" + some.get(0).rate(),
          Spread.of(accuracies(runs, plan)),
          String.format(
              Locale.ROOT,
              "%.0f",
              some.stream().mapToDouble(run -> run.result().seconds()).average().orElse(0)));
    }
    page.table(
        table.caption(
            String.format(
                Locale.ROOT,
                "%s: accuracy on sequences not trained with (chance: 1 in %d), seconds to train",
                task.name(),
                task.outputs())));
    PeakBootstrap bootstrap = bootstrap(page, plans, runs);
    ScatterFit plot =
        ScatterFit.of(task.name(), "hidden proportion", "accuracy")
            .quadratic()
            .band(bootstrap.places(), bootstrap.low(), bootstrap.high());
    for (Kind kind : Kind.values()) {
      List<Run> some = runs.stream().filter(run -> run.plan().kind() == kind).toList();
      double[] x = some.stream().mapToDouble(run -> run.plan().proportion()).toArray();
      double[] y = some.stream().mapToDouble(run -> run.result().accuracy()).toArray();
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
        task.file() + "-accuracy",
        plot.picture(),
        "A point per training; the parabola is fitted to the maps. Pale: where 95 % of the parabolas"
            + " lie that are fitted to maps and seeds drawn anew with replacement.");
    QuadraticFit fit = plot.quadraticFit();
    page.table(
        ProportionClaims.of(task, plans, runs, fit, bootstrap)
            .caption(
                task.inputs() > 10 * task.outputs()
                    ? "What arXiv:2509.15057 reports, and this run"
                    : "The same questions where inputs and outputs are about as many"));
    return fit;
  }

  private static PeakBootstrap bootstrap(Page page, List<ProportionPlan> plans, List<Run> runs) {
    List<ProportionPlan> maps = plans.stream().filter(plan -> plan.kind() != Kind.LSTM).toList();
    return PeakBootstrap.of(
        maps.stream().mapToDouble(ProportionPlan::proportion).toArray(),
        maps.stream().map(plan -> accuracies(runs, plan)).toArray(double[][]::new),
        DRAWS,
        page.seed());
  }

  static double[] accuracies(List<Run> runs, ProportionPlan plan) {
    return runs.stream()
        .filter(run -> run.plan().equals(plan))
        .mapToDouble(run -> run.result().accuracy())
        .toArray();
  }
}
