package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.examples.BundleStudy.Trained;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleStudyTest {
  @TempDir Path folder;

  @Test
  void everyPatternLearnsWithAsManyWeights() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Trained>> outcome =
        Notebook.run(
            new BundleStudy(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 2);
    assertEquals(2 * 3, outcome.result().size());
    for (Trained one : outcome.result()) {
      boolean digits = one.task().equals("handwritten digits");
      int inputs = digits ? 64 : 400;
      assertEquals(Math.rint(0.1 * 128 * (inputs + 128)), one.weights(), 1, one.task());
      double floor = digits ? 0.8 : 0.5; // chance is 0.1
      double worst = Arrays.stream(one.accuracies()).min().orElseThrow();
      assertTrue(worst > floor, one.task() + ", bundle " + one.bundle() + ": " + worst);
    }
  }
}
