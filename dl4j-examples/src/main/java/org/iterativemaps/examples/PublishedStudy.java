package org.iterativemaps.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.iterativemaps.examples.HiddenProportionStudy.Studied;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.iterativemaps.examples.notebook.Page;

/** {@link HiddenProportionStudy} on the authors' own task, with their maps and their training. */
final class PublishedStudy {
  private PublishedStudy() {}

  /**
   * Trains what the log does not hold yet, and shows all.
   *
   * @param page to show it on
   * @param anomaly the sequences
   * @param digits words for where they come from, what tells them from others, and their licence
   * @param size how much to run
   * @param seeds trainings of every plan
   * @throws IOException if the log cannot be read or written
   */
  static Studied run(
      Page page, PublishedAnomaly anomaly, DigitOptions digits, PublishedSize size, int seeds)
      throws IOException {
    page.text(
        "## As published\n\nTen frames show fresh images of one digit, nine of them changed by one"
            + " of eight families, one by another; both families are drawn anew for every sequence."
            + " At a last, blank frame the place of the odd one is asked for. The task, the maps'"
            + " sizes and densities, their activations, initial weights and training are those of"
            + " the authors' published generator and model files; the digits are "
            + digits.name()
            + ". The LSTM has as many weights.");
    page.code(PublishedRecipe.class, "network");
    ProportionReport.showPublished(page, anomaly.train(page.seed()));
    page.text(digits.source());
    RunLog log = new RunLog(page.folder().resolve("runs.txt"));
    Part part = Part.of(anomaly, digits, size, PublishedMaps.WEIGHTS, size.maps());
    Part larger =
        Part.of(
            anomaly, digits, size, PublishedMaps.MORE_WEIGHTS, List.copyOf(size.larger().keySet()));
    page.text(
        String.format(
            Locale.ROOT,
            "Sequences: %d, epochs: %d, to test with: %d. The authors: 58 000 (`--full`) or 30 000, 25"
                + " or 50 epochs, 1000. Results are kept in `runs.txt`: started again with the same"
                + " settings, the study goes on where it was stopped.",
            size.sequences(),
            size.epochs(),
            size.tested()));
    ProportionRuns runs = new ProportionRuns(part.task, log, page.seed(), seeds);
    ProportionRuns more = new ProportionRuns(larger.task, log, page.seed(), seeds);
    runs.tellTime(page, part.plans);
    more.tellTime(page, larger.plans);
    Studied studied = HiddenProportionStudy.studied(page, part.task, part.plans, runs);
    page.text(
        "## Ten times the weights\n\nThe authors' larger maps beside those of the same hidden"
            + " proportion, and the LSTM.");
    WeightSensitivity sensitivity =
        new WeightSensitivity(
            larger.task,
            studied.plans(),
            HiddenProportionStudy.trained(larger.plans, more.all(page, larger.plans)),
            size.larger());
    page.table(sensitivity.plans());
    page.table(sensitivity.claims());
    return studied;
  }

  /** Networks of equal weights. */
  private record Part(ProportionTask task, List<ProportionPlan> plans) {
    static Part of(
        PublishedAnomaly anomaly,
        DigitOptions digits,
        PublishedSize size,
        int weights,
        List<String> names)
        throws IOException {
      ProportionTask task = ProportionTask.published(anomaly, digits.key(), size, weights);
      List<ProportionPlan> plans = new ArrayList<>(PublishedMaps.plans(weights, names));
      plans.add(ProportionPlan.lstm(task));
      return new Part(task, plans);
    }
  }
}
