package org.iterativemaps.examples;

import java.util.List;
import java.util.Map;
import org.apache.commons.math3.stat.StatUtils;
import org.iterativemaps.examples.HiddenProportionStudy.Trained;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;

/** What ten times the weights change, and whether sparse maps are ahead of the LSTM there. */
final class WeightSensitivity {

  private static final String LSTM = "LSTM";

  private WeightSensitivity() {}

  /**
   * A table of every larger plan beside the smaller one of its kind, and what it says of the
   * claims.
   *
   * @param small plans of few weights
   * @param large plans of more
   * @param pairs names of the large ones, and of the small ones; the LSTM is one of both
   */
  static void show(Page page, List<Trained> small, List<Trained> large, Map<String, String> pairs) {
    Table table = Table.of("plan", "weights", "accuracy", "larger", "weights", "accuracy", "p");
    boolean differ = false;
    for (Trained more : large) {
      Trained few = named(small, pairs.getOrDefault(more.name(), LSTM));
      differ |= Comparison.differ(few.accuracies(), more.accuracies(), large.size());
      table.row(
          few.name(),
          few.weights(),
          Spread.of(few.accuracies()),
          more.name(),
          more.weights(),
          Spread.of(more.accuracies()),
          Comparison.welch(few.accuracies(), more.accuracies(), large.size()));
    }
    page.table(
        table.caption(
            "Accuracy, and the p of Welch's t-test that the count does not matter, times "
                + large.size()
                + " plans"));
    Table claims = Table.of("the paper", "found here", "");
    double[] lstm = named(large, LSTM).accuracies();
    for (String name : pairs.keySet()) {
      double[] map = named(large, name).accuracies();
      claims.row(
          "sparse maps beat an LSTM of equal weights",
          name + " " + Spread.of(map) + ", LSTM " + Spread.of(lstm),
          !Comparison.differ(map, lstm, pairs.size())
              ? "too close to tell"
              : StatUtils.mean(map) > StatUtils.mean(lstm) ? "agrees" : "differs");
    }
    claims.row(
        "the count of weights matters little",
        differ ? "some plan is clearly another with ten times the weights" : "no clear difference",
        differ ? "differs" : "nothing against it");
    page.table(claims.caption("With ten times the weights"));
  }

  private static Trained named(List<Trained> plans, String name) {
    return plans.stream().filter(plan -> plan.name().equals(name)).findFirst().orElseThrow();
  }
}
