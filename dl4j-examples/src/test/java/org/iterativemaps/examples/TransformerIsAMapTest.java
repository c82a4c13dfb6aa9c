package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.examples.TransformerIsAMap.Result;
import org.iterativemaps.examples.TransformerIsAMap.Trained;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformerIsAMapTest {

  @Test
  void theEncoderIsSameDiffsAndLearnsTied(@TempDir Path folder) throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<Result> outcome =
        Notebook.run(
            new TransformerIsAMap(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 1);
    assertTrue(outcome.result().attentionDifference() < 1e-12);
    List<Trained> trained = outcome.result().trained();
    // Embedding and read-out are 2 * 10 * 32; a layer has its places, four projections, two norms
    // and the feed-forward part.
    long layer = 4 * 32 + 4 * 32 * 32 + 2 * 2 * 32 + 2 * 32 * 64 + 64 + 32;
    assertEquals(2 * 10 * 32 + layer, trained.get(0).parameters());
    assertEquals(2 * 10 * 32 + 3 * layer, trained.get(1).parameters());
    for (Trained one : trained) {
      assertTrue(one.accuracy() > 0.5, one.name() + " " + one.accuracy());
    }
  }

  @Test
  void sequencesAreSorted() {
    SortedDigits data = SortedDigits.draw(3, 4, RandomSource.of(1));
    for (int s = 0; s < 3; s++) {
      int[] drawn = new int[4];
      for (int t = 0; t < 4; t++) {
        drawn[t] = data.digits().getRow(s * 4 + t).argMax().getInt(0);
        assertEquals(1, data.places().getDouble(s * 4 + t, t));
      }
      Arrays.sort(drawn);
      for (int t = 0; t < 4; t++) {
        assertEquals(1, data.sorted().getDouble(s * 4 + t, drawn[t]));
      }
    }
  }
}
