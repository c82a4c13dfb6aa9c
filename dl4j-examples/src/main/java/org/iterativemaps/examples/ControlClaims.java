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
 * one was picked from: those of its kind, and for the verdict over all kinds all sparse maps.
 */
final class ControlClaims {

  static final String AGREES = "agrees";
  static final String DIFFERS = "differs";
  static final String OPEN = "too close to tell";
  static final String NOTHING = "nothing: not learned";
  static final String DIVERGED = "nothing: diverged";

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

  /** Whether a training ended without a number: y feeds itself and has no bound. */
  private static boolean diverged(double[] scores) {
    return !Double.isFinite(Spread.of(scores).mean());
  }

  /** The plan of a kind with the highest mean score; one that diverged if all of them did. */
  private ProportionPlan best(Kind kind) {
    return of(kind).stream()
        .max(Comparator.comparingDouble(plan -> ProportionReport.rank(runs, plan)))
        .orElseThrow();
  }

  /** Whether dense beats a kind. */
  String verdict(Kind kind) {
    return verdict(kind, of(kind).size());
  }

  private String verdict(Kind kind, int choices) {
    ProportionPlan dense = best(Kind.DENSE);
    ProportionPlan rival = best(kind);
    double[] own = scores(dense);
    double[] other = scores(rival);
    if (!task.score().hasLearned(own, task) && !task.score().hasLearned(other, task)) {
      return NOTHING;
    }
    if (diverged(own) || diverged(other)) {
      return DIVERGED;
    }
    if (!Comparison.differ(own, other, choices)) {
      return OPEN;
    }
    return Spread.of(own).mean() > Spread.of(other).mean() ? AGREES : DIFFERS;
  }

  /** Sparse maps, by any of which the verdict over all kinds may fall. */
  private int sparse() {
    return of(Kind.UNIFORM).size() + of(Kind.VARIED).size();
  }

  /** Whether dense beats all sparse maps; the LSTM is no map. */
  String verdict() {
    int sparse = sparse();
    List<String> both = List.of(verdict(Kind.UNIFORM, sparse), verdict(Kind.VARIED, sparse));
    for (String decisive : List.of(NOTHING, DIFFERS, DIVERGED, OPEN)) {
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
                + " is highest at %.2f (95 %% of those drawn anew: %.2f to %.2f); every"
                + " p times %d, for the sparse maps to lose to",
            best(Kind.DENSE).proportion(),
            100 * fit.rSquared(),
            fit.highest(places[0], places[places.length - 1]),
            bootstrap.peakLow(),
            bootstrap.peakHigh(),
            sparse()),
        verdict());
    return table;
  }

  private static String words(ProportionPlan rival, double[] own, double[] other, int choices) {
    return String.format(
        Locale.ROOT,
        "dense %s, %s %s; p = %.2g, paired by seed %.2g%s",
        ProportionReport.words(own),
        rival.name(),
        ProportionReport.words(other),
        Comparison.welch(own, other, choices),
        Comparison.paired(own, other, choices),
        choices == 1 ? "" : " (both times " + choices + ", for the choice)");
  }
}
