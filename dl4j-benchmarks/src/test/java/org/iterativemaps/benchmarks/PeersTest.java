package org.iterativemaps.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
  private static final Plan KERNEL =
      Plans.all().stream().filter(p -> p.type() == KernelBenchmark.class).findFirst().orElseThrow();

  @TempDir Path folder;

  private static Row row(String subject, String batch, String measure, int threads, double median) {
    return row(subject, batch, measure, threads, median, "");
  }

  private static Row row(
      String subject, String batch, String measure, int threads, double median, String waiting) {
    return new Row(
        "KernelBenchmark",
        Map.of("width", "1000", "batch", batch, "density", "0.1"),
        subject,
        measure,
        threads,
        median,
        1,
        0,
        waiting);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("peers.jsonl"), text);
  }

  private void refused(String text, String... parts) throws IOException {
    Path file = file(text);
    String message =
        assertThrows(IllegalArgumentException.class, () -> Peers.read(List.of(file))).getMessage();
    assertTrue(message.contains(file.toString()), message);
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void rowsAreReadAsTheyWereWritten() throws IOException {
    List<Row> rows =
        List.of(
            row("SparseProp", "16", "forward", 1, 5), row("SparseProp", "16", "training", 1, 9));
    Path file = folder.resolve("rows.json");
    Report.writeJson(rows, file);
    assertEquals(rows, Peers.read(List.of(file)));
  }

  @Test
  void parametersMayBeNumbersAndTheRestUnknown() throws IOException {
    Row row =
        Peers.read(
                List.of(
                    file(
                        """

                        {"benchmark": "KernelBenchmark", "case": {"width": 1000}, "subject": "a", \
                        "measure": "forward", "threads": 1, "median_us": 2, "alloc_bytes": null}
                        """)))
            .get(0);
    assertEquals(Map.of("width", "1000"), row.parameters());
    assertTrue(Double.isNaN(row.errorMicros()) && Double.isNaN(row.allocatedBytes()));
  }

  @Test
  void wrongFilesAreRefused() throws IOException {
    Path missing = folder.resolve("missing.json");
    Exception none =
        assertThrows(IllegalArgumentException.class, () -> Peers.read(List.of(missing)));
    assertTrue(none.getMessage().contains("no such file"));
    refused("", "found no rows", "expected one a line");
    refused("\n \n", "found no rows");
    refused("{}", "line 1", "\"case\" is missing");
    String start = "{\"benchmark\": \"b\", \"subject\": \"s\", \"measure\": \"forward\", ";
    refused(start + "\"case\": 3}", "expected an object");
    refused(start + "\"case\": {}, \"threads\": 1}", "\"median_us\" is missing");
    refused(start + "\"case\": {}, \"threads\": 1, \"median_us\": \"2\"}", "expected a number");
    refused(start + "\"case\": {}, \"threads\": 1, \"median_us\": 0}", "above 0");
    refused(start + "\"case\": {}, \"threads\": 0, \"median_us\": 2}", "whole number");
  }

  @Test
  void aBrokenLineIsNamedAndShown() throws IOException {
    String row =
        "{\"benchmark\": \"b\", \"subject\": \"s\", \"measure\": \"forward\", \"case\": {},"
            + " \"threads\": 1, \"median_us\": 2}";
    String expected = "expected a row";
    refused(row + "\n\n" + row.substring(0, 70), "line 3", "found {\"benchmark\"", expected);
    refused(row + "\n[" + row + "]", "line 2", "found [{", expected);
    refused("[\n" + row + "\n]", "line 1", "found [,", expected);
    refused("1", "line 1", "found 1,", expected);
    refused(row + row, "line 1", expected);
    refused("PyTorch 2", "line 1", "found PyTorch 2,", expected);
  }

  @Test
  void ofTheSameCaseTheFastestCountsUnderItsSetting() throws IOException {
    Row slow = row("SparseProp", "16", "forward", 1, 5, "passive");
    Row fast = row("SparseProp", "16", "forward", 1, 4, "bound");
    Row other = row("SparseProp", "16", "training", 1, 9, "passive");
    Path one = folder.resolve("one.jsonl");
    Path two = folder.resolve("two.jsonl");
    Report.writeJson(List.of(slow, fast, other), one);
    Report.writeJson(List.of(slow), two);
    assertEquals(List.of(fast, other), Peers.read(List.of(one, two)));
  }

  @Test
  void onlyOtherSubjectsOfThisBenchmarkCount() {
    Row peer = row("SparseProp", "16", "forward", 1, 5);
    Row elsewhere = new Row("MlpBenchmark", Map.of(), "PyTorch", "forward", 1, 5, 1, 0, "");
    assertEquals(List.of(peer), Peers.of(List.of(peer, elsewhere), KERNEL));
    Row own = row("fused-simd", "16", "forward", 1, 5);
    assertThrows(IllegalArgumentException.class, () -> Peers.of(List.of(own), KERNEL));
  }

  @Test
  void aPeerIsAColumnOfTheTable() {
    Row peer = row("SparseProp", "16", "forward", 1, 30);
    Row other = row("SparseProp", "128", "forward", 1, 30);
    Row own = row("fused-simd", "16", "forward", 1, 10);
    assertEquals(List.of(peer), Peers.matching(List.of(peer, other), List.of(own)));
    String[] lines = Report.table(List.of(own, peer), KERNEL.withPeers(List.of(peer))).split("\\R");
    assertTrue(lines[0].contains("x SparseProp") && lines[0].contains("x reference"), lines[0]);
    assertTrue(lines[1].contains("3.00"), lines[1]);
  }

  @Test
  void meansAreGeometricOverTheCellsInCommon() {
    List<Row> peers =
        List.of(
            row("SparseProp", "16", "forward", 1, 20),
            row("SparseProp", "16", "training", 1, 50),
            row("SparseProp", "32", "forward", 1, 80),
            row("SparseProp", "32", "training", 1, 400),
            row("SparseProp", "128", "forward", 1, 1000));
    List<Row> own =
        List.of(
            row("fused-simd", "16", "forward", 1, 10),
            row("fused-simd", "16", "training", 1, 20),
            row("fused-simd", "32", "forward", 1, 10),
            row("fused-simd", "32", "training", 1, 20),
            row("fused-simd", "16", "forward", 2, 10));
    // Forward 2 and 8, backward 30 / 10 and 320 / 10.
    String text = Peers.means(peers, own);
    assertTrue(text.contains("forward 4.00 (2 cells), backward 9.80 (2 cells)"), text);
    assertTrue(text.contains("2 threads, geometric mean: forward -, backward -"), text);
  }
}
