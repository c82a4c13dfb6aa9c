package org.iterativemaps.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Results as a table with ratios to the peers of the same run, and as lines of JSON. */
final class Report {
  /** The field of JSON that says why there is no time. */
  static final String NOT_RUN = "not_run";

  private Report() {}

  /** One line per row; a ratio above 1 says how many times faster than that peer. */
  static String table(List<Row> rows, Plan plan) {
    List<String> peers = plan.peers().stream().sorted().toList();
    List<List<String>> lines = new ArrayList<>();
    List<String> head =
        new ArrayList<>(
            List.of(
                "measure",
                "case",
                "subject",
                "waiting",
                "threads",
                "median us",
                "error us",
                "bytes"));
    peers.forEach(peer -> head.add("x " + peer));
    boolean hasOperations = plan.operations() != null;
    if (hasOperations) {
      head.add("GFLOP/s");
    }
    boolean isWhole = rows.stream().allMatch(Row::isMeasured);
    if (!isWhole) {
      head.add("");
    }
    lines.add(head);
    for (Row row : rows) {
      List<String> line =
          new ArrayList<>(
              List.of(
                  row.measure(),
                  caseOf(row),
                  row.subject(),
                  row.waiting(),
                  String.valueOf(row.threads()),
                  number("%.1f", row.medianMicros()),
                  number("%.1f", row.errorMicros()),
                  number("%.0f", row.allocatedBytes())));
      for (String peer : peers) {
        line.add(
            rows.stream()
                .filter(other -> other.subject().equals(peer) && isPeerOf(other, row))
                .findFirst()
                .map(other -> number("%.2f", other.medianMicros() / row.medianMicros()))
                .orElse(""));
      }
      if (hasOperations) {
        line.add(number("%.1f", plan.operations().applyAsDouble(row)));
      }
      if (!isWhole) {
        line.add(row.isMeasured() ? "" : "not run: " + row.notRun());
      }
      lines.add(line);
    }
    return aligned(lines);
  }

  /** Same measure, threads and case, wherever the peer has a case. */
  static boolean isPeerOf(Row peer, Row row) {
    return peer.measure().equals(row.measure())
        && peer.threads() == row.threads()
        && peer.parameters().entrySet().stream()
            .allMatch(e -> e.getValue().equals(row.parameters().get(e.getKey())));
  }

  private static String caseOf(Row row) {
    return row.parameters().entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(" "));
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }

  private static String aligned(List<List<String>> lines) {
    StringBuilder format = new StringBuilder();
    for (int i = 0; i < lines.get(0).size(); i++) {
      int column = i;
      int width = lines.stream().mapToInt(line -> line.get(column).length()).max().orElseThrow();
      format.append(i == 0 ? "%" : "  %").append(i < 4 ? "-" : "").append(width).append('s');
    }
    String line = format.toString();
    return lines.stream()
        .map(cells -> String.format(Locale.ROOT, line, cells.toArray()).stripTrailing())
        .collect(Collectors.joining(System.lineSeparator(), "", System.lineSeparator()));
  }

  /**
   * Writes a line for each row, a JSON object with benchmark, case, subject, measure, threads,
   * median_us, error_us, alloc_bytes and waiting; of one that was not run {@value #NOT_RUN}, the
   * reason, instead of the last four.
   */
  static void writeJson(List<Row> rows, Path file) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> lines = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("benchmark", row.benchmark());
      object.put("case", row.parameters());
      object.put("subject", row.subject());
      object.put("measure", row.measure());
      object.put("threads", row.threads());
      if (row.isMeasured()) {
        object.put("median_us", row.medianMicros());
        object.put("error_us", row.errorMicros());
        object.put("alloc_bytes", row.allocatedBytes());
        object.put("waiting", row.waiting());
      } else {
        object.put(NOT_RUN, row.notRun());
      }
      lines.add(json.writeValueAsString(object));
    }
    if (file.toAbsolutePath().getParent() != null) {
      Files.createDirectories(file.toAbsolutePath().getParent());
    }
    Files.write(file, lines);
  }
}
