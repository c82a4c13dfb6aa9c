package org.iterativemaps.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Results of finished trainings in a text file, so that a study that was stopped goes on where it
 * was. One line per result: settings, score, seconds, another figure if there is one, and the word
 * "end", separated by tabs; a line that was cut off lacks its end and does not count.
 */
final class RunLog {

  /**
   * What a training left behind.
   *
   * @param score on sequences not trained with
   * @param seconds that the training took
   * @param beside another figure of the same network; NaN if there is none
   */
  record Result(double score, double seconds, double beside) {

    /** Without another figure. */
    Result(double score, double seconds) {
      this(score, seconds, Double.NaN);
    }
  }

  private static final String END = "end";

  private final Path file;
  private final Map<String, Result> results = new HashMap<>();

  /**
   * Reads what there is.
   *
   * @param file may be absent
   * @throws IOException if it is there and cannot be read
   */
  RunLog(Path file) throws IOException {
    this.file = file;
    if (!Files.exists(file)) {
      return;
    }
    String text = Files.readString(file);
    for (String line : text.split("\n")) {
      String[] parts = line.split("\t");
      if ((parts.length == 4 || parts.length == 5) && parts[parts.length - 1].equals(END)) {
        results.put(parts[0], parse(parts));
      }
    }
    if (!text.isEmpty() && !text.endsWith("\n")) {
      append("\n"); // the next line must not continue the one that was cut off
    }
  }

  private Result parse(String[] parts) throws IOException {
    try {
      double beside = parts.length == 5 ? Double.parseDouble(parts[3]) : Double.NaN;
      return new Result(Double.parseDouble(parts[1]), Double.parseDouble(parts[2]), beside);
    } catch (NumberFormatException e) {
      throw new IOException(
          file
              + ": found '"
              + String.join("', '", Arrays.copyOfRange(parts, 1, parts.length - 1))
              + "' for score, seconds and another figure,"
              + " expected numbers; delete that line or the file",
          e);
    }
  }

  /** The result with these settings, if it is there. */
  Optional<Result> find(String settings) {
    return Optional.ofNullable(results.get(settings));
  }

  /** Keeps a result, at once. */
  void add(String settings, Result result) throws IOException {
    results.put(settings, result);
    String beside = Double.isNaN(result.beside) ? "" : "\t" + result.beside;
    append(settings + "\t" + result.score + "\t" + result.seconds + beside + "\t" + END + "\n");
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
