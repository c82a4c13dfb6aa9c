package org.iterativemaps.examples;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.examples.ProportionRuns.Run;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.QuadraticFit;

/**
 * Whether the dense map is the best where inputs and outputs are few. It is compared with the best
 * plan of every other kind by Welch's t-test, and p is multiplied by the number of plans that this
 * one was picked from.
 */
final class ControlClaims {

  static final String AGREES = "agrees";
  static final String DIFFERS = "differs";
  static final String OPEN = "too close to tell";
  static final String NOTHING = "nothing: not learned";

  private final ProportionTask task;
  private final List<ProportionPlan> plans;
  private final List<Run> runs;

  /**
   * Compares.
   *
   * @param task that was learned
   * @param plans one dense one, at least one uniform and one varied, an LSTM
   * @param runs at least two of every plan
   */
  ControlClaims(ProportionTask task, List<ProportionPlan> plans, List<Run> runs) {
    this.task = task;
    this.plans = plans;
    this.runs = runs;
  }

  private double[] scores(ProportionPlan plan) {
    return ProportionReport.scores(runs, plan);
  }

  private List<ProportionPlan> of(Kind kind) {
    return plans.stream().filter(plan -> plan.kind() == kind).toList();
  }

  /** The plan of a kind with the highest mean score. */
  private ProportionPlan best(Kind kind) {
    return of(kind).stream()
        .max(Comparator.comparingDouble(plan -> Spread.of(scores(plan)).mean()))
        .orElseThrow();
  }

  /** Whether dense beats a kind. */
  String verdict(Kind kind) {
    ProportionPlan dense = best(Kind.DENSE);
    ProportionPlan rival = best(kind);
    double[] own = scores(dense);
    double[] other = scores(rival);
    if (!task.score().hasLearned(own, task) && !task.score().hasLearned(other, task)) {
      return NOTHING;
    }
    if (!Comparison.differ(own, other, of(kind).size())) {
      return OPEN;
    }
    return Spread.of(own).mean() > Spread.of(other).mean() ? AGREES : DIFFERS;
  }

  /** Whether dense beats all sparse maps; the LSTM is no map. */
  String verdict() {
    List<String> both = List.of(verdict(Kind.UNIFORM), verdict(Kind.VARIED));
    for (String decisive : List.of(NOTHING, DIFFERS, OPEN)) {
      if (both.contains(decisive)) {
        return decisive;
      }
    }
    return AGREES;
  }

  /**
   * The table; its last row is the verdict. Since all plans learn the same episodes of a seed and
   * are tested with the same, p of the paired test is told beside that of Welch's.
   */
  Table table(QuadraticFit fit, PeakBootstrap bootstrap) {
    Table table = Table.of("the paper, where inputs and outputs are few", "found here", "");
    for (Kind kind : List.of(Kind.UNIFORM, Kind.VARIED, Kind.LSTM)) {
      table.row(
          "dense beats " + kind.words,
          words(best(kind), scores(best(Kind.DENSE)), scores(best(kind)), of(kind).size()),
          verdict(kind));
    }
    double[] places = bootstrap.places();
    table.row(
        "dense wins",
        String.format(
            Locale.ROOT,
            "dense has hidden proportion %.2f; a parabola explains %.0f %% of the maps' variance and"
                + " is highest at %.2f (95 %% of those drawn anew: %.2f to %.2f)",
            best(Kind.DENSE).proportion(),
            100 * fit.rSquared(),
            fit.highest(places[0], places[places.length - 1]),
            bootstrap.peakLow(),
            bootstrap.peakHigh()),
        verdict());
    return table;
  }

  private static String words(ProportionPlan rival, double[] own, double[] other, int choices) {
    return String.format(
        Locale.ROOT,
        "dense %s, %s %s; p = %.2g, paired by seed %.2g%s",
        Spread.of(own),
        rival.name(),
        Spread.of(other),
        Comparison.welch(own, other, choices),
        Comparison.paired(own, other, choices),
        choices == 1 ? "" : " (both times " + choices + ", for the choice)");
  }
}
