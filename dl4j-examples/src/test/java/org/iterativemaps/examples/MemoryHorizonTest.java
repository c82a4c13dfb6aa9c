package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.MemoryHorizon.Remembered;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryHorizonTest {
  @TempDir private Path folder;

  @Test
  void memoryDependsOnWeightsAndSteps() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Remembered>> outcome =
        Notebook.run(
            new MemoryHorizon(), new PrintWriter(printed), "--quick", "--out", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    assertEquals(6, outcome.result().size());
    for (Remembered one : outcome.result()) {
      for (double[] byDistance : one.accuracy()) {
        assertTrue(byDistance[0] > 0.99, one.name() + ": the present bit " + byDistance[0]);
        assertEquals(0.5, byDistance[39], 0.12, one.name()); // chance
      }
    }
    Remembered small = outcome.result().get(0);
    Remembered orthogonal = outcome.result().get(4);
    assertTrue(orthogonal.horizon(0) > 1.5 * small.horizon(0));
    assertTrue(small.horizon(3) < small.horizon(0), "more steps per token forget faster");
    int soon = small.behaviour().forgetsAfter(0.1).orElseThrow();
    assertTrue(soon < orthogonal.behaviour().forgetsAfter(0.1).orElseThrow(), "" + soon);
    Browser.checkPage(outcome.page(), 3);
  }
}
