package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.examples.ProportionRuns.Run;
import org.iterativemaps.examples.data.RandomAnomaly;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.ImageGrid;
import org.iterativemaps.examples.plots.QuadraticFit;
import org.iterativemaps.examples.plots.ScatterFit;

/** What {@link HiddenProportionStudy} shows. */
final class ProportionReport {

  /** Hidden proportions of the configurations that the papers' authors call balanced. */
  private static final double[] BALANCED = {0.43, 0.54};

  private static final int SHOWN = 6;

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
        labels.add(odd ? sample.odd().name().toLowerCase(Locale.ROOT) : "");
      }
      images.addAll(sample.frames());
    }
    page.picture(
        "sequences",
        ImageGrid.draw("Random Anomaly", RandomAnomaly.FRAMES, side, images, labels, framed),
        "A sequence per row, read from left to right; the anomaly is framed and named.");
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
    ScatterFit plot = ScatterFit.of(task.name(), "hidden proportion", "accuracy").quadratic();
    for (Kind kind : Kind.values()) {
      List<Run> some = runs.stream().filter(run -> run.plan().kind() == kind).toList();
      double[] x = some.stream().mapToDouble(run -> run.plan().proportion()).toArray();
      double[] y = some.stream().mapToDouble(run -> run.result().accuracy()).toArray();
      if (kind == Kind.LSTM) {
        plot.beside(kind.words, x, y);
      } else {
        plot.points(kind.words, x, y);
      }
    }
    page.picture(
        task.file() + "-accuracy",
        plot.picture(),
        "A point per training; the parabola is fitted to the maps.");
    QuadraticFit fit = plot.quadraticFit();
    page.table(
        claims(plans, runs, fit)
            .caption(
                task.inputs() > 10 * task.outputs()
                    ? "What arXiv:2509.15057 reports, and this run"
                    : "The same questions where inputs and outputs are about as many"));
    return fit;
  }

  /** What the paper says, and what was found. */
  private static Table claims(List<ProportionPlan> plans, List<Run> runs, QuadraticFit fit) {
    double[] x =
        plans.stream()
            .filter(plan -> plan.kind() != Kind.LSTM)
            .mapToDouble(ProportionPlan::proportion)
            .toArray();
    double low = Arrays.stream(x).min().orElseThrow();
    double high = Arrays.stream(x).max().orElseThrow();
    double peak = fit.highest(low, high);
    ProportionPlan best = best(plans, runs, null);
    boolean near = peak >= BALANCED[0] && peak <= BALANCED[1];
    Table table = Table.of("the paper", "found here", "");
    table.row(
        "hidden proportion explains much of the performance",
        String.format(
            Locale.ROOT, "a parabola explains %.0f %% of the variance", 100 * fit.rSquared()),
        fit.rSquared() >= 0.5 ? "agrees" : "weak");
    table.row(
        "balanced plans (theirs: 0.43 to 0.54) do best",
        String.format(
            Locale.ROOT,
            "the parabola is highest at %.2f; best plan: %s, at %.2f",
            peak,
            best.name(),
            best.proportion()),
        near ? "agrees" : "differs");
    ProportionPlan varied = best(plans, runs, Kind.VARIED);
    for (Kind other : List.of(Kind.UNIFORM, Kind.DENSE, Kind.LSTM)) {
      ProportionPlan rival = best(plans, runs, other);
      Spread a = Spread.of(accuracies(runs, varied));
      Spread b = Spread.of(accuracies(runs, rival));
      double gap = a.mean() - b.mean();
      boolean clear = Math.abs(gap) > a.deviation() + b.deviation();
      table.row(
          "varied sparsity beats " + other.words,
          varied.name() + " " + a + ", " + rival.name() + " " + b,
          !clear ? "too close to tell" : gap > 0 ? "agrees" : "differs");
    }
    return table;
  }

  /** The plan with the highest mean accuracy, of a kind or (null) of all maps. */
  static ProportionPlan best(List<ProportionPlan> plans, List<Run> runs, Kind kind) {
    return plans.stream()
        .filter(plan -> kind == null ? plan.kind() != Kind.LSTM : plan.kind() == kind)
        .max(java.util.Comparator.comparingDouble(plan -> Spread.of(accuracies(runs, plan)).mean()))
        .orElseThrow();
  }

  static double[] accuracies(List<Run> runs, ProportionPlan plan) {
    return runs.stream()
        .filter(run -> run.plan().equals(plan))
        .mapToDouble(run -> run.result().accuracy())
        .toArray();
  }
}
