package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.iterativemaps.examples.DigitRows.Read;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitRowsTest {
  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();

  private Outcome<Read> run(String... more) {
    String[] arguments = {"--quick", "--seed", "1", "--out", folder.resolve("out").toString()};
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Notebook.run(new DigitRows(), new PrintWriter(printed), all);
  }

  @Test
  void aFreshProcessFindsTheSameFigures() throws Exception {
    Outcome<Read> outcome = run();
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 3);
    Read read = outcome.result();
    assertTrue(read.accuracy() > 0.94, "accuracy " + read.accuracy());
    assertEquals(read.accuracy(), read.reloadedAccuracy());
    assertEquals(read.loss(), read.reloadedLoss(), 1e-6);
    // A quarter of (8 + 128) * 128 weights, 128 biases, and the read-out.
    assertEquals(136 * 128 / 4 + 128 + 129 * 10, read.parameters());
    assertTrue(read.bestEpoch() <= read.epochs() && read.epochs() <= 20, read.toString());
    assertTrue(Files.exists(folder.resolve("out/digit-rows.zip")));
  }

  @Test
  void aMissingFolderIsNamed() {
    assertEquals(1, run("--mnist", folder.resolve("absent").toString()).exitCode());
    assertTrue(printed.toString().contains("absent"), printed.toString());
  }

  @Test
  void whatGoesWrongInTheOtherProcessIsTold() {
    File absent = folder.resolve("absent.zip").toFile();
    IOException failure =
        assertThrows(
            IOException.class,
            () -> DigitFigures.inNewProcess(absent, true, 1, 1, new DigitOptions()));
    assertTrue(failure.getMessage().contains("ended with 1"), failure.getMessage());
    assertTrue(failure.getMessage().contains("absent.zip"), failure.getMessage());
  }

  @Test
  void otherCountsOrLossesAreNotTheSame() {
    DigitFigures figures = new DigitFigures(0.5, new int[][] {{3, 1}, {0, 4}});
    assertEquals(7.0 / 8, figures.accuracy());
    assertTrue(figures.sameAs(new DigitFigures(0.5 + 1e-8, new int[][] {{3, 1}, {0, 4}})));
    assertFalse(figures.sameAs(new DigitFigures(0.501, new int[][] {{3, 1}, {0, 4}})));
    assertFalse(figures.sameAs(new DigitFigures(0.5, new int[][] {{3, 1}, {1, 3}})));
  }
}
