package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
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
    assertTrue(result.lastScore() < 0.9 * result.firstScore(), result.toString());
    // x to three gates of ten units, ten or two recurrent weights for each, and biases
    assertEquals(3 * (6 * 10 + 10 * 10 + 10), result.denseParameters());
    assertEquals(3 * (6 * 10 + 10 * 2 + 10), result.sparseParameters());
  }
}
