package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.data.ControlCharts;
import org.iterativemaps.examples.data.Sequences;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatedMapTest {

  @Test
  void theMapIsTheLstmOfDl4j(@TempDir Path folder) {
    StringWriter printed = new StringWriter();
    Outcome<GatedMap.Result> outcome =
        Notebook.run(
            new GatedMap(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    GatedMap.Result result = outcome.result();
    assertTrue(result.outputDifference() < 1e-12);
    assertTrue(result.trainedDifference() < 1e-8);
    List<GatedMap.Trained> all = result.all();
    assertEquals(List.of(440L, 440L, 440L), all.stream().limit(3).map(t -> t.weights()).toList());
    for (GatedMap.Trained one : all) {
      assertEquals(0.5, one.accuracies()[0], 0.5, one.name()); // two epochs teach little
      assertTrue(one.milliseconds() > 0);
    }
  }

  @Test
  void chartsAreWhatTheySay() {
    Sequences charts = ControlCharts.make(600, 3);
    double[] means = new double[ControlCharts.KINDS];
    double[] ends = new double[ControlCharts.KINDS];
    for (int i = 0; i < charts.count(); i++) {
      float[] chart = charts.features()[i][0];
      int kind = i % ControlCharts.KINDS;
      assertEquals(1, charts.targets()[i][kind]);
      for (int t = 0; t < ControlCharts.TIME; t++) {
        means[kind] += chart[t] / ControlCharts.TIME / 100;
        ends[kind] += t >= 45 ? chart[t] / 15 / 100 : 0;
      }
    }
    assertEquals(0, means[0], 0.03);
    assertEquals(0, means[1], 0.15); // periods are cut off
    assertEquals(0.035 * 29.5, means[2], 0.1);
    assertEquals(-0.035 * 29.5, means[3], 0.1);
    assertEquals(1.375, ends[4], 0.15); // after every jump
    assertEquals(-1.375, ends[5], 0.15);
    assertArrayEquals(charts.features()[7][0], ControlCharts.make(8, 3).features()[7][0]);
    assertThrows(IllegalArgumentException.class, () -> ControlCharts.make(0, 1));
  }
}
