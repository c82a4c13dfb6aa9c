package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.map.MapWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertEquals(level, result.all().get(0).counted());
    assertEquals(3 * level - 2 * 16 * 16, result.all().get(1).counted());
    assertEquals(3, result.all().get(0).scores()[0].length); // read after 3, 2 and 6 levels
    for (Races.Trained one : result.all()) {
      assertTrue(one.at(0)[0] < 5.3, one.name() + " " + one.at(0)[0]); // log2 of 55 is 5.8
    }
  }

  /** Two levels of two units, two sequences of two numbers: the paper's equation, unit by unit. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoLevelsByHand(boolean isTied) {
    TrellisMaps maps = new TrellisMaps(1, 2, 2);
    DoubleMap map = new DoubleMap(isTied ? maps.tied(maps.all()) : maps.untied(2), 2, 3);
    MapWeights weights = map.weights();
    double[] x = {1.5, -0.5, 2, 0.25};
    double[][] found = map.rows(maps.placed(new double[][] {{1.5}, {-0.5}, {2}, {0.25}}));
    double[][] z = new double[4][2];
    for (int level = 1; level <= 2; level++) {
      String slot = isTied ? "z" : "z" + level;
      double[][] next = new double[4][2];
      for (int t = 0; t < 4; t++) {
        for (int i = 0; i < 2; i++) {
          double sum = weights.bias(slot)[i] + weights.matrix("x", slot)[i][0] * x[t];
          if (t == 1 || t == 3) { // the second of its sequence
            sum += weights.matrix("x", slot + "Past")[i][0] * x[t - 1];
          }
          for (int j = 0; level == 2 && j < 2; j++) { // the level below the first is 0
            sum += weights.matrix(isTied ? "z" : "z1", slot)[i][j] * z[t][j];
            if (t == 1 || t == 3) {
              sum += weights.matrix(isTied ? "z" : "z1", slot + "Past")[i][j] * z[t - 1][j];
            }
          }
          next[t][i] = Math.tanh(sum);
        }
      }
      z = next;
    }
    for (int t = 0; t < 4; t++) {
      assertArrayEquals(z[t], found[t], 1e-14);
      for (int i = 0; i < 2; i++) {
        double number = z[t][i];
        assertTrue(Math.abs(number) > 1e-3, () -> "" + number);
        double before = t == 0 ? 0 : z[t - 1][i];
        assertTrue(Math.abs(number - before) > 1e-3, () -> "" + number);
      }
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
