package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MinimalGatesTest {

  @Test
  void mapsComputeThePapersEquations(@TempDir Path folder) throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<MinimalGates.Result> outcome =
        Notebook.run(
            new MinimalGates(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 2);
    MinimalGates.Result result = outcome.result();
    assertTrue(result.difference() < 1e-12, "" + result.difference());
    assertArrayEquals(new int[] {2, 2}, result.newtonSteps());
    assertTrue(result.parallelDifference() < 1e-12, "" + result.parallelDifference());
    assertEquals(6, result.all().size());
    for (Races.Trained one : result.all()) {
      assertEquals(800, one.counted(), 60, one.name());
      assertTrue(one.parameters() > one.counted(), one.name()); // biases and the read-out
      assertTrue(one.last()[0] > 0.3, one.name() + " " + one.last()[0]); // chance is 0.25
    }
  }

  /** Of one unit and one number: the paper's equations, number by number. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneUnitByHand(boolean isLstm) {
    GatedMapBuilder cell = isLstm ? GatedMaps.minLstm(1) : GatedMaps.minGru(1);
    DoubleMap map = new DoubleMap(cell.nIn(1).build(), 3);
    MapWeights weights = map.weights();
    double ofF = weights.matrix("x", "f")[0][0];
    double ofI = isLstm ? weights.matrix("x", "i")[0][0] : 0;
    double ofH = weights.matrix("x", "h")[0][0];
    double[] tokens = {1.5, -0.5, 2, 0};
    double[][] found = map.outputs(new double[][] {{1.5}, {-0.5}, {2}, {0}});
    double h = 0;
    for (int t = 0; t < tokens.length; t++) {
      double before = h;
      double candidate = ofH * tokens[t] + weights.bias("h")[0];
      double f = 1 / (1 + Math.exp(-(ofF * tokens[t] + weights.bias("f")[0])));
      if (isLstm) {
        double i = 1 / (1 + Math.exp(-(ofI * tokens[t] + weights.bias("i")[0])));
        h = (f * h + i * candidate) / (f + i);
      } else { // z = 1 - f
        h = f * h + (1 - f) * candidate;
      }
      double now = h;
      assertEquals(now, found[t][0], 1e-14);
      assertTrue(Math.abs(now) > 1e-3 && Math.abs(now - before) > 1e-3, () -> "" + now);
    }
  }
}
