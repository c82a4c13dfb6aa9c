package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.iterativemaps.examples.OutOfTraining.Left;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutOfTrainingTest {

  @Test
  void theModelAnswersTheSameWithoutDl4j(@TempDir Path folder) {
    StringWriter printed = new StringWriter();
    Outcome<Left> outcome =
        Notebook.run(
            new OutOfTraining(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Left left = outcome.result();
    assertTrue(left.accuracy() > 0.9, left.toString());
    assertEquals(left.accuracy(), left.inferenceAccuracy());
    assertTrue(left.largest() < OutOfTraining.TOLERANCE, left.toString());
    assertTrue(left.processDifference() < OutOfTraining.TOLERANCE, left.toString());
    assertTrue(left.mapsBytes() < left.zipBytes() / 2, left.toString());
  }
}
