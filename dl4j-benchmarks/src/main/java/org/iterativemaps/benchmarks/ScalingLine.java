package org.iterativemaps.benchmarks;

import java.util.List;
import java.util.Locale;

/** How straight the time of a {@link ScalingBenchmark} grows with density. */
final class ScalingLine {
  private ScalingLine() {}

  /**
   * The least-squares line through the times of densities below 0.5, weighted by their inverse
   * square (each time counts by its relative error), beside the time of density 1.
   */
  static String of(List<Row> rows) {
    List<Row> swept = rows.stream().filter(row -> row.parameters().containsKey("density")).toList();
    List<Row> sparse = swept.stream().filter(row -> density(row) < 0.5).toList();
    Row dense = swept.stream().filter(row -> density(row) == 1).findFirst().orElse(null);
    if (sparse.size() < 3 || dense == null) {
      return "";
    }
    double n = 0;
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (Row row : sparse) {
      double weight = 1 / (row.medianMicros() * row.medianMicros());
      n += weight;
      x += weight * density(row);
      y += weight * row.medianMicros();
      xx += weight * density(row) * density(row);
      xy += weight * density(row) * row.medianMicros();
    }
    double slope = (n * xy - x * y) / (n * xx - x * x);
    double intercept = (y - slope * x) / n;
    double furthest = 0;
    for (Row row : sparse) {
      double line = intercept + slope * density(row);
      furthest = Math.max(furthest, Math.abs(row.medianMicros() - line) / line);
    }
    return String.format(
        Locale.ROOT,
        "Density below 0.5: %.0f us + %.0f us x density, every time within %.0f %% of it; the"
            + " intercept is %.1f %% of the dense time, %.0f us.%n",
        intercept,
        slope,
        100 * furthest,
        100 * intercept / dense.medianMicros(),
        dense.medianMicros());
  }

  private static double density(Row row) {
    return Double.parseDouble(row.parameters().get("density"));
  }
}
