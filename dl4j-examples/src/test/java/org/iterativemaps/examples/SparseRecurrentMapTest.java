package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.examples.SequenceTask.Sizes;
import org.iterativemaps.examples.SparseRecurrentMap.Compared;
import org.iterativemaps.examples.SparseRecurrentMap.Learned;
import org.iterativemaps.examples.data.AddingProblem;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseRecurrentMapTest {

  @Test
  void networksOfOneSizeLearnBothTasks(@TempDir Path folder) throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Compared>> outcome =
        Notebook.run(
            new SparseRecurrentMap(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    Browser.checkPage(outcome.page(), 3);
    assertEquals(2, outcome.result().size());
    for (Compared task : outcome.result()) {
      assertEquals(3, task.learned().size());
      long first = task.learned().get(0).parameters();
      for (Learned one : task.learned()) {
        assertEquals(first, one.parameters(), 0.01 * first, one.name());
        double worst = Arrays.stream(one.lastErrors()).max().orElseThrow();
        double baseline = Arrays.stream(task.baselines()[0]).min().orElseThrow();
        assertTrue(worst < 0.7 * baseline, task.task() + ", " + one.name() + ": " + worst);
        assertTrue(one.medianEpoch() > 0);
      }
      Learned map = task.learned().get(0);
      double worst = Arrays.stream(map.lastErrors()).max().orElseThrow();
      double least = Arrays.stream(map.lastErrors()).min().orElseThrow();
      assertTrue(worst < 0.025, task.task() + ": " + worst);
      assertTrue(least > 1e-5, task.task() + " is too easy: " + least);
    }
    for (double variance : outcome.result().get(0).baselines()[0]) {
      assertEquals(AddingProblem.BASELINE, variance, 0.03);
    }
    String page = Files.readString(outcome.page());
    String footer = page.substring(page.indexOf("<footer"));
    for (String fact : List.of("1 thread ", "deeplearning4j-nn-", "nd4j-")) {
      assertTrue(footer.contains(fact), footer);
    }
  }

  @Test
  void sizesMatchWithinOnePercent() {
    long lstm = 4 * 16 * (2 + 16 + 1) + 17;
    Sizes sizes = Sizes.of(2, 16, 100);
    assertEquals(new Sizes(16, 33, 100, lstm - 100 * (2 + 1) - 101), sizes);
    assertEquals(lstm, 33 * (2 + 33 + 1) + 34, 0.01 * lstm);
  }

  @Test
  void theTimeToAnErrorEndsWithTheFirstEpochBelowIt() {
    double[][] errors = {{0.5, 0.2, 0.1, 0.3}, {0.5, 0.4, 0.3, 0.2}, {0.1, 0.9, 0.9, 0.9}};
    double[][] seconds = {{1, 2, 3, 4}, {1, 1, 1, 1}, {7, 1, 1, 1}};
    Learned learned = new Learned("any", null, errors, seconds);
    assertArrayEquals(new double[] {6, 7}, learned.secondsTo(0.1), 1e-12);
    assertArrayEquals(new double[] {}, learned.secondsTo(0.05));
    assertArrayEquals(new double[] {0.3, 0.2, 0.9}, learned.lastErrors());
    assertEquals(1, learned.medianEpoch());
  }
}
