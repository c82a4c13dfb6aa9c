package org.iterativemaps.benchmarks;

import java.util.Map;

/**
 * One line of a result table.
 *
 * @param benchmark name of the benchmark
 * @param parameters what was varied, by name
 * @param subject what was measured: "fused-simd", "reference", "SimpleRnn", …
 * @param measure "forward", "training" or "backward"
 * @param threads compute threads
 * @param medianMicros median time of one call
 * @param errorMicros half width of the 99.9 % confidence interval of the mean, NaN if not known
 * @param allocatedBytes heap bytes allocated by one call, NaN if not known
 * @param waiting {@link Waiting#label}, or what peers/run.py calls the setting of a peer's threads;
 *     empty if not known
 * @param notRun why there is no time; empty if there is one
 */
record Row(
    String benchmark,
    Map<String, String> parameters,
    String subject,
    String measure,
    int threads,
    double medianMicros,
    double errorMicros,
    double allocatedBytes,
    String waiting,
    String notRun) {

  /** A row that was measured. */
  Row(
      String benchmark,
      Map<String, String> parameters,
      String subject,
      String measure,
      int threads,
      double medianMicros,
      double errorMicros,
      double allocatedBytes,
      String waiting) {
    this(
        benchmark,
        parameters,
        subject,
        measure,
        threads,
        medianMicros,
        errorMicros,
        allocatedBytes,
        waiting,
        "");
  }

  /** A row without a number. */
  static Row notRun(
      String benchmark,
      Map<String, String> parameters,
      String subject,
      String measure,
      int threads,
      String reason) {
    return new Row(
        benchmark,
        parameters,
        subject,
        measure,
        threads,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        "",
        reason);
  }

  /** Whether there is a time. */
  boolean isMeasured() {
    return notRun.isEmpty();
  }

  /** Whether the other row is of the same benchmark, case, subject, measure and threads. */
  boolean isSameCase(Row other) {
    return benchmark.equals(other.benchmark)
        && parameters.equals(other.parameters)
        && subject.equals(other.subject)
        && measure.equals(other.measure)
        && threads == other.threads;
  }
}
