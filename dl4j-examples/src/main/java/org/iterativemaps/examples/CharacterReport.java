package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.iterativemaps.examples.CharacterModel.Trained;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;

/** What the networks of {@link CharacterModel} did, the first of them the one to compare with. */
final class CharacterReport {
  private CharacterReport() {}

  static void show(Page page, List<Trained> all, double frequencyBits, int characters) {
    int seeds = all.get(0).bits().length;
    int epochs = all.get(0).validation()[0].length;
    Table table =
        Table.of("recurrent layer", "its weights", "all parameters", "bits/character", "step, ms");
    LearningCurves curves =
        LearningCurves.of("Validation loss", "epoch", "bits per character, validation text");
    double[] places = IntStream.rangeClosed(1, epochs).asDoubleStream().toArray();
    for (Trained one : all) {
      table.row(
          one.name(),
          one.weights(),
          one.parameters(),
          Spread.of(one.bits()),
          String.format(Locale.ROOT, "%.2f", one.milliseconds()));
      curves.curve(one.name(), places, one.validation());
    }
    page.table(
        table.caption(
            String.format(
                Locale.ROOT,
                "Bits per character of the test text, after the epoch that was best on the"
                    + " validation text; mean and deviation over the seeds (%d). A step is one update,"
                    + " of %d sequences by %d characters; threads: %d.",
                seeds,
                CharacterModel.BATCH,
                CharacterModel.BACKWARD,
                page.threads())));
    page.picture("validation", curves.picture(), "Median and range over the seeds.");
    page.text(
        String.format(
            Locale.ROOT,
            "The last of %d epochs was the best one in %d of %d trainings: in those the loss was still"
                + " falling. All have the same learning rate, which was tuned for none of them.",
            epochs,
            all.stream()
                .flatMap(one -> Arrays.stream(one.validation()))
                .filter(CharacterReport::endsBest)
                .count(),
            all.size() * seeds));
    all.stream().skip(1).forEach(map -> page.text(beside(all.get(0), map)));
    checkBits(page, all, frequencyBits, characters);
    showSamples(page, all);
  }

  private static boolean endsBest(double[] validation) {
    return validation[validation.length - 1] == Arrays.stream(validation).min().orElseThrow();
  }

  private static void checkBits(
      Page page, List<Trained> all, double frequencyBits, int characters) {
    page.check(
        "The recurrent layers have equally many weights",
        all.stream().allMatch(one -> one.weights() == all.get(0).weights()));
    // In two epochs not every network learns more than the frequencies.
    double bits = page.quick() ? Math.log(characters) / Math.log(2) : frequencyBits;
    page.check(
        String.format(
            Locale.ROOT,
            "All predict better than %s (%.2f bits)",
            page.quick() ? "equal chances do" : "the frequencies of characters do",
            bits),
        all.stream().flatMapToDouble(one -> Arrays.stream(one.bits())).allMatch(b -> b < bits));
  }

  private static void showSamples(Page page, List<Trained> all) {
    page.text(
        "What the first network of each kind writes after \""
            + CharacterModel.START.strip()
            + "\", character by character:");
    page.code(CharacterModel.class, "sample");
    for (Trained one : all) {
      page.text("**" + one.name() + "**");
      page.print(one.sample());
    }
  }

  /** A map's figures beside those of the LSTM, and how far apart they are. */
  private static String beside(Trained lstm, Trained map) {
    Spread dense = Spread.of(lstm.bits());
    Spread sparse = Spread.of(map.bits());
    double more = sparse.mean() - dense.mean();
    double deviations = sparse.deviation() + dense.deviation();
    return String.format(
        Locale.ROOT,
        "%s: %.3f bits %s than %s%s; a step takes %.2f times as long.",
        map.name(),
        Math.abs(more),
        more < 0 ? "less" : "more",
        lstm.name(),
        sparse.count() == 1
            ? ", with one seed"
            : String.format(
                Locale.ROOT,
                ", %s than both deviations together (%.3f)",
                Math.abs(more) > deviations ? "which is more" : "which is no more",
                deviations),
        map.milliseconds() / lstm.milliseconds());
  }
}
