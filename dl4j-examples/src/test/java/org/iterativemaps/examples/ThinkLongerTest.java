package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.ThinkLonger.Trained;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThinkLongerTest {
  @TempDir private Path folder;

  @Test
  void answersTravelOnePlacePerStep() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Trained>> outcome =
        Notebook.run(
            new ThinkLonger(), new PrintWriter(printed), "--quick", "--out", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    assertEquals(6, outcome.result().size());
    for (Trained trained : outcome.result()) {
      assertEquals(1, trained.accuracy().length);
      double[][] accuracy = trained.accuracy()[0];
      assertEquals(16, accuracy.length);
      assertEquals(11, accuracy[0].length);
      assertTrue(accuracy[0][1] > 0.7, trained.name() + " " + accuracy[0][1]);
      for (int distance = 5; distance <= 12; distance++) {
        // With K = 4 nothing has come from so far: chance, whatever was learnt.
        double apart = Math.abs(accuracy[distance - 1][0] - 0.5);
        assertTrue(apart < 0.1, trained.name() + " " + distance + " " + apart);
      }
    }
    // Without loops the state is forgotten, and the answer settled, after 17 steps at most.
    for (double[] ofDistance : outcome.result().get(5).accuracy()[0]) {
      for (int k = 4; k < ofDistance.length; k++) {
        assertEquals(ofDistance[4], ofDistance[k]);
      }
    }
    Browser.checkPage(outcome.page(), 4);
  }
}
