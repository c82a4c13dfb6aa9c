package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.dynamics.SettledResponses;
import org.iterativemaps.dynamics.SettledResponses.Fate;
import org.iterativemaps.dynamics.SettledResponses.Settling;
import org.iterativemaps.examples.FeedForwardShortcut.Learnt;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class FeedForwardShortcutTest {
  @TempDir private Path folder;

  @Test
  void largerShortcutsComeNearer() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Learnt>> outcome =
        Notebook.run(
            new FeedForwardShortcut(),
            new PrintWriter(printed),
            "--quick",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    assertEquals(
        List.of("Competition", "Information transformation", "Noise rejection"),
        outcome.result().stream().map(Learnt::name).toList());
    for (Learnt learnt : outcome.result()) {
      double[] error = learnt.error()[0];
      double[] agreement = learnt.agreement()[0];
      int last = error.length - 1;
      assertTrue(error[last] < error[0] && error[last] < 0.7, learnt.name() + " " + error[last]);
      assertTrue(agreement[last] > 0.7, learnt.name() + " " + agreement[last]);
    }
    Browser.checkPage(outcome.page(), 6);
  }

  /** The winner is the largest input, at x / (1 - self-excitation), 0.7; the rest are silent. */
  @Test
  void theCompetitionIsWonByTheLargest() {
    Computation competition = Computation.competition(Computation.INHIBITION);
    INDArray inputs = competition.inputs(50, 3, "test");
    SettledResponses found =
        SettledResponses.of(competition.weights(), null, inputs, Settling.withTolerance(1e-10));
    assertEquals(50, found.count(Fate.SETTLED));
    for (int i = 0; i < 50; i++) {
      double[] x = inputs.getRow(i).toDoubleVector();
      double[] y = found.responses().getRow(i).toDoubleVector();
      double largest = Arrays.stream(x).max().orElseThrow();
      for (int unit = 0; unit < x.length; unit++) {
        assertEquals(x[unit] == largest ? largest / 0.3 : 0, y[unit], 1e-8);
      }
      double[][] path = competition.path(x, 1000);
      for (int unit = 0; unit < x.length; unit++) {
        assertEquals(y[unit], path[1000][unit], 1e-8);
      }
    }
  }
}
