package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.HiddenProportionStudy.Studied;
import org.iterativemaps.examples.HiddenProportionStudy.Trained;
import org.iterativemaps.examples.data.RandomAnomaly;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.examples.notebook.Page;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedStudyTest {

  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();

  /** The study in a few batches. */
  private static final class Small implements Notebook<Studied> {
    @Override
    public String title() {
      return "Small";
    }

    @Override
    public Studied run(Page page) throws Exception {
      PublishedSize size =
          new PublishedSize(48, 1, 16, PublishedSize.QUICK.maps(), PublishedSize.QUICK.larger());
      return PublishedStudy.run(page, RandomAnomaly.asPublished(), new DigitOptions(), size, 2);
    }
  }

  private Outcome<Studied> run() {
    return Notebook.run(
        new Small(), new PrintWriter(printed), "--quick", "--seed", "1", "--out", "" + folder);
  }

  @Test
  void allPlansAreTrainedOnceAndShown() throws Exception {
    Outcome<Studied> first = run();
    assertEquals(0, first.exitCode(), printed.toString());
    Browser.checkPage(first.page(), 2);
    List<Trained> plans = first.result().plans();
    assertEquals(5, plans.size());
    assertEquals("LSTM", plans.get(4).name());
    for (Trained plan : plans) {
      assertEquals(2, plan.accuracies().length, plan.name());
      for (double accuracy : plan.accuracies()) {
        assertTrue(accuracy >= 0 && accuracy <= 1, plan.name() + ": " + accuracy);
      }
    }
    String said = printed.toString();
    assertTrue(said.contains("10 trainings of 3 batches are to be done"), said);
    assertTrue(said.contains("4 trainings of 3 batches are to be done"), said);
    assertTrue(said.contains("sparse maps beat an LSTM of equal weights"), said);
    assertTrue(said.contains("of those drawn anew"), said);
    assertEquals(14, Files.readAllLines(folder.resolve("runs.txt")).size());

    printed.getBuffer().setLength(0);
    Outcome<Studied> second = run();
    assertEquals(14, Files.readAllLines(folder.resolve("runs.txt")).size());
    assertTrue(printed.toString().contains("10 of 10 trainings"), printed.toString());
    assertTrue(!printed.toString().contains("are to be done"), printed.toString());
    for (int p = 0; p < plans.size(); p++) {
      assertArrayEquals(plans.get(p).accuracies(), second.result().plans().get(p).accuracies());
    }
  }

  @Test
  void fullIsForThePublishedStudyAlone() {
    for (String more : List.of("--full", "--full --as-published --quick")) {
      Outcome<?> outcome =
          Notebook.run(
              new HiddenProportionStudy(),
              new PrintWriter(printed),
              ("--out " + folder + " " + more).split(" "));
      assertEquals(1, outcome.exitCode());
      assertTrue(printed.toString().contains("--full: found"), printed.toString());
    }
  }
}
