package org.iterativemaps.examples;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.math3.stat.StatUtils;
import org.iterativemaps.examples.HiddenProportionStudy.Trained;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;

/**
 * What ten times the weights change, and whether sparse maps are ahead of the LSTM there. By
 * Welch's t-test, p times the pairs that are compared; of plans at chance nothing is said.
 */
final class WeightSensitivity {

  private static final String LSTM = "LSTM";
  private static final String NOTHING = "nothing: at chance";

  private final ProportionTask task;
  private final List<Trained> small;
  private final List<Trained> large;
  private final Map<String, String> pairs;

  /**
   * Compares.
   *
   * @param task how plans are judged
   * @param small plans of few weights
   * @param large plans of more
   * @param pairs names of the large ones, and of the small ones; the LSTM is one of both
   */
  WeightSensitivity(
      ProportionTask task, List<Trained> small, List<Trained> large, Map<String, String> pairs) {
    this.task = task;
    this.small = small;
    this.large = large;
    this.pairs = pairs;
  }

  /** Every larger plan beside the smaller one of its kind. */
  Table plans() {
    Table table =
        Table.of(
            "plan",
            "weights",
            "proportion",
            "accuracy",
            "larger",
            "weights",
            "proportion",
            "accuracy",
            "p");
    for (Trained more : large) {
      Trained few = smaller(more);
      table.row(
          few.name(),
          few.weights(),
          few.proportion(),
          Spread.of(few.accuracies()),
          more.name(),
          more.weights(),
          more.proportion(),
          Spread.of(more.accuracies()),
          Comparison.welch(few.accuracies(), more.accuracies(), large.size()));
    }
    return table.caption(
        "Accuracy; p of Welch's t-test, times the pairs, that the count of weights does not matter");
  }

  /** What the paper says of it, and what was found. */
  Table claims() {
    Table claims = Table.of("the paper", "found here", "");
    for (String name : pairs.keySet()) {
      Trained map = named(large, name);
      claims.row(
          "sparse maps beat an LSTM of equal weights",
          name + " " + Spread.of(map.accuracies()) + ", LSTM " + Spread.of(lstm().accuracies()),
          beats(map));
      claims.row(
          "the count of weights matters little",
          String.format(
              Locale.ROOT,
              "%+.3f with ten times as many",
              StatUtils.mean(map.accuracies()) - StatUtils.mean(smaller(map).accuracies())),
          matters(map));
    }
    return claims.caption("With ten times the weights");
  }

  private String beats(Trained map) {
    if (!learned(map) && !learned(lstm())) {
      return NOTHING;
    }
    return !Comparison.differ(map.accuracies(), lstm().accuracies(), pairs.size())
        ? "too close to tell"
        : StatUtils.mean(map.accuracies()) > StatUtils.mean(lstm().accuracies())
            ? "agrees"
            : "differs";
  }

  /** A test can speak against it alone. */
  private String matters(Trained map) {
    Trained few = smaller(map);
    if (!learned(map) && !learned(few)) {
      return NOTHING;
    }
    return Comparison.differ(few.accuracies(), map.accuracies(), large.size())
        ? "differs"
        : "nothing against it";
  }

  private boolean learned(Trained plan) {
    return task.score().hasLearned(plan.accuracies(), task);
  }

  private Trained smaller(Trained more) {
    return named(small, pairs.getOrDefault(more.name(), LSTM));
  }

  private Trained lstm() {
    return named(large, LSTM);
  }

  private static Trained named(List<Trained> plans, String name) {
    return plans.stream().filter(plan -> plan.name().equals(name)).findFirst().orElseThrow();
  }
}
