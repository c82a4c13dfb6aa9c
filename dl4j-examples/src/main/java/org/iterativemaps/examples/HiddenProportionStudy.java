package org.iterativemaps.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.iterativemaps.examples.ProportionRuns.Run;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.iterativemaps.examples.data.RandomAnomaly;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.plots.QuadraticFit;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** At a fixed budget of weights, where should they sit? Accuracy against hidden proportion. */
public final class HiddenProportionStudy implements Notebook<List<HiddenProportionStudy.Studied>> {

  @Mixin private DigitOptions digits = new DigitOptions();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Trainings of every plan (default: 3; 2 with --quick).")
  private Integer seeds;

  @Option(
      names = "--as-published",
      description =
          "The authors' own task, maps and training, in place of this project's. As many maps as"
              + " two cores train within an hour.")
  private boolean asPublished;

  @Option(
      names = "--full",
      description =
          "With --as-published: all their maps of 100 000 weights, 58 000 sequences, 25 epochs."
              + " Takes about a day; how long is told first, and it goes on after a stop.")
  private boolean full;

  /**
   * What came out of one task.
   *
   * @param task its name
   * @param plans what was trained
   * @param fit accuracy of the maps against hidden proportion
   */
  public record Studied(String task, List<Trained> plans, QuadraticFit fit) {}

  /**
   * What came out of one plan.
   *
   * @param name of the plan
   * @param weights trainable ones, biases not counted
   * @param proportion share of them from hidden to hidden
   * @param accuracies on the test sequences, one per seed
   */
  public record Trained(String name, long weights, double proportion, double[] accuracies) {}

  @Override
  public String title() {
    return "Where the weights sit: hidden proportion";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the arrays are small
  }

  @Override
  public List<Studied> run(Page page) throws Exception {
    int count = seeds == null ? (page.quick() ? 2 : 3) : seeds;
    if (count < 2) {
      throw new IllegalArgumentException(
          "--seeds: found " + count + ", expected at least 2, to tell a plan from luck");
    }
    if (full && (!asPublished || page.quick())) {
      throw new IllegalArgumentException(
          "--full: found "
              + (asPublished ? "--quick" : "no --as-published")
              + ", expected --as-published and no --quick beside it");
    }
    page.text(
        "A network over x, h and y has six blocks, and a budget of weights can be spread over them in"
            + " many ways. Its **hidden proportion** is the share of the weights that run from h to"
            + " h. Hershey and Paffenroth (arXiv:2509.15057) report that it explains much of the"
            + " performance, and that a balanced one pays where there are many inputs and few"
            + " outputs: there a dense network spends nearly everything on reading x. The"
            + " configurations they call balanced lie at 0.43 to 0.54. Here the same budget is spread"
            + " in several ways, several seeds each; whichever wins, wins.");
    if (asPublished) {
      DigitSets sets = digits.drawn() ? null : digits.load(page.quick(), page.seed());
      return List.of(
          PublishedStudy.run(
              page,
              sets == null
                  ? PublishedAnomaly.drawn()
                  : PublishedAnomaly.of(sets.train(), sets.validation(), sets.test()),
              digits,
              page.quick() ? PublishedSize.QUICK : full ? PublishedSize.FULL : PublishedSize.HOUR,
              count));
    }
    page.code(ProportionPlan.class, "plans");
    page.code(OwnRecipe.class, "network");
    page.text(
        "The learning rate falls to zero in a straight line. Where it starts is chosen for every"
            + " plan, the LSTM included, from the same few rates, by a training on another seed and"
            + " images that are not tested with;"
            + " with `--quick` it is one rate for all. Results are kept in `runs.txt`: started again"
            + " with the same settings, the study goes on where it was stopped.");
    DigitSets sets = digits.load(page.quick(), page.seed());
    DigitSets given = digits.drawn() ? null : sets; // drawn ones are drawn anew for every sequence
    RunLog log = new RunLog(page.folder().resolve("runs.txt"));

    page.text(
        "## Many inputs, few outputs\n\nIn a Random Anomaly sequence one digit is shown ten times,"
            + " turned by a random angle; once it is scaled, sheared or moved instead. At a last,"
            + " blank frame the place of the odd image is asked for.");
    ProportionTask anomaly = ProportionTask.anomaly(given, digits.key(), page.quick());
    int side = (int) Math.sqrt(anomaly.inputs());
    ProportionReport.showSequences(
        page, RandomAnomaly.train(given == null ? null : given.train(), side, page.seed()), side);
    page.text(digits.source());
    List<Studied> studied = new ArrayList<>();
    studied.add(study(page, anomaly, count, log));

    page.text(
        "## About as many inputs as outputs\n\nA digit is read row by row, "
            + sets.train().side()
            + " numbers at a time, and told at the end. Here a dense network has most of its"
            + " weights between hidden units already, and there is less to gain.");
    studied.add(study(page, ProportionTask.rows(sets, digits.key(), page.quick()), count, log));
    return studied;
  }

  private static Studied study(Page page, ProportionTask task, int seeds, RunLog log)
      throws Exception {
    List<ProportionPlan> plans = ProportionPlan.spread(task, page.quick());
    return studied(page, task, plans, new ProportionRuns(task, log, page.seed(), seeds));
  }

  /** Trains and shows. */
  static Studied studied(
      Page page, ProportionTask task, List<ProportionPlan> plans, ProportionRuns trainings)
      throws IOException {
    List<Run> runs = trainings.all(page, plans);
    QuadraticFit fit = ProportionReport.show(page, task, plans, runs);
    return new Studied(task.name(), trained(plans, runs), fit);
  }

  /** What came out of every plan. */
  static List<Trained> trained(List<ProportionPlan> plans, List<Run> runs) {
    return plans.stream()
        .map(
            plan ->
                new Trained(
                    plan.name(),
                    plan.weights(),
                    plan.proportion(),
                    ProportionReport.scores(runs, plan)))
        .toList();
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new HiddenProportionStudy(), args);
  }
}
