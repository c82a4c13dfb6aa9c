package org.iterativemaps.examples;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.examples.ProportionRuns.Run;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.QuadraticFit;

/**
 * What the paper says, what was found, and whether the two agree. Nothing is said of trainings that
 * did not learn, and the better of two plans is named only where Welch's t-test tells them apart, p
 * times the pairs that they were picked from.
 */
final class ProportionClaims {

  /** Hidden proportions of the configurations that the papers' authors call balanced. */
  private static final double[] BALANCED = {0.43, 0.54};

  private final ProportionTask task;
  private final List<ProportionPlan> plans;
  private final List<Run> runs;

  private ProportionClaims(ProportionTask task, List<ProportionPlan> plans, List<Run> runs) {
    this.task = task;
    this.plans = plans;
    this.runs = runs;
  }

  /** The table. */
  static Table of(
      ProportionTask task,
      List<ProportionPlan> plans,
      List<Run> runs,
      QuadraticFit fit,
      PeakBootstrap bootstrap) {
    return new ProportionClaims(task, plans, runs).table(fit, bootstrap);
  }

  private Table table(QuadraticFit fit, PeakBootstrap bootstrap) {
    Set<Kind> maps = EnumSet.complementOf(EnumSet.of(Kind.LSTM));
    ProportionPlan best = best(maps);
    boolean learned = isAboveChance(best);
    double[] places = bootstrap.places();
    Table table = Table.of("the paper", "found here", "");
    table.row(
        "hidden proportion explains much of the performance",
        String.format(
            Locale.ROOT, "a parabola explains %.0f %% of the variance", 100 * fit.rSquared()),
        verdict(learned, fit.rSquared() >= 0.5 ? "agrees" : "weak"));
    boolean within = bootstrap.peakLow() >= BALANCED[0] && bootstrap.peakHigh() <= BALANCED[1];
    boolean outside = bootstrap.peakHigh() < BALANCED[0] || bootstrap.peakLow() > BALANCED[1];
    table.row(
        "balanced plans (theirs: 0.43 to 0.54) do best",
        String.format(
            Locale.ROOT,
            "the parabola is highest at %.2f (95 %% of those drawn anew: %.2f to %.2f; %.0f %% lie"
                + " within theirs); best plan: %s, at %.2f",
            fit.highest(places[0], places[places.length - 1]),
            bootstrap.peakLow(),
            bootstrap.peakHigh(),
            100 * bootstrap.peaksWithin(BALANCED[0], BALANCED[1]),
            best.name(),
            best.proportion()),
        verdict(learned, within ? "agrees" : outside ? "differs" : "open"));
    Set<Kind> sparse = EnumSet.of(Kind.VARIED, Kind.BALANCED);
    ProportionPlan varied = best(sparse);
    for (Kind other : List.of(Kind.UNIFORM, Kind.DENSE, Kind.LSTM)) {
      ProportionPlan rival = best(EnumSet.of(other));
      double[] a = ProportionReport.scores(runs, varied);
      double[] b = ProportionReport.scores(runs, rival);
      boolean better = Spread.of(a).mean() > Spread.of(b).mean();
      int choices = count(sparse) * count(EnumSet.of(other));
      table.row(
          "varied sparsity beats " + other.words,
          varied.name()
              + " "
              + ProportionReport.words(a)
              + ", "
              + rival.name()
              + " "
              + ProportionReport.words(b),
          verdict(
              isAboveChance(varied) || isAboveChance(rival),
              !Comparison.differ(a, b, choices)
                  ? "too close to tell"
                  : better ? "agrees" : "differs"));
    }
    return table;
  }

  private static String verdict(boolean learned, String words) {
    return learned ? words : "nothing: at chance";
  }

  /** The plan with the highest mean score, of these kinds. */
  private ProportionPlan best(Set<Kind> kinds) {
    return plans.stream()
        .filter(plan -> kinds.contains(plan.kind()))
        .max(Comparator.comparingDouble(plan -> ProportionReport.rank(runs, plan)))
        .orElseThrow();
  }

  private int count(Set<Kind> kinds) {
    return (int) plans.stream().filter(plan -> kinds.contains(plan.kind())).count();
  }

  private boolean isAboveChance(ProportionPlan plan) {
    return task.score().hasLearned(ProportionReport.scores(runs, plan), task);
  }
}
