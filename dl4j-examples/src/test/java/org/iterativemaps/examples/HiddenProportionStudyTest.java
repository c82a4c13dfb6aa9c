package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.examples.HiddenProportionStudy.Studied;
import org.iterativemaps.examples.HiddenProportionStudy.Trained;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HiddenProportionStudyTest {

  @TempDir Path folder;
  private final StringWriter printed = new StringWriter();

  private Outcome<List<Studied>> run(String... more) {
    List<String> args = new ArrayList<>(List.of("--quick", "--seed", "1", "--out"));
    args.add(folder.toString());
    args.addAll(List.of(more));
    return Notebook.run(
        new HiddenProportionStudy(), new PrintWriter(printed), args.toArray(String[]::new));
  }

  private static double worst(Trained plan) {
    return Arrays.stream(plan.accuracies()).min().orElseThrow();
  }

  @Test
  void plansLearnAndAStudyThatWasStoppedGoesOn() throws Exception {
    Outcome<List<Studied>> first = run();
    assertEquals(0, first.exitCode(), printed.toString());
    Browser.checkPage(first.page(), 3);
    assertEquals(2, first.result().size());
    int trainings = 0;
    for (Studied task : first.result()) {
      for (Trained plan : task.plans()) {
        trainings += plan.accuracies().length;
        assertTrue(worst(plan) > 0.15, task.task() + ", " + plan.name()); // chance is 0.1
      }
      assertTrue(task.fit().rSquared() >= 0 && task.fit().rSquared() <= 1);
    }
    Studied anomaly = first.result().get(0);
    double best = anomaly.plans().stream().mapToDouble(plan -> worst(plan)).max().orElseThrow();
    assertTrue(best > 0.6, "best plan, worse seed: " + best);

    // As if the power had failed: three results are lost, one of them half written.
    Path log = folder.resolve("runs.txt");
    List<String> lines = Files.readAllLines(log);
    assertEquals(trainings, lines.size());
    int kept = trainings - 3;
    Files.writeString(
        log, String.join("\n", lines.subList(0, kept)) + "\n" + lines.get(kept).substring(0, 100));
    Outcome<List<Studied>> second = run();
    assertEquals(0, second.exitCode(), printed.toString());
    assertEquals(trainings + 1, Files.readAllLines(log).size());
    int perTask = trainings / 2;
    assertTrue(
        printed.toString().contains((perTask - 3) + " of " + perTask + " trainings"),
        printed.toString());
    for (int t = 0; t < 2; t++) {
      List<Trained> before = first.result().get(t).plans();
      List<Trained> after = second.result().get(t).plans();
      for (int p = 0; p < before.size(); p++) {
        assertEquals(before.get(p).name(), after.get(p).name());
        assertArrayEquals(before.get(p).accuracies(), after.get(p).accuracies());
      }
      assertEquals(first.result().get(t).fit(), second.result().get(t).fit());
    }
  }

  @Test
  void oneSeedIsNotEnough() {
    assertEquals(1, run("--seeds", "1").exitCode());
    assertTrue(
        printed.toString().contains("--seeds: found 1, expected at least 2"), printed.toString());
  }

  @Test
  void argumentsThatMakeNoSenseAreNamed() {
    assertEquals(2, run("--seeds", "many").exitCode());
    assertTrue(printed.toString().contains("'many'"), printed.toString());
    assertNotEquals(0, run("--mnist", folder.resolve("absent").toString()).exitCode());
    assertTrue(printed.toString().contains("absent"), printed.toString());
  }
}
