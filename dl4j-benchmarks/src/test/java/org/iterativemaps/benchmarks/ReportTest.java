package org.iterativemaps.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class ReportTest {
  private static final Row PEER = row("SimpleRnn", Map.of(), "forward", 2, 30);
  private static final Row MAP = row("fused-simd", Map.of("density", "0.1"), "forward", 2, 10);
  private static final Plan PLAN =
      new Plan(SequenceBenchmark.class, "", Set.of("SimpleRnn"), List.of(), List.of());

  private static Row row(
      String subject, Map<String, String> parameters, String measure, int threads, double median) {
    return new Row(
        "SequenceBenchmark", parameters, subject, measure, threads, median, 1, 64, "passive");
  }

  @Test
  void aPeerIsCompardWithTheSameMeasureThreadsAndShape() {
    assertTrue(Report.isPeerOf(PEER, MAP));
    assertFalse(Report.isPeerOf(row("SimpleRnn", Map.of(), "training", 2, 1), MAP));
    assertFalse(Report.isPeerOf(row("SimpleRnn", Map.of(), "forward", 1, 1), MAP));
    assertFalse(Report.isPeerOf(row("SimpleRnn", Map.of("shape", "a"), "forward", 2, 1), MAP));
  }

  @Test
  void theRatioSaysHowManyTimesFaster() {
    String[] lines = Report.table(List.of(PEER, MAP), PLAN).split("\\R");
    assertTrue(lines[0].endsWith("x SimpleRnn"));
    assertTrue(lines[1].endsWith("1.00"));
    assertTrue(lines[2].contains("density=0.1") && lines[2].endsWith("3.00"));
  }

  @Test
  void aLineOfJsonHasTheAgreedFields(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("deep/rows.json");
    Report.writeJson(List.of(MAP, PEER), file);
    List<String> lines = Files.readAllLines(file);
    assertEquals(2, lines.size());
    JsonNode row = new ObjectMapper().readTree(lines.get(0));
    assertEquals("0.1", row.get("case").get("density").asText());
    assertEquals(10, row.get("median_us").asDouble());
    assertEquals(64, row.get("alloc_bytes").asDouble());
    assertEquals("passive", row.get("waiting").asText());
    assertEquals(9, row.size());
  }

  @Test
  void aBlockNeedNotBeSquare() {
    Map<String, String> block = Map.of("width", "384-1536", "batch", "10", "density", "0.5");
    assertEquals(
        384 * 1536 * 10 / 1e3, KernelBenchmark.gigaflops(row("a", block, "forward", 1, 1)));
    assertEquals(
        3 * 384 * 1536 * 10 / 1e3, KernelBenchmark.gigaflops(row("a", block, "training", 1, 1)));
    Map<String, String> square = Map.of("width", "20", "batch", "1", "density", "1");
    assertEquals(0.8, KernelBenchmark.gigaflops(row("a", square, "forward", 1, 1)), 1e-12);
    Map<String, String> bundles = Map.of("width", "20", "batch", "1", "density", "0.5-4");
    assertEquals(0.4, KernelBenchmark.gigaflops(row("a", bundles, "forward", 1, 1)), 1e-12);
  }

  @Test
  void aGroupRunsEveryCombination() {
    Group group = Group.of().subjects("a", "b").with("density", "1", "0.5", "0.1");
    assertEquals(6, Measurement.combinations(group).size());
    for (Plan plan : Plans.all()) {
      assertFalse(plan.groups().isEmpty(), plan.name());
      assertFalse(plan.quick().isEmpty(), plan.name());
    }
  }
}
