package org.iterativemaps.examples.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Reads the golden files of a folder. */
final class GoldenFolder {
  private static final String FORMAT = "block-map-golden";
  private static final int VERSION = 1;
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private GoldenFolder() {}

  /**
   * Every {@code *.json} in a folder, by name.
   *
   * @throws GoldenFormatException if there is no folder, no such file, or one that is not a golden
   *     file
   */
  static List<GoldenFile> read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new GoldenFormatException(folder + ": no such folder; give one with golden files");
    }
    List<Path> files = list(folder);
    if (files.isEmpty()) {
      throw new GoldenFormatException(folder + ": no *.json in this folder");
    }
    return files.stream().map(GoldenFolder::readFile).toList();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.getFileName().toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new GoldenFormatException(folder + ": cannot be listed: " + e.getMessage());
    }
  }

  private static GoldenFile readFile(Path file) {
    try {
      GoldenNode root = new GoldenNode("", MAPPER.readTree(Files.readAllBytes(file)));
      checkHeader(root);
      String kind = root.text("kind");
      List<GoldenNode> cases = root.get(root.has("rows") ? "rows" : "cases").elements();
      if (cases.isEmpty()) {
        throw new GoldenFormatException("cases: found none");
      }
      String name = file.getFileName().toString();
      return new GoldenFile(
          name, kind, cases.stream().map(c -> new GoldenCase(kind, c.text("name"), c)).toList());
    } catch (JsonProcessingException e) {
      throw new GoldenFormatException(
          file + ": damaged JSON at " + place(e) + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new GoldenFormatException(file + ": cannot be read: " + e.getMessage());
    } catch (GoldenFormatException e) {
      throw new GoldenFormatException(file + ": not a golden file: " + e.getMessage());
    }
  }

  private static void checkHeader(GoldenNode root) {
    JsonNode json = root.json();
    if (!json.isObject()) {
      throw new GoldenFormatException("expected an object");
    }
    if (!root.text("format").equals(FORMAT) || root.integer("version") != VERSION) {
      throw new GoldenFormatException(
          "found format "
              + json.get("format")
              + " version "
              + json.get("version")
              + ", expected "
              + FORMAT
              + " version "
              + VERSION);
    }
  }

  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? "an unknown place"
        : "line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
  }
}
