package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
    for (Races.Trained one : result.all()) {
      assertEquals(720, one.parameters(), 40, one.name());
      assertEquals(result.delays().length, one.scores()[0].length);
    }
    assertTrue(result.all().get(0).at(0)[0] > 0.4, printed.toString()); // chance is 0.25
  }

  /** Of one number each: the paper's equations, number by number. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneUnitOfEachKindByHand(boolean isTrained) {
    DoubleMap map = new DoubleMap(LongerMemory.scrn(1, 1, 1, 1, isTrained), 3);
    MapWeights weights = map.weights();
    double b = weights.matrix("x", "e")[0][0];
    double p = weights.matrix("slow", "fast")[0][0];
    double a = weights.matrix("x", "fast")[0][0];
    double r = weights.matrix("h", "fast")[0][0];
    double u = weights.matrix("fast", "y")[0][0];
    double v = weights.matrix("slow", "y")[0][0];
    double alpha = isTrained ? 1 / (1 + Math.exp(-weights.bias("q")[0])) : 0.95;
    double[] tokens = {1.5, -0.5, 2, 0};
    double[][] found = map.outputs(new double[][] {{1.5}, {-0.5}, {2}, {0}});
    double s = 0;
    double h = 0;
    double before = 0;
    for (int t = 0; t < tokens.length; t++) {
      s = (1 - alpha) * b * tokens[t] + alpha * s;
      h = 1 / (1 + Math.exp(-(p * s + a * tokens[t] + r * h)));
      double y = u * h + v * s;
      assertEquals(y, found[t][0], 1e-14);
      assertTrue(Math.abs(y) > 1e-3 && Math.abs(y - before) > 1e-3, () -> "" + y);
      before = y;
    }
  }
}
