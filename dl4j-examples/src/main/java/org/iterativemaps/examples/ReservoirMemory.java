package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.reservoir.MemoryCapacity;
import org.iterativemaps.reservoir.Reservoir;

/** How much reservoirs of one size remember: plain, leaky and residual ones. */
final class ReservoirMemory {
  private ReservoirMemory() {}

  // region kinds
  private static Map<String, Reservoir> kinds(int units) {
    Reservoir plain = Reservoir.of(units).spectralRadius(0.9).inputScaling(0.1);
    Map<String, Reservoir> kinds = new LinkedHashMap<>();
    kinds.put("plain", plain);
    kinds.put("leaky, 0.3", plain.leakRate(0.3));
    kinds.put("ring", plain.pattern(Sparsity.ring()).weights(WeightValues.constant(0.9)));
    for (Reservoir.Branch branch : Reservoir.Branch.values()) {
      kinds.put(
          "residual, " + branch.name().toLowerCase(Locale.ROOT), plain.residual(0.9, 0.1, branch));
    }
    return kinds;
  }

  // endregion

  /**
   * Measures and shows.
   *
   * @return short-term memory by kind, one per seed
   */
  static Map<String, double[]> show(Page page) {
    page.text(
        "## How much it remembers\n\nThe **memory capacity** is the number of past inputs that linear"
            + " read-outs find in the state, at most one per unit. A *residual* reservoir hands its old"
            + " state past the activation by an orthogonal matrix, h' = k O h + a tanh(…) (Ceni and"
            + " Gallicchio, 2024): another block of the map.");
    page.code(ReservoirMemory.class, "kinds");
    int units = page.quick() ? 30 : 100;
    int seeds = page.quick() ? 2 : 5;
    MemoryCapacity.Measure measure = MemoryCapacity.Measure.withDelays(2 * units);
    double[] delays = IntStream.rangeClosed(1, measure.delays()).asDoubleStream().toArray();
    Map<String, double[]> totals = new LinkedHashMap<>();
    LearningCurves curves = LearningCurves.of("What is left of an input", "time steps ago", "MC");
    Table table = Table.of("reservoir", "memory capacity");
    Map<String, Reservoir> kinds = kinds(units);
    try (Progress progress = page.progress("memory", (long) kinds.size() * seeds)) {
      kinds.forEach(
          (name, reservoir) -> {
            double[][] byDelay = new double[seeds][];
            for (int s = 0; s < seeds; s++) {
              byDelay[s] = measure.of(reservoir.seed(page.seed() + s)).byDelay();
              progress.step();
            }
            totals.put(name, Arrays.stream(byDelay).mapToDouble(StatUtils::sum).toArray());
            table.row(name, Spread.of(totals.get(name)));
            curves.curve(name, delays, byDelay);
          });
    }
    page.table(table.caption(units + " units, " + seeds + " reservoirs of every kind"));
    page.picture("memory", curves.picture(), "Median and range over the reservoirs");
    return totals;
  }
}
