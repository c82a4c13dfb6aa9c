package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.iterativemaps.examples.HiddenProportionStudy.Trained;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.junit.jupiter.api.Test;

class WeightSensitivityTest {

  private final ProportionTask task =
      ProportionTask.published(
          PublishedAnomaly.drawn(),
          "",
          new PublishedSize(100, 1, 500, List.of(), Map.of()),
          PublishedMaps.MORE_WEIGHTS);

  private static Trained plan(String name, double... accuracies) {
    return new Trained(name, 1, 0.4, accuracies);
  }

  private WeightSensitivity compared(Trained few, Trained more, Trained fewLstm, Trained lstm) {
    return new WeightSensitivity(
        task, List.of(few, fewLstm), List.of(more, lstm), Map.of("more", "few"));
  }

  /** The last words of both rows. */
  private static List<String> verdicts(WeightSensitivity sensitivity) {
    String[] lines = sensitivity.claims().toString().strip().split("\n");
    return Arrays.stream(lines)
        .skip(lines.length - 2L)
        .map(line -> line.strip().replaceAll(".* {2,}", ""))
        .toList();
  }

  @Test
  void clearDifferencesAreTold() {
    Trained lstm = plan("LSTM", 0.3, 0.31, 0.32);
    Trained few = plan("few", 0.6, 0.61, 0.62);
    assertEquals(
        List.of("agrees", "nothing against it"),
        verdicts(compared(few, plan("more", 0.61, 0.62, 0.6), lstm, lstm)));
    assertEquals(
        List.of("agrees", "differs"),
        verdicts(compared(few, plan("more", 0.81, 0.82, 0.8), lstm, lstm)));
    assertEquals(
        List.of("differs", "differs"),
        verdicts(compared(few, plan("more", 0.2, 0.21, 0.22), lstm, lstm)));
    assertEquals(
        "too close to tell",
        verdicts(compared(few, plan("more", 0.3, 0.32, 0.31), lstm, lstm)).get(0));
  }

  @Test
  void thoseWhoDidNotLearnSayNothing() {
    Trained lstm = plan("LSTM", 0.1, 0.11, 0.1);
    List<String> verdicts =
        verdicts(compared(plan("few", 0.09, 0.1, 0.1), plan("more", 0.1, 0.1, 0.11), lstm, lstm));
    assertEquals(List.of("nothing: at chance", "nothing: at chance"), verdicts);
  }

  @Test
  void pIsTimesThePairs() {
    Trained lstm = plan("LSTM", 0.3, 0.31, 0.32);
    Trained few = plan("few", 0.6, 0.61, 0.62);
    Trained more = plan("more", 0.64, 0.62, 0.63);
    double p = Comparison.welch(few.accuracies(), more.accuracies(), 1);
    String table = compared(few, more, lstm, lstm).plans().toString();
    assertTrue(p < 0.5 && table.contains(String.format(Locale.ROOT, "%.4g", 2 * p)), table);
  }
}
