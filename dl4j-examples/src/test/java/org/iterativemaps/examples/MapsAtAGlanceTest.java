package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.map.RealizedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapsAtAGlanceTest {
  @TempDir Path folder;

  @Test
  void threeMapsAreDrawn() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<RealizedMap>> outcome =
        Notebook.run(
            new MapsAtAGlance(), new PrintWriter(printed), "--quick", "--out", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    assertEquals(
        List.of(1464L, 660L, 440L),
        outcome.result().stream().map(RealizedMap::parameterCount).toList());
    Browser.checkPage(outcome.page(), 3);
  }
}
