package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.iterativemaps.examples.Sudoku4x4.Course;
import org.iterativemaps.examples.Sudoku4x4.Result;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sudoku4x4Test {
  @TempDir private Path folder;

  @Test
  void moreStepsSolveMorePuzzles() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<Result> outcome =
        Notebook.run(
            new Sudoku4x4(), new PrintWriter(printed), "--quick", "--out", folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Result result = outcome.result();
    assertTrue(result.mlpParameters() >= result.parameters());
    assertTrue(result.mlpParameters() < 1.02 * result.parameters());
    assertEquals(3, result.all().size());
    for (Course course : result.all()) {
      double[] solved = course.puzzles()[0];
      assertEquals(14, solved.length);
      // Before the third step nothing has come from another cell: one digit of four, by chance.
      assertTrue(course.cells()[0][1] < 0.4, course.grids() + " " + course.cells()[0][1]);
      assertEquals(0, solved[1]);
      // K = 16 against K = 4
      assertTrue(solved[9] > solved[3] + 0.2, course.grids() + " " + solved[3] + " " + solved[9]);
    }
    assertTrue(result.all().get(0).puzzles()[0][9] > 0.7, printed.toString());
    Browser.checkPage(outcome.page(), 4);
  }
}
