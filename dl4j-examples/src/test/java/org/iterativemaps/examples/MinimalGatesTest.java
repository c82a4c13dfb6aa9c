package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.map.GatedMaps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MinimalGatesTest {

  @Test
  void mapsComputeThePapersEquations(@TempDir Path folder) throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<MinimalGates.Result> outcome =
        Notebook.run(
            new MinimalGates(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 2);
    MinimalGates.Result result = outcome.result();
    assertTrue(result.difference() < 1e-12, "" + result.difference());
    assertArrayEquals(new int[] {2, 2}, result.newtonSteps());
    assertTrue(result.parallelDifference() < 1e-12, "" + result.parallelDifference());
    assertEquals(8, result.all().size());
    for (CopyingRace.Trained one : result.all()) {
      assertEquals(800, one.weights(), 60, one.name());
      assertTrue(one.last()[0] > 0.3, one.name() + " " + one.last()[0]); // chance is 0.25
    }
  }

  @Test
  void writtenOutItIsTheReadyMadeOne() {
    assertEquals(GatedMaps.minLstm(5).nIn(3).build(), MinimalGates.minLstm(3, 5));
  }
}
