package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.examples.ControlStudy.Studied;
import org.iterativemaps.examples.ControlStudy.Trained;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlStudyTest {

  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();

  private Outcome<Studied> run(String... more) {
    List<String> args = new ArrayList<>(List.of("--quick", "--seed", "1", "--out"));
    args.add(folder.resolve("page").toString());
    args.addAll(List.of(more));
    return Notebook.run(new ControlStudy(), new PrintWriter(printed), args.toArray(String[]::new));
  }

  @Test
  void mapsLearnToReachAndAStudyThatWasStoppedGoesOn() throws Exception {
    Outcome<Studied> first = run();
    assertEquals(0, first.exitCode(), printed.toString());
    Browser.checkPage(first.page(), 1);
    List<Trained> plans = first.result().plans();
    assertEquals(5, plans.size());
    for (Trained plan : plans) {
      for (int s = 0; s < 2; s++) {
        double score = plan.scores()[s];
        double distance = plan.distances()[s];
        assertTrue(score > 0.2 && score < 1, plan.name() + ": R² " + score);
        assertTrue(distance > 0.15 && distance < 1, plan.name() + ": " + distance + " m");
      }
    }
    String said = printed.toString();
    assertTrue(said.contains("dense wins") && said.contains(first.result().verdict()), said);
    assertTrue(said.contains("the expert") && said.contains("distance, m"), said);

    // Two maps are lost.
    Path log = folder.resolve("page/runs.txt");
    List<String> lines = Files.readAllLines(log);
    assertEquals(10, lines.size());
    lines.subList(2, 4).clear();
    Files.write(log, lines);
    printed.getBuffer().setLength(0);
    Outcome<Studied> second = run();
    assertTrue(printed.toString().contains("8 of 10 trainings"), printed.toString());
    for (int p = 0; p < plans.size(); p++) {
      Trained again = second.result().plans().get(p);
      assertArrayEquals(plans.get(p).scores(), again.scores());
      assertArrayEquals(plans.get(p).distances(), again.distances());
    }
    assertEquals(first.result().fit(), second.result().fit());
  }

  @Test
  void episodesOfAFileAreImitated() {
    Path file = ControlTasksTest.write(folder, 25);
    Outcome<Studied> outcome = run("--minari", file.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    assertEquals("main_data.hdf5", outcome.result().task());
    for (Trained plan : outcome.result().plans()) {
      boolean map = !plan.name().equals("LSTM");
      assertTrue(
          Arrays.stream(plan.scores()).allMatch(score -> score > (map ? 0.1 : -0.1) && score < 1),
          plan.name() + ": " + Arrays.toString(plan.scores()));
      assertTrue(Arrays.stream(plan.distances()).allMatch(Double::isNaN));
    }
    String said = printed.toString();
    assertTrue(said.contains("3 numbers are seen at every time step, 2 are to be told"), said);
    assertTrue(!said.contains("the expert"), said);
  }

  @Test
  void argumentsThatMakeNoSenseAreNamed() {
    assertEquals(1, run("--seeds", "1").exitCode());
    assertTrue(printed.toString().contains("--seeds: found 1, expected at least 2"));
    assertEquals(1, run("--minari", folder.resolve("absent.hdf5").toString()).exitCode());
    assertTrue(printed.toString().contains("absent.hdf5: found nothing, expected the HDF5 file"));
  }
}
