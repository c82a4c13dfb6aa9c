package org.iterativemaps.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private static Row row(String subject, String measure, double median, Waiting waiting) {
    return new Row(
        "FitBenchmark", Map.of("shape", "a"), subject, measure, 2, median, 1, 0, waiting.label());
  }

  @Test
  void anEnvironmentSaysWhatItWasSetTo() {
    Map<String, String> environment = new HashMap<>(Map.of("PATH", "/bin"));
    for (Waiting waiting : Waiting.values()) {
      waiting.set(environment);
      assertEquals(waiting, Waiting.of(environment));
    }
    assertEquals(Waiting.PASSIVE, Waiting.of(Map.of("OMP_WAIT_POLICY", "PASSIVE")));
    assertEquals(Waiting.SPINNING, Waiting.of(Map.of("OMP_WAIT_POLICY", "active")));
  }

  @Test
  void everyCaseCountsUnderItsOwnBetterSetting() {
    Row dense = row("DenseLayers", "training", 3, Waiting.PASSIVE);
    Row recurrent = row("SimpleRnn", "training", 4, Waiting.SPINNING);
    Row forward = row("SimpleRnn", "forward", 1, Waiting.PASSIVE);
    List<Row> both =
        List.of(
            dense,
            row("SimpleRnn", "training", 5, Waiting.PASSIVE),
            forward,
            row("DenseLayers", "training", 9, Waiting.SPINNING),
            recurrent,
            row("SimpleRnn", "forward", 2, Waiting.SPINNING));
    assertEquals(List.of(dense, recurrent, forward), Waiting.better(both));
  }
}
