package org.iterativemaps.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Results of finished trainings in a text file, so that a study that was stopped goes on where it
 * was. One line per result: settings, accuracy, seconds and the word "end", separated by tabs; a
 * line that was cut off lacks its end and does not count.
 */
final class RunLog {

  /**
   * What a training left behind.
   *
   * @param accuracy on sequences not trained with
   * @param seconds that the training took
   */
  record Result(double accuracy, double seconds) {}

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
      if (parts.length == 4 && parts[3].equals(END)) {
        results.put(parts[0], parse(parts));
      }
    }
    if (!text.isEmpty() && !text.endsWith("\n")) {
      append("\n"); // the next line must not continue the one that was cut off
    }
  }

  private Result parse(String[] parts) throws IOException {
    try {
      return new Result(Double.parseDouble(parts[1]), Double.parseDouble(parts[2]));
    } catch (NumberFormatException e) {
      throw new IOException(
          file
              + ": found '"
              + parts[1]
              + "', '"
              + parts[2]
              + "' for accuracy and seconds,"
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
    append(String.join("\t", settings, "" + result.accuracy, "" + result.seconds, END) + "\n");
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
