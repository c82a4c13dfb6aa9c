package org.iterativemaps.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.examples.ProportionRuns.Run;
import org.iterativemaps.examples.data.ArmReaching;
import org.iterativemaps.examples.data.TwoLinkArm;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.QuadraticFit;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Option;

/** Where inputs and outputs are few, is a dense map best? A controller is imitated. */
public final class ControlStudy implements Notebook<ControlStudy.Studied> {

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Trainings of every plan (default: 5; 2 with --quick).")
  private Integer seeds;

  @Option(
      names = "--minari",
      paramLabel = "FILE",
      description =
          "Imitate what is in a Minari data set's HDF5 file (data/main_data.hdf5 in its folder)"
              + " instead of the simulated arm.")
  private Path minari;

  /**
   * What came out.
   *
   * @param task its name
   * @param plans what was trained
   * @param fit R² of the maps against hidden proportion
   * @param verdict whether dense wins
   */
  public record Studied(String task, List<Trained> plans, QuadraticFit fit, String verdict) {}

  /**
   * What came out of one plan.
   *
   * @param name of the plan
   * @param weights trainable ones, biases not counted
   * @param proportion share of them from hidden to hidden
   * @param scores R² on episodes not trained with, one per seed
   * @param distances of the tip from its point with the network at the motors, in metres, one per
   *     seed; NaN where there is nothing to drive
   */
  public record Trained(
      String name, long weights, double proportion, double[] scores, double[] distances) {}

  @Override
  public String title() {
    return "Few inputs, few outputs: does dense win?";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the arrays are small
  }

  // region plans
  /** Dense, sparse everywhere, and all hidden proportions that the budget allows. */
  static List<ProportionPlan> plans(ProportionTask task, boolean quick) {
    double[] uniform = quick ? new double[] {0.3} : new double[] {0.3, 0.1};
    double[] varied =
        quick ? new double[] {0.2, 0.48} : new double[] {0.1, 0.25, 0.43, 0.54, 0.7, 0.87};
    List<ProportionPlan> plans = new ArrayList<>();
    plans.add(ProportionPlan.of(Kind.DENSE, "dense", ProportionPlan.uniform(task, 1)));
    for (double density : uniform) {
      String name = "uniform " + density;
      plans.add(ProportionPlan.of(Kind.UNIFORM, name, ProportionPlan.uniform(task, density)));
    }
    for (double proportion : varied) {
      try {
        String name = "varied " + proportion;
        plans.add(ProportionPlan.of(Kind.VARIED, name, ProportionPlan.varied(task, proportion)));
      } catch (IllegalArgumentException e) {
        continue; // many outputs: their blocks alone are more than what h to h leaves
      }
    }
    plans.add(ProportionPlan.lstm(task));
    return plans;
  }

  // endregion

  @Override
  public Studied run(Page page) throws Exception {
    int count = seeds == null ? (page.quick() ? 2 : 5) : seeds;
    if (count < 2) {
      throw new IllegalArgumentException(
          "--seeds: found " + count + ", expected at least 2, to tell a plan from luck");
    }
    page.text(
        "Hershey and Paffenroth (arXiv:2509.15057) report that balanced hidden proportions pay where"
            + " inputs are many, but that on Adroit Hammer, where a controller of 46 inputs and 26"
            + " outputs is imitated, a **dense** map did best. A dense map of few inputs and outputs"
            + " has most of its weights between hidden units as it is. Here a controller is imitated"
            + " by maps of equally many weights, spread in several ways, several seeds each.");
    ProportionTask task =
        minari == null
            ? ControlTasks.arm(page.quick(), page.seed())
            : ControlTasks.minari(minari, page.quick(), page.seed());
    if (minari == null) {
      tellOfTheArm(page);
    } else {
      page.text(
          String.format(
              Locale.ROOT,
              "## Recorded\n\nThe episodes of `%s`: %d numbers are seen at every time step, %d are to be"
                  + " told. Windows to train with: %d of %d time steps, to test with: %d, of other"
                  + " episodes.",
              task.name(),
              task.inputs(),
              task.outputs(),
              task.sequences(),
              task.timeSteps(),
              task.tested()));
    }
    page.text("## Maps of equally many weights");
    page.code("plans");
    page.code(ControlRecipe.class, "network");
    page.text(
        "Weights are equal, computing is not: a map takes two steps on every time step, and what it"
            + " told, y, is part of its state and read in the next one. The LSTM takes one step and"
            + " its answers are read by nobody.");
    page.text(
        "The learning rate falls to zero in a straight line. Where it starts is chosen for every"
            + " plan, the LSTM included, from the same few rates, by a training on another seed and"
            + " episodes that are not tested with; with `--quick` it is one rate for all. Results are"
            + " kept in `runs.txt`: started again with the same settings, the study goes on where it"
            + " was stopped.");
    List<ProportionPlan> plans = plans(task, page.quick());
    RunLog log = new RunLog(page.folder().resolve("runs.txt"));
    List<Run> runs = new ProportionRuns(task, log, page.seed(), count).all(page, plans);
    return show(page, task, plans, runs);
  }

  private static void tellOfTheArm(Page page) {
    page.text(
        "## An arm that reaches\n\nTwo rods in a vertical plane, a motor in each joint, a load at the"
            + " tip that nobody tells of. A point is to be reached, then another. Seen are the angles,"
            + " measured with noise, and the point: not the speeds and not the load, so what was seen"
            + " before matters. The expert sees all.");
    page.code(TwoLinkArm.class, "arm");
    page.code(ArmReaching.class, "expert");
  }

  private static Studied show(
      Page page, ProportionTask task, List<ProportionPlan> plans, List<Run> runs) {
    ProportionReport.showScores(page, task, plans, runs);
    if (!task.score().besideName().isEmpty()) {
      ArmReaching tests = ArmReaching.test(page.seed());
      page.table(
          Table.of("at the motors", "distance, m")
              .row("the expert", tests.driveByExpert(task.tested()))
              .row(
                  "nothing: no torques",
                  tests.drive(task.tested(), seen -> Nd4j.create(seen.rows(), ArmReaching.OUTPUTS)))
              .caption(
                  "Distance of the tip from its point, the mean over time; above, the networks were at"
                      + " the motors"));
    }
    PeakBootstrap bootstrap = ProportionReport.bootstrap(page, plans, runs);
    QuadraticFit fit = ProportionReport.showFit(page, task, runs, bootstrap);
    ControlClaims claims = new ControlClaims(task, plans, runs);
    page.table(
        claims
            .table(fit, bootstrap)
            .caption("What arXiv:2509.15057 reports of Adroit Hammer, and this run"));
    return new Studied(
        task.name(),
        plans.stream()
            .map(
                plan ->
                    new Trained(
                        plan.name(),
                        plan.weights(),
                        plan.proportion(),
                        ProportionReport.scores(runs, plan),
                        ProportionReport.besides(runs, plan)))
            .toList(),
        fit,
        claims.verdict());
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new ControlStudy(), args);
  }
}
