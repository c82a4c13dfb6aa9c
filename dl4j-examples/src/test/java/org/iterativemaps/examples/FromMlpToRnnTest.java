package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.FromMlpToRnn.Row;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FromMlpToRnnTest {
  @TempDir private Path folder;

  @Test
  void blocksOpenOneAfterTheOther() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Row>> outcome =
        Notebook.run(
            new FromMlpToRnn(), new PrintWriter(printed), "--quick", "--out", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    List<Row> rows = outcome.result();
    assertEquals(12, rows.size());
    assertEquals(2 * 12 + 12 * 12 + 12 * 2, rows.get(0).weights());
    // Without new blocks K makes no difference, in training neither.
    assertArrayEquals(rows.get(0).accuracies(), rows.get(2).accuracies());
    for (int i = 3; i < rows.size(); i++) {
      assertTrue(rows.get(i).weights() > rows.get(i - 3).weights(), rows.get(i)::toString);
    }
    assertTrue(
        rows.stream().flatMapToDouble(r -> java.util.Arrays.stream(r.accuracies())).min().orElse(0)
            > 0.5,
        rows::toString);
    Browser.checkPage(outcome.page(), 1);
  }
}
