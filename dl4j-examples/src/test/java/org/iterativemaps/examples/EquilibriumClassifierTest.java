package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.examples.EquilibriumClassifier.Trained;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EquilibriumClassifierTest {
  @TempDir private Path folder;

  @Test
  void whatSettlesReadsDigitsWithAnyLargeK() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Trained>> outcome =
        Notebook.run(
            new EquilibriumClassifier(),
            new PrintWriter(printed),
            "--quick",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    assertTrue(printed.toString().contains("samples settled"), printed.toString());
    Trained settled = outcome.result().get(0);
    assertTrue(Arrays.stream(settled.accuracies()).min().orElseThrow() > 0.8, printed.toString());
    int last = EquilibriumClassifier.steps().length - 1;
    for (int s = 0; s < settled.accuracies().length; s++) {
      double many = settled.byK()[s][last];
      assertTrue(Math.abs(many - settled.accuracies()[s]) < 0.02, printed.toString());
    }
    long dense = outcome.result().get(2).parameters();
    assertTrue(Math.abs(settled.parameters() - dense) < 0.05 * dense, printed.toString());
    Browser.checkPage(outcome.page(), 1);
  }
}
