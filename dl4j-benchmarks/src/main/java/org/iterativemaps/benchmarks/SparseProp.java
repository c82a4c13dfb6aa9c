package org.iterativemaps.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * A {@link KernelBenchmark} beside SparseProp (Nikdan et al., ICML 2023; C++, AVX2), where its
 * times are known: 1000 x 1000, density 0.1, batch 128. They were measured elsewhere (2 cores with
 * AVX-512), so the ratio is one of machines, too.
 */
final class SparseProp {
  // By threads - 1, in microseconds.
  private static final double[] FORWARD = {900, 370};
  private static final double[] BACKWARD = {2100, 990};

  private SparseProp() {}

  static String compare(List<Row> rows) {
    double[] product = {1, 1};
    int cells = 0;
    StringBuilder text = new StringBuilder();
    for (int threads = 1; threads <= FORWARD.length; threads++) {
      double forward = time(rows, "forward", threads);
      double backward = time(rows, "training", threads) - forward;
      if (!Double.isNaN(backward)) {
        double[] ratios = {FORWARD[threads - 1] / forward, BACKWARD[threads - 1] / backward};
        text.append(line(threads + " threads", ratios));
        product[0] *= ratios[0];
        product[1] *= ratios[1];
        cells++;
      }
    }
    double[] means = {Math.pow(product[0], 1.0 / cells), Math.pow(product[1], 1.0 / cells)};
    return cells > 1 ? text + line("geometric mean", means) : text.toString();
  }

  private static String line(String what, double[] ratios) {
    return String.format(
        Locale.ROOT,
        "Times faster than SparseProp, 1000 x 1000, density 0.1, batch 128, %s: forward %.2f,"
            + " backward %.2f%n",
        what,
        ratios[0],
        ratios[1]);
  }

  private static double time(List<Row> rows, String measure, int threads) {
    return rows.stream()
        .filter(row -> row.subject().equals("fused-simd") && row.threads() == threads)
        .filter(row -> row.measure().equals(measure))
        .filter(row -> row.parameters().get("width").equals("1000"))
        .filter(row -> row.parameters().get("batch").equals("128"))
        .filter(row -> row.parameters().get("density").equals("0.1"))
        .mapToDouble(Row::medianMicros)
        .findFirst()
        .orElse(Double.NaN);
  }
}
