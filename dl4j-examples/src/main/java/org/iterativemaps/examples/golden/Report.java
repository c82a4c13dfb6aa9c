package org.iterativemaps.examples.golden;

import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.iterativemaps.examples.golden.CaseResult.Status;

/** Prints one line per file, one per failure, note and reason for skipping, and the totals. */
final class Report {
  private static final int LINE_WIDTH = 98;

  private final PrintWriter out;
  private final Map<Status, Integer> totals = new EnumMap<>(Status.class);

  Report(PrintWriter out) {
    this.out = out;
  }

  /** The results of a file's cases, in their order. */
  void add(GoldenFile file, List<CaseResult> results) {
    results.forEach(result -> totals.merge(result.status(), 1, Integer::sum));
    List<CaseResult> ran = results.stream().filter(r -> r.status() != Status.SKIPPED).toList();
    int count = ran.size();
    if (count == 0 && results.stream().map(CaseResult::failures).distinct().count() == 1) {
      printSkipped(file, results.get(0).failures().get(0));
    } else {
      out.printf(
          Locale.ROOT,
          "%-30s %3d %s  %6d numbers  largest error %.1e%n",
          file.name(),
          count,
          count == 1 ? "case " : "cases",
          ran.stream().mapToLong(CaseResult::numbers).sum(),
          ran.stream().mapToDouble(CaseResult::largestError).max().orElse(0));
      printFailuresAndNotes(file, results);
    }
    out.flush();
  }

  /** Prints the totals; 0 if something ran and all of it passed, else 1. */
  int finish() {
    int passed = total(Status.PASSED);
    int failed = total(Status.FAILED);
    int skipped = total(Status.SKIPPED);
    out.printf(
        Locale.ROOT,
        "%d passed, %d failed%s%n",
        passed,
        failed,
        skipped == 0 ? "" : ", " + skipped + " skipped");
    out.flush();
    return passed > 0 && failed == 0 ? 0 : 1;
  }

  /** All cases of a file, for one reason. */
  private void printSkipped(GoldenFile file, String reason) {
    out.printf(
        Locale.ROOT,
        "%-30s %3d skipped: kind %s does not apply: %s%n",
        file.name(),
        file.cases().size(),
        file.kind(),
        reason);
    StringBuilder line = new StringBuilder();
    for (GoldenCase skipped : file.cases()) {
      if (line.length() + skipped.name().length() > LINE_WIDTH) {
        out.println(line);
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "  " : ", ").append(skipped.name());
    }
    out.println(line);
  }

  private void printFailuresAndNotes(GoldenFile file, List<CaseResult> results) {
    for (int i = 0; i < results.size(); i++) {
      String name = file.cases().get(i).name();
      String said = results.get(i).status() == Status.SKIPPED ? "skipped" : "FAILED";
      results
          .get(i)
          .failures()
          .forEach(line -> out.printf(Locale.ROOT, "  %s %s: %s%n", said, name, line));
      results
          .get(i)
          .notes()
          .forEach(line -> out.printf(Locale.ROOT, "  note %s: %s%n", name, line));
    }
  }

  private int total(Status status) {
    return totals.getOrDefault(status, 0);
  }
}
