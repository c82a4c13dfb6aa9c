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

class LongerMemoryTest {

  @Test
  void mapsComputeThePapersEquations(@TempDir Path folder) throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<LongerMemory.Result> outcome =
        Notebook.run(
            new LongerMemory(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 2);
    LongerMemory.Result result = outcome.result();
    for (double difference : result.differences()) {
      assertTrue(difference < 1e-12, "" + difference);
    }
    assertEquals(5, result.all().size());
    for (RecallRace.Trained one : result.all()) {
      assertEquals(720, one.parameters(), 40, one.name());
      assertEquals(result.delays().length, one.accuracies()[0].length);
      assertEquals(0.6, one.at(0)[0], 0.4, one.name()); // 40 updates teach little; chance is 0.25
    }
  }
}
