package org.iterativemaps.examples.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** The command, seen from outside. */
class VerifyGoldenTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path folder;

  private record Outcome(int exitCode, List<String> lines, String err) {
    String last() {
      return lines.get(lines.size() - 1);
    }

    void assertSays(String text) {
      assertTrue(
          lines.stream().anyMatch(line -> line.contains(text)) || err.contains(text),
          () -> "no '" + text + "' in\n" + String.join("\n", lines) + "\n" + err);
    }
  }

  @Test
  void checksAllThatAppliesAndNamesTheRest() {
    Outcome fused = verify(GoldenFiles.FOLDER.toString(), "--via", "fused");
    assertEquals("13 passed, 0 failed, 78 skipped", fused.last());
    assertEquals(0, fused.exitCode());
    fused.assertSays("kind author_configs does not apply");
    fused.assertSays("AdroitArchive/10AH01");
    Outcome sameDiff = verify(GoldenFiles.FOLDER.toString(), "--via", "samediff");
    assertEquals("13 passed, 0 failed, 78 skipped", sameDiff.last());
    assertEquals(0, sameDiff.exitCode());
    Outcome outcome = verify(GoldenFiles.FOLDER.toString());
    assertEquals("91 passed, 0 failed", outcome.last());
    assertEquals(0, outcome.exitCode());
    outcome.assertSays("uncorrected_epsilon");
    assertEquals(
        9, outcome.lines().stream().filter(line -> line.contains("largest error")).count());
  }

  @Test
  void convertersApplyToMlpsAndRnns() {
    Outcome converters = verify(GoldenFiles.FOLDER.toString(), "--via", "converters");
    assertEquals("3 passed, 0 failed, 88 skipped", converters.last());
    assertEquals(0, converters.exitCode());
    converters.assertSays("kind torch_gated does not apply: DL4J has an LSTM and no GRU");
  }

  @ParameterizedTest
  @CsvSource({
    "ff_map_K, /cases/0/runs/1/grad/weight/h<-x/data/2/1, K=2 grad weight h<-x [2 1]",
    "ff_map_K, /cases/0/trajectory/x/data/3/1/0, trajectory x [3 1 0]",
    "ff_map_K, /cases/1/runs/0/loss, K=1 loss",
    "ff_map_K, /cases/0/bias/h/data/0, trajectory h",
    "rnn_seq, /cases/0/runs/0/losses/h/grad/input/data/0/3/1, h grad input [0 3 1]",
    "torch_rnn, /cases/0/runs/1/grad/h0/data/1/2, random h0: grad h0 [1 2]",
    "torch_rnn, /cases/1/runs/0/h_n/data/0/0, zero h0: h_n [0 0]",
    "torch_gated, /cases/0/runs/0/output/data/2/4/5, zero h0: output [2 4 5]",
    "torch_gated, /cases/0/runs/1/c_n/data/1/3, random h0: c_n [1 3]",
    "torch_gated, /cases/0/runs/1/grad/c0/data/2/0, random h0: grad c0 [2 0]",
    "torch_gated, /cases/0/runs/0/grad/weight_ih/data/17/3, zero h0: grad weight_ih [17 3]",
    "torch_gated, /cases/0/runs/0/grad/bias_hh/data/23, zero h0: grad bias_hh [23]",
    "torch_gated, /cases/1/runs/1/h_n/data/0/4, random h0: h_n [0 4]",
    "torch_gated, /cases/1/runs/1/loss, random h0: loss",
    "torch_gated, /cases/1/runs/1/grad/input/data/1/2/3, random h0: grad input [1 2 3]",
    "torch_gated, /cases/1/runs/0/grad/h0/data/0/1, zero h0: grad h0 [0 1]",
    "torch_gated, /cases/1/runs/1/grad/weight_hh/data/13/5, random h0: grad weight_hh [13 5]",
    "torch_gated, /cases/1/runs/0/grad/bias_ih/data/12, zero h0: grad bias_ih [12]",
    "torch_gated, /cases/1/weight_hh/data/12/0, random h0: output",
    "mlp_map, /cases/0/impulse/trajectory/y/data/6/0/0, impulse y at K=6 [0 0]",
    "mlp_map, /cases/0/mlp_output_at_zero_input/data/0/0, mlp_output_at_zero_input [0 0]",
    "masked_linear_training, /cases/0/loss/29, loss before update [29]",
    "masked_linear_training, /cases/1/final_bias/y/data/1, final_bias y [1]",
    "adam_training, /cases/0/uncorrected_epsilon/final_loss, uncorrected_epsilon final_loss",
    "adam_training, /cases/1/final_weight/h<-h/data/0/0, torch final_weight h<-h [0 0]",
    "fixed_point, /cases/0/jacobian/data/1/2/3, jacobian [1 2 3]",
    "fixed_point, /cases/0/adjoint/data/0/0, adjoint [0 0]",
    "fixed_point, /cases/0/iterations/error_max, iterations by error_max",
    "fixed_point, /cases/0/weight_hh_spectral_norm, weight_hh_spectral_norm",
  })
  void oneWrongNumberFails(String file, String pointer, String named) throws IOException {
    JsonNode root = MAPPER.readTree(GoldenFiles.FOLDER.resolve(file + ".json").toFile());
    addTo(root, pointer, 1e-6);
    write(file + ".json", root);
    Outcome outcome = verify(folder.toString());
    assertEquals(1, outcome.exitCode());
    assertEquals(root.get("cases").size() - 1 + " passed, 1 failed", outcome.last());
    outcome.assertSays("FAILED " + root.at(pointer.substring(0, 8)).get("name").textValue());
    outcome.assertSays(named.replaceAll("(\\d) (?=\\d)", "$1, "));
    outcome.assertSays("expected");
  }

  @Test
  void aWrongFrozenWeightFails() throws IOException {
    JsonNode root =
        MAPPER.readTree(GoldenFiles.FOLDER.resolve("masked_linear_training.json").toFile());
    JsonNode block = root.at("/cases/1/blocks/h<-h");
    int offMask = 0;
    while (block.at("/mask/data/0/" + offMask).intValue() == 1) {
      offMask++;
    }
    addTo(root, "/cases/1/final_weight/h<-h/data/0/" + offMask, 1e-6);
    write("frozen.json", root);
    verify(folder.toString()).assertSays("final_weight h<-h [0, " + offMask + "]");
  }

  @Test
  void anUnknownKindIsAFailure() throws IOException {
    copy("mlp_map.json");
    Files.writeString(
        folder.resolve("new.json"),
        "{\"format\":\"block-map-golden\",\"version\":1,\"kind\":\"new_kind\","
            + "\"cases\":[{\"name\":\"first\"}]}");
    Outcome outcome = verify(folder.toString());
    assertEquals("1 passed, 1 failed", outcome.last());
    assertEquals(1, outcome.exitCode());
    outcome.assertSays("FAILED first: unknown kind 'new_kind'; known are [adam_training,");
  }

  @Test
  void nothingRunIsAFailure() throws IOException {
    copy("author_configs.json");
    Outcome outcome = verify(folder.toString(), "--via", "fused");
    assertEquals("0 passed, 0 failed, 78 skipped", outcome.last());
    assertEquals(1, outcome.exitCode());
  }

  @Test
  void aMissingFieldFailsItsCaseAlone() throws IOException {
    JsonNode root = MAPPER.readTree(GoldenFiles.FOLDER.resolve("torch_rnn.json").toFile());
    ((ObjectNode) root.at("/cases/0/weight_hh")).remove("data");
    write("torch_rnn.json", root);
    Outcome outcome = verify(folder.toString());
    assertEquals("1 passed, 1 failed", outcome.last());
    outcome.assertSays("FAILED rnn_tanh: cases[0].weight_hh.data: missing");
  }

  @Test
  void cellsAndGatesThatNobodyKnowsFail() throws IOException {
    JsonNode root = MAPPER.readTree(GoldenFiles.FOLDER.resolve("torch_gated.json").toFile());
    ((ObjectNode) root.at("/cases/0")).put("cell", "lstn");
    ((ArrayNode) root.at("/cases/1/gates")).set(1, MAPPER.getNodeFactory().textNode("r"));
    write("torch_gated.json", root);
    Outcome outcome = verify(folder.toString());
    assertEquals("0 passed, 2 failed", outcome.last());
    outcome.assertSays("FAILED lstm_4_6: cases[0]: unknown cell 'lstn'; there are [LSTM, GRU]");
    outcome.assertSays(
        "FAILED gru_4_6: cases[1].gates: found [r, r, n], expected some order of [n, r, z]");
  }

  /** The file says in which order the rows are: with another order they are other numbers. */
  @Test
  void gatesInAnotherOrderFail() throws IOException {
    JsonNode root = MAPPER.readTree(GoldenFiles.FOLDER.resolve("torch_gated.json").toFile());
    for (JsonNode gatedCase : root.get("cases")) {
      ArrayNode gates = (ArrayNode) gatedCase.get("gates");
      JsonNode first = gates.remove(0);
      gates.insert(1, first);
    }
    write("torch_gated.json", root);
    Outcome outcome = verify(folder.toString());
    assertEquals("0 passed, 2 failed", outcome.last());
    outcome.assertSays("FAILED lstm_4_6: random h0: output [");
    outcome.assertSays("FAILED gru_4_6: random h0: output [");
  }

  @Test
  void wrongFoldersAreErrors() {
    Outcome missing = verify(folder.resolve("none").toString());
    assertEquals(2, missing.exitCode());
    missing.assertSays("none: no such folder");
    Outcome empty = verify(folder.toString());
    assertEquals(2, empty.exitCode());
    empty.assertSays("no *.json in this folder");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"format\": \"block-map-golden\", \"vers | damaged JSON at line 1",
        "{} | not a golden file: format: missing",
        "[1] | not a golden file: expected an object",
        "{\"format\": \"block-map-golden\", \"version\": 2} | expected block-map-golden version 1",
      })
  void damagedFilesAreErrors(String content, String named) throws IOException {
    copy("mlp_map.json");
    Files.writeString(folder.resolve("bad.json"), content);
    Outcome outcome = verify(folder.toString());
    assertEquals(2, outcome.exitCode());
    outcome.assertSays("bad.json: ");
    outcome.assertSays(named);
  }

  @Test
  void anUnknownWayListsWhatThereIs() {
    Outcome outcome = verify("--via", "pigeon", GoldenFiles.FOLDER.toString());
    assertEquals(2, outcome.exitCode());
    outcome.assertSays("--via: unknown 'pigeon'; there are: layer");
  }

  private static Outcome verify(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandLine(new VerifyGolden())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new Outcome(exitCode, new ArrayList<>(out.toString().lines().toList()), err.toString());
  }

  private void copy(String file) throws IOException {
    Files.copy(GoldenFiles.FOLDER.resolve(file), folder.resolve(file));
  }

  private void write(String file, JsonNode root) throws IOException {
    MAPPER.writeValue(folder.resolve(file).toFile(), root);
  }

  private static void addTo(JsonNode root, String pointer, double delta) {
    int last = pointer.lastIndexOf('/');
    JsonNode parent = root.at(pointer.substring(0, last));
    double value = root.at(pointer).doubleValue() + delta;
    if (parent instanceof ArrayNode array) {
      array.set(
          Integer.parseInt(pointer.substring(last + 1)), MAPPER.getNodeFactory().numberNode(value));
    } else {
      ((ObjectNode) parent).put(pointer.substring(last + 1), value);
    }
  }
}
