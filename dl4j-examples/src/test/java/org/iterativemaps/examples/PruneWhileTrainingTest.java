package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.PruneWhileTraining.Trained;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneWhileTrainingTest {
  @TempDir Path folder;

  @Test
  void prunedNetworksStillRead() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Trained>> outcome =
        Notebook.run(
            new PruneWhileTraining(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 3);
    assertEquals(1 + 3 * 2, outcome.result().size());
    long cells = (64 + 64) * 64;
    for (Trained one : outcome.result()) {
      assertEquals(Math.rint((1 - one.sparsity()) * cells), one.weights(), 1, one.way());
      double floor = one.sparsity() == 0.99 ? 0.5 : 0.8; // 82 and 819 weights; chance is 0.1
      assertTrue(one.accuracies()[0] > floor, one.toString() + one.accuracies()[0]);
    }
  }
}
