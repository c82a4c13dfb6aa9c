package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixedPointsTest {
  @TempDir private Path folder;

  @Test
  void whatIsKnownIsFound() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<FixedPoints.Result> outcome =
        Notebook.run(
            new FixedPoints(), new PrintWriter(printed), "--quick", "--out", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    FixedPoints.Result result = outcome.result();
    assertTrue(result.fork() < 1e-10, "" + result.fork());
    assertEquals(OptionalInt.of(3), result.forgets());
    assertFalse(result.goRound().isEmpty());
    assertTrue(result.goRound().get(0) > 1, "below a norm of 1 there is one fixed point alone");
    assertEquals(3, result.basins().all().size(), result.basins()::toString);
    assertEquals(0, result.basins().unsettled() + result.basins().diverged());
    assertTrue(result.layers().get("radius 0.5, untrained").settles());
    assertTrue(result.layers().get("radius 0.5, untrained").forgetsAfter(1e-3).isPresent());
    assertTrue(result.layers().get("radius 2.0, untrained").settledShare() < 0.5);
    result.accuracy().forEach((name, byK) -> assertTrue(byK[3] > 0.9, name + " " + byK[3]));
    Browser.checkPage(outcome.page(), 7);
  }
}
