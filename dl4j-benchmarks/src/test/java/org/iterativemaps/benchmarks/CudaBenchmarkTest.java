package org.iterativemaps.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.map.GatedMaps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where there is no GPU it says so; nothing here measures anything. */
class CudaBenchmarkTest {
  private static final Map<String, String> LOOPED = Map.of("shape", "looped", "density", "0.1");

  private static Plan plan() {
    return Plans.all().stream()
        .filter(plan -> plan.type() == CudaBenchmark.class)
        .findFirst()
        .orElseThrow();
  }

  /** In a process of its own, which no driver is there for. */
  @Test
  void withoutAGpuTheRowSaysWhyAndHasNoNumber(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("rows.json");
    Path said = folder.resolve("said.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dorg.iterativemaps.cuda.library=no-such-driver");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(List.of(Benchmarks.class.getName(), "CudaBenchmark", "--quick"));
    command.addAll(List.of("--only", "cuda", "--json", json.toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES));
    String text = Files.readString(said, StandardCharsets.UTF_8);
    assertEquals(0, process.exitValue(), text);
    assertEquals(
        4, text.lines().filter(line -> line.matches("(forward|training) .*not run: .*")).count());
    assertTrue(text.contains("library no-such-driver cannot be loaded"), text);
    List<String> rows = Files.readAllLines(json);
    assertEquals(4, rows.size());
    for (String row : rows) {
      assertTrue(row.contains("\"not_run\":") && !row.contains("median_us"), row);
    }
    assertThrows(
        IllegalArgumentException.class, () -> Peers.read(List.of(json)), "there is no row to read");
  }

  @Test
  void aRowThatWasNotRunIsNobodysPeer() {
    Row gpu = Row.notRun("CudaBenchmark", LOOPED, "cuda", "forward", 2, "no driver");
    Row cpu = new Row("CudaBenchmark", LOOPED, "fused-simd", "forward", 2, 5, 1, 0, "passive");
    assertFalse(gpu.isMeasured());
    String[] lines = Report.table(List.of(gpu, cpu), plan()).split("\\R");
    assertTrue(lines[1].endsWith("not run: no driver"), lines[1]);
    assertFalse(lines[1].contains("NaN"), lines[1]);
    assertTrue(lines[2].contains("1.00"), lines[2]);
    assertFalse(lines[2].contains("not run"), lines[2]);
  }

  @Test
  void operationsAreThoseOfWeightsThatExist() {
    Row row = new Row("CudaBenchmark", LOOPED, "cuda", "forward", 2, 1000, 1, 0, "");
    double forward = 2.0 * 128 * 100_000 * 5; // x to h once, h to h four times
    assertEquals(forward / 1e6, CudaShape.LOOPED.gigaflops(row), 1e-6);
    Row training = new Row("CudaBenchmark", LOOPED, "cuda", "training", 2, 1000, 1, 0, "");
    assertEquals(3 * forward / 1e6, CudaShape.LOOPED.gigaflops(training), 1e-6);
  }

  /** What a kernel refuses runs on another one, and would be measured there. */
  @Test
  void aMapOnAnotherKernelIsRefused() {
    MapProgram gated = MapProgram.sequence(GatedMaps.gru(4).nIn(3).build().realize(), 1, null);
    String before = System.setProperty(KernelSelection.PROPERTY, "reference");
    try {
      Subjects.requireKernel("reference", gated);
      String message =
          assertThrows(
                  IllegalStateException.class, () -> Subjects.requireKernel("fused-scalar", gated))
              .getMessage();
      assertTrue(message.startsWith("fused-scalar would be the "), message);
    } finally {
      if (before == null) {
        System.clearProperty(KernelSelection.PROPERTY);
      } else {
        System.setProperty(KernelSelection.PROPERTY, before);
      }
    }
  }
}
