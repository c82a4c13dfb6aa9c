package org.iterativemaps.watch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Samples as a file of comma-separated values (RFC 4180), UTF-8, one line per sample under a
 * header, lines ended by a line feed:
 *
 * <pre>
 *   iteration,epoch,layer,measure,part,value
 *   0,0,map,density,,0.1
 *   0,0,map,density,W[x-&gt;h],0.1
 *   0,0,map,spectral radius,h-&gt;h,0.93
 * </pre>
 *
 * <p>Numbers as {@link Double#toString} writes them, whatever the locale. Fields with commas or
 * quotes are quoted. The samples of an iteration are appended in one go, so that a run which is
 * killed leaves whole lines.
 */
public final class MapCsv {
  private static final String HEADER = "iteration,epoch,layer,measure,part,value";

  private MapCsv() {}

  /**
   * Reads what a {@link MapWatch} wrote. A last line without its end, which a full disk can leave,
   * is passed over.
   *
   * @throws IOException if it cannot be read, or is not such a file: the message names the line
   */
  public static List<MapSample> read(Path file) throws IOException {
    String text = Files.readString(file);
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new IOException(
          file
              + ": found "
              + (lines.isEmpty() ? "no line" : "'" + lines.get(0) + "'")
              + ", expected the header '"
              + HEADER
              + "'");
    }
    List<MapSample> samples = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      samples.add(sample(lines.get(i), file + ", line " + (i + 1) + ": "));
    }
    return samples;
  }

  private static MapSample sample(String line, String where) throws IOException {
    List<String> fields = fields(line);
    if (fields.size() == 6) {
      try {
        return new MapSample(
            Integer.parseInt(fields.get(0)),
            Integer.parseInt(fields.get(1)),
            fields.get(2),
            fields.get(3),
            fields.get(4),
            Double.parseDouble(fields.get(5)));
      } catch (NumberFormatException e) {
        throw new IOException(where + "found '" + line + "', expected " + HEADER, e);
      }
    }
    throw new IOException(where + "found '" + line + "', expected " + HEADER);
  }

  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean isQuoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        boolean isDoubled = isQuoted && i + 1 < line.length() && line.charAt(i + 1) == '"';
        if (isDoubled) {
          field.append(c);
          i++;
        } else {
          isQuoted = !isQuoted;
        }
      } else if (c == ',' && !isQuoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  /** Starts a file, or starts one again, with samples; there as a whole or as it was before. */
  static void start(Path file, List<MapSample> samples) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new IOException(target + ": is a folder");
    }
    Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      Files.writeString(beside, HEADER + '\n' + lines(samples), StandardOpenOption.CREATE_NEW);
      Files.move(
          beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  /** Appends to a file that was started. */
  static void append(Path file, List<MapSample> samples) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(lines(samples).getBytes(StandardCharsets.UTF_8));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private static String lines(List<MapSample> samples) {
    StringBuilder lines = new StringBuilder();
    for (MapSample sample : samples) {
      lines
          .append(sample.iteration())
          .append(',')
          .append(sample.epoch())
          .append(',')
          .append(field(sample.layer()))
          .append(',')
          .append(field(sample.measure()))
          .append(',')
          .append(field(sample.part()))
          .append(',')
          .append(sample.value())
          .append('\n');
    }
    return lines.toString();
  }

  /** Line breaks, which DL4J allows in the name of a layer, become spaces. */
  private static String field(String text) {
    String line = text.replaceAll("\\R", " ");
    return line.contains(",") || line.contains("\"")
        ? '"' + line.replace("\"", "\"\"") + '"'
        : line;
  }
}
