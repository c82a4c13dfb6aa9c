package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrellisIsAMapTest {

  @Test
  void mapsComputeThePapersEquations(@TempDir Path folder) {
    StringWriter printed = new StringWriter();
    Outcome<TrellisIsAMap.Result> outcome =
        Notebook.run(
            new TrellisIsAMap(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    TrellisIsAMap.Result result = outcome.result();
    assertTrue(result.tiedDifference() < 1e-12, "" + result.tiedDifference());
    assertTrue(result.untiedDifference() < 1e-12, "" + result.untiedDifference());
    assertTrue(result.theoremDifference() < 1e-12, "" + result.theoremDifference());
    // 55 characters, 16 units, three levels, the first of which reads tokens alone.
    long level = 2 * 55 * 16 + 2 * 16 * 16 + 16;
    assertEquals(level, result.all().get(0).parameters());
    assertEquals(3 * level - 2 * 16 * 16, result.all().get(3).parameters());
    for (TrellisRace.Trained one : result.all()) {
      assertTrue(one.bits()[0] < 5.3, one.name() + " " + one.bits()[0]); // log2 of 55 is 5.8
    }
  }

  /** What is longer ago than the horizon is not heard of: the comparison is not one of all. */
  @Test
  void theHorizonMatters() {
    TrellisMaps maps = new TrellisMaps(3, 6, 8);
    DoubleMap sparse = new DoubleMap(maps.tied(maps.ofTwoLayers()), 4, 1);
    double[][] tokens = DoubleMap.tokens(1, 6, 3);
    double[][] three = maps.truncated(sparse.weights(), 3, tokens);
    double[][] all = maps.truncated(sparse.weights(), 6, tokens);
    assertTrue(DoubleMap.difference(three, all) > 1e-3);
  }

  @Test
  void morePlacesThanUnitsAreRefused() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new TrellisMaps(3, 9, 8)).getMessage();
    assertTrue(message.contains("found 3, 9, 8"), message);
    assertThrows(IllegalArgumentException.class, () -> new TrellisMaps(3, 1, 8));
  }
}
