package org.iterativemaps.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Rows that other programs measured, read from files in the format of {@link Report#writeJson}.
 * That they come from this machine, in the same state, is up to whoever names the files.
 */
final class Peers {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Peers() {}

  /**
   * Reads the rows of all files, one a line; blank lines and rows that were not run are passed
   * over. Of rows that have the same benchmark, case, subject, measure and threads, measured again
   * or under another setting, the fastest counts.
   *
   * @throws IllegalArgumentException if a file is missing or has no rows, or a line is no such row
   */
  static List<Row> read(List<Path> files) {
    List<Row> rows = new ArrayList<>();
    for (Path file : files) {
      int before = rows.size();
      int number = 0;
      for (String line : lines(file)) {
        number++;
        if (!line.isBlank()) {
          String where = "--peers " + file + ", line " + number;
          JsonNode node = node(line, where);
          if (!node.hasNonNull(Report.NOT_RUN)) {
            rows.add(row(node, where));
          }
        }
      }
      if (rows.size() == before) {
        throw new IllegalArgumentException(
            "--peers " + file + ": found no rows, expected one a line, as --json writes them");
      }
    }
    return Waiting.better(rows);
  }

  private static List<String> lines(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(
          "--peers " + file + ": no such file; paths are relative to the project's root folder");
    }
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("--peers " + file + " cannot be read: " + e, e);
    }
  }

  private static JsonNode node(String line, String where) {
    try {
      JsonNode node = JSON.readTree(line);
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(notARow(line, where) + ": " + e.getOriginalMessage(), e);
    }
    throw new IllegalArgumentException(notARow(line, where));
  }

  private static String notARow(String line, String where) {
    return where
        + ": found "
        + (line.length() > 60 ? line.substring(0, 60) + "…" : line)
        + ", expected a row, one whole JSON object, as --json and the programs in peers/ write it;"
        + " leave the line out if its program was stopped while it wrote";
  }

  private static Row row(JsonNode node, String where) {
    JsonNode parameters = field(node, "case", where);
    if (!parameters.isObject()) {
      throw new IllegalArgumentException(
          where + ": \"case\" is " + parameters + ", expected an object of parameters");
    }
    Map<String, String> values = new LinkedHashMap<>();
    parameters.fields().forEachRemaining(e -> values.put(e.getKey(), e.getValue().asText()));
    double median = number(node, "median_us", where);
    double threads = number(node, "threads", where);
    if (!(median > 0)) {
      throw new IllegalArgumentException(
          where + ": \"median_us\" is " + median + ", expected a time above 0");
    }
    if (threads < 1 || threads != Math.rint(threads)) {
      throw new IllegalArgumentException(
          where + ": \"threads\" is " + threads + ", expected a whole number from 1 on");
    }
    return new Row(
        text(node, "benchmark", where),
        values,
        text(node, "subject", where),
        text(node, "measure", where),
        (int) threads,
        median,
        node.path("error_us").asDouble(Double.NaN),
        node.path("alloc_bytes").asDouble(Double.NaN),
        node.path("waiting").asText(""));
  }

  private static String text(JsonNode node, String name, String where) {
    return field(node, name, where).asText();
  }

  private static double number(JsonNode node, String name, String where) {
    JsonNode value = field(node, name, where);
    if (!value.isNumber()) {
      throw new IllegalArgumentException(
          where + ": \"" + name + "\" is " + value + ", expected a number");
    }
    return value.asDouble();
  }

  private static JsonNode field(JsonNode node, String name, String where) {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      throw new IllegalArgumentException(
          where + ": \"" + name + "\" is missing; expected a row as --json writes it");
    }
    return value;
  }

  /** Those of a plan; a subject that the plan measures itself is refused. */
  static List<Row> of(List<Row> peers, Plan plan) {
    List<Row> some = peers.stream().filter(p -> p.benchmark().equals(plan.name())).toList();
    for (Group group : plan.groups()) {
      Set<String> own = Set.of(group.values().getOrDefault("subject", new String[0]));
      for (Row row : some) {
        if (own.contains(row.subject())) {
          throw new IllegalArgumentException(
              "--peers: the subject \""
                  + row.subject()
                  + "\" is one that "
                  + plan.name()
                  + " measures itself; give it another name in the file");
        }
      }
    }
    return some;
  }

  /** Those with the measure, the threads and the case of any measured row. */
  static List<Row> matching(List<Row> peers, List<Row> measured) {
    return peers.stream()
        .filter(peer -> measured.stream().anyMatch(row -> Report.isPeerOf(peer, row)))
        .toList();
  }

  /**
   * How many times the fused kernels reach the GFLOP/s of each peer: the geometric mean over the
   * cells that both have. Backward is training less forward.
   */
  static String means(List<Row> peers, List<Row> measured) {
    StringBuilder text = new StringBuilder();
    Set<String> names = new TreeSet<>();
    peers.forEach(peer -> names.add(peer.subject()));
    Set<String> own = new TreeSet<>();
    measured.stream().map(Row::subject).filter(s -> s.startsWith("fused-")).forEach(own::add);
    Set<Integer> threads = new TreeSet<>();
    measured.forEach(row -> threads.add(row.threads()));
    for (String name : names) {
      for (String subject : own) {
        for (int count : threads) {
          text.append(
              String.format(
                  Locale.ROOT,
                  "GFLOP/s of %s to %s, %d %s, geometric mean: forward %s, backward %s%n",
                  subject,
                  name,
                  count,
                  count == 1 ? "thread" : "threads",
                  mean(
                      times(peers, name, count, "forward"),
                      times(measured, subject, count, "forward")),
                  mean(backward(peers, name, count), backward(measured, subject, count))));
        }
      }
    }
    return text.toString();
  }

  private static Map<Map<String, String>, Double> times(
      List<Row> rows, String subject, int threads, String measure) {
    return rows.stream()
        .filter(row -> row.subject().equals(subject) && row.threads() == threads)
        .filter(row -> row.measure().equals(measure))
        .collect(Collectors.toMap(Row::parameters, Row::medianMicros, (one, again) -> one));
  }

  private static Map<Map<String, String>, Double> backward(
      List<Row> rows, String subject, int threads) {
    Map<Map<String, String>, Double> forward = times(rows, subject, threads, "forward");
    Map<Map<String, String>, Double> training = times(rows, subject, threads, "training");
    training.replaceAll((cell, time) -> time - forward.getOrDefault(cell, Double.NaN));
    return training;
  }

  /** Without cells that one of them lacks or where, in short noisy times, nothing is left. */
  private static String mean(
      Map<Map<String, String>, Double> peer, Map<Map<String, String>, Double> own) {
    double[] logs =
        own.keySet().stream()
            .filter(cell -> own.get(cell) > 0 && peer.getOrDefault(cell, Double.NaN) > 0)
            .mapToDouble(cell -> Math.log(peer.get(cell) / own.get(cell)))
            .toArray();
    return logs.length == 0
        ? "-"
        : String.format(
            Locale.ROOT,
            "%.2f (%d %s)",
            Math.exp(Arrays.stream(logs).average().orElseThrow()),
            logs.length,
            logs.length == 1 ? "cell" : "cells");
  }
}
