package org.iterativemaps.examples.jupyter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.shade.jackson.core.util.DefaultIndenter;
import org.nd4j.shade.jackson.core.util.DefaultPrettyPrinter;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** A file of Jupyter's format 4 (nbformat), as far as a notebook of text and code needs it. */
record JupyterNotebook(ObjectNode json) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A cell that holds code. */
  record Cell(ObjectNode json) {

    String id() {
      return json.path("id").asText();
    }

    String source() {
      return joined(json.path("source"));
    }

    /** What the file holds of an earlier run: one text, however it is cut up. */
    Optional<String> printed() {
      return output("stream").map(stream -> joined(stream.path("text")));
    }

    /** Likewise the kinds (MIME types) in which the value of the cell is shown. */
    List<String> shown() {
      List<String> kinds = new ArrayList<>();
      output("execute_result")
          .ifPresent(r -> r.path("data").fieldNames().forEachRemaining(kinds::add));
      return kinds;
    }

    private Optional<JsonNode> output(String type) {
      for (JsonNode output : json.path("outputs")) {
        if (output.path("output_type").asText().equals(type)) {
          return Optional.of(output);
        }
      }
      return Optional.empty();
    }

    /** Puts what a run gave in the place of what the file holds. */
    void show(int count, JavaCells.Outcome outcome) {
      json.put("execution_count", count);
      ArrayNode outputs = json.putArray("outputs");
      if (!outcome.printed().isEmpty()) {
        ObjectNode stream = outputs.addObject().put("name", "stdout").put("output_type", "stream");
        cut(outcome.printed(), stream.putArray("text"));
      }
      outcome
          .data()
          .forEach(
              (kind, content) -> {
                if (outputs.isEmpty() || !outputs.get(outputs.size() - 1).has("data")) {
                  outputs.addObject().putObject("data");
                }
                ObjectNode data = (ObjectNode) outputs.get(outputs.size() - 1).path("data");
                if (kind.startsWith("text/")) {
                  cut(content, data.putArray(kind));
                } else {
                  data.put(kind, content);
                }
              });
      if (!outcome.data().isEmpty()) {
        ObjectNode result = (ObjectNode) outputs.get(outputs.size() - 1);
        result.put("execution_count", count);
        result.putObject("metadata");
        result.put("output_type", "execute_result");
      }
    }

    private static void cut(String text, ArrayNode lines) {
      for (String line : text.split("(?<=\n)")) {
        lines.add(line);
      }
    }
  }

  static JupyterNotebook read(Path file) throws IOException {
    return new JupyterNotebook((ObjectNode) JSON.readTree(Files.readString(file)));
  }

  /** The cells with code, from the first to the last. */
  List<Cell> code() {
    List<Cell> code = new ArrayList<>();
    for (JsonNode cell : json.path("cells")) {
      if (cell.path("cell_type").asText().equals("code")) {
        code.add(new Cell((ObjectNode) cell));
      }
    }
    return code;
  }

  /** As Jupyter writes it: a blank for a level, every element on a line of its own. */
  String text() throws IOException {
    DefaultIndenter indenter = new DefaultIndenter(" ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    return JSON.writer(printer)
            .writeValueAsString(json)
            .replaceAll("(?m)^( *\"[^\"\\\\]*\") : ", "$1: ")
            .replaceAll("(?m): ([\\[{]) ([\\]}],?)$", ": $1$2")
        + "\n";
  }

  private static String joined(JsonNode lines) {
    StringBuilder text = new StringBuilder();
    if (lines.isTextual()) {
      return lines.asText();
    }
    lines.forEach(line -> text.append(line.asText()));
    return text.toString();
  }
}
