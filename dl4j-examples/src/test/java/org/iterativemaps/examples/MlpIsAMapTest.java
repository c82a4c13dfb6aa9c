package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.iterativemaps.examples.MlpIsAMap.Result;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlpIsAMapTest {
  @TempDir private Path folder;

  @Test
  void theMapIsTheMlpFromItsDepthOn() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<Result> outcome =
        Notebook.run(
            new MlpIsAMap(), new PrintWriter(printed), "--quick", "--out", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Result result = outcome.result();
    assertTrue(result.largestDifference() <= 1e-12, result::toString);
    assertTrue(result.accuracy() > 0.9, result::toString);
    for (int step = 3; step <= result.held().length; step++) {
      assertEquals(result.accuracy(), result.held()[step - 1]);
    }
    assertEquals(result.accuracy(), result.impulse()[2]);
    assertTrue(result.impulse()[3] < 0.5, result::toString); // the answer is gone
    assertTrue(result.held()[0] < 0.5 && result.held()[1] < 0.5, result::toString);
    assertEquals(OptionalInt.of(3), result.forgetsAfter());
    Browser.checkPage(outcome.page(), 1);
  }
}
