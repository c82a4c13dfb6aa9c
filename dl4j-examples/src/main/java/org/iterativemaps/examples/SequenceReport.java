package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.SequenceTask.Sizes;
import org.iterativemaps.examples.SparseRecurrentMap.Compared;
import org.iterativemaps.examples.SparseRecurrentMap.Learned;
import org.iterativemaps.examples.data.Sequences;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.examples.plots.Trajectories;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.RealizedMap;

/** What {@link SparseRecurrentMap} shows of one task. */
final class SequenceReport {

  private static final int SUMS = 6;
  private static final int STRETCH = 150;

  private SequenceReport() {}

  static Compared show(Page page, SequenceTask task, String file, List<Learned> learned) {
    showSizes(page, task, file, learned);
    int seeds = learned.get(0).networks().length;
    double[] epochs = IntStream.rangeClosed(1, task.epochs()).asDoubleStream().toArray();
    LearningCurves curves = LearningCurves.of(task.name(), "epoch", "test error").logarithmic();
    learned.forEach(one -> curves.curve(one.name(), epochs, one.errors()));
    page.picture(
        file + "-curves",
        curves.picture(),
        "Mean squared error: median of " + seeds + " seeds, and their range.");

    double[][] baselines = new double[2][seeds];
    for (int s = 0; s < seeds; s++) {
      Sequences test = task.data().of(page.seed() + s).test();
      baselines[0][s] = SequenceTraining.error(mean(test), test);
      baselines[1][s] = SequenceTraining.error(lastValues(test), test);
    }
    Compared compared = new Compared(task.name(), baselines, task.target(), learned);
    page.table(table(task, seeds, compared));
    page.text(
        String.format(
            Locale.ROOT,
            "Lowest mean error: **%s**. First at an error of %s, counting those that got there from"
                + " every seed: **%s**.",
            best(learned, one -> Spread.of(one.lastErrors()).mean()),
            task.target(),
            best(learned, one -> medianTime(one, task))));
    if (task.features() == 1) {
      showStretch(page, task, file, learned);
    } else {
      showSums(page, task, learned);
    }
    return compared;
  }

  private static void showSizes(Page page, SequenceTask task, String file, List<Learned> learned) {
    Sizes sizes = task.sizes();
    double density = sizes.mapEntries() / ((double) sizes.map() * sizes.map());
    page.picture(
        file + "-map",
        BlockMaps.spy("The sparse map", map(learned.get(0).networks()[0])).picture(),
        String.format(Locale.ROOT, "%.1f %% of the weights from h to h exist.", 100 * density));
    long most = learned.stream().mapToLong(Learned::parameters).max().orElseThrow();
    long least = learned.stream().mapToLong(Learned::parameters).min().orElseThrow();
    page.check(
        String.format(
            Locale.ROOT,
            "%d units of the map, %d of SimpleRnn and %d of LSTM have %d to %d parameters:"
                + " equal within 1 %%",
            sizes.map(),
            sizes.simpleRnn(),
            sizes.lstm(),
            least,
            most),
        most - least <= 0.01 * least);
  }

  private static RealizedMap map(MultiLayerNetwork network) {
    return ((IterativeMapRecurrentLayer) network.getLayer(0).conf().getLayer())
        .getSettings()
        .realized();
  }

  private static Table table(SequenceTask task, int seeds, Compared compared) {
    Table table = Table.of("network", "error", "parameters", "ms/epoch", "s to " + task.target());
    for (Learned one : compared.learned()) {
      double[] seconds = one.secondsTo(task.target());
      String some = seconds.length < seeds ? ", " + seconds.length + " of " + seeds : "";
      table.row(
          one.name(),
          Spread.of(one.lastErrors()).toString(),
          "" + one.parameters(),
          String.format(Locale.ROOT, "%.0f", 1000 * one.medianEpoch()),
          seconds.length == 0
              ? "not reached"
              : String.format(Locale.ROOT, "%.1f%s", Spread.of(seconds).median(), some));
    }
    table.row("always the mean", Spread.of(compared.baselines()[0]).toString(), "", "", "");
    table.row("the last value", Spread.of(compared.baselines()[1]).toString(), "", "", "");
    return table.caption("Mean ± deviation of " + seeds + " seeds; median times");
  }

  private static String best(List<Learned> learned, ToDoubleFunction<Learned> quantity) {
    return learned.stream()
        .filter(one -> Double.isFinite(quantity.applyAsDouble(one)))
        .min(Comparator.comparingDouble(quantity))
        .map(Learned::name)
        .orElse("none");
  }

  /** Infinite unless every seed got there. */
  private static double medianTime(Learned learned, SequenceTask task) {
    double[] seconds = learned.secondsTo(task.target());
    return seconds.length < learned.networks().length
        ? Double.POSITIVE_INFINITY
        : Spread.of(seconds).median();
  }

  private static void showSums(Page page, SequenceTask task, List<Learned> learned) {
    Sequences test = task.data().of(page.seed()).test().range(0, SUMS);
    List<double[]> answers = answers(learned, test);
    Table table = Table.of("sum", "sparse map", "SimpleRnn", "LSTM");
    for (int i = 0; i < SUMS; i++) {
      int at = i;
      Object[] row = new Object[1 + answers.size()];
      row[0] = String.format(Locale.ROOT, "%.2f", test.targets()[at][0]);
      Arrays.setAll(
          row, c -> c == 0 ? row[0] : String.format(Locale.ROOT, "%.2f", answers.get(c - 1)[at]));
      table.row(row);
    }
    page.table(table.caption("Sums asked for, and what the networks of the first seed answer"));
  }

  private static void showStretch(
      Page page, SequenceTask task, String file, List<Learned> learned) {
    Sequences test = task.data().of(page.seed()).test().range(0, STRETCH);
    Trajectories plot = Trajectories.of(task.name(), "time", "x").path("the series", targets(test));
    List<double[]> answers = answers(learned, test);
    for (int i = 0; i < learned.size(); i++) {
      plot.path(learned.get(i).name(), answers.get(i));
    }
    page.picture(
        file + "-forecasts", plot.picture(), "Forecasts of a stretch that was not trained with.");
  }

  private static List<double[]> answers(List<Learned> learned, Sequences test) {
    return learned.stream()
        .map(one -> SequenceTraining.predictions(one.networks()[0], test))
        .toList();
  }

  private static double[] targets(Sequences sequences) {
    return Arrays.stream(sequences.targets()).mapToDouble(target -> target[0]).toArray();
  }

  /** Always the mean of the targets: its error is their variance. */
  private static double[] mean(Sequences sequences) {
    double[] answers = new double[sequences.count()];
    Arrays.fill(answers, Arrays.stream(targets(sequences)).average().orElseThrow());
    return answers;
  }

  /** The last value of the first feature, as if nothing changed any more. */
  private static double[] lastValues(Sequences sequences) {
    return Arrays.stream(sequences.features())
        .mapToDouble(sequence -> sequence[0][sequence[0].length - 1])
        .toArray();
  }
}
