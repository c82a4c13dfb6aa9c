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
        boolean rows = task.task().startsWith("Digits");
        assertTrue(worst(plan) > (rows ? 0.6 : 0.15), task.task() + ", " + plan.name());
      }
      assertFitsTheMaps(task);
    }
    Studied anomaly = first.result().get(0);
    double best = anomaly.plans().stream().mapToDouble(plan -> worst(plan)).max().orElseThrow();
    assertTrue(best > 0.8, "best plan, worse seed: " + best);

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

  /**
   * The parabola is that of the maps' points, and explains the share of variance that is stated.
   */
  private static void assertFitsTheMaps(Studied task) {
    List<double[]> points = new ArrayList<>();
    for (Trained plan : task.plans()) {
      if (!plan.name().equals("LSTM")) {
        for (double accuracy : plan.accuracies()) {
          points.add(new double[] {plan.proportion(), accuracy});
        }
      }
    }
    assertTrue(points.size() < task.plans().stream().mapToInt(p -> p.accuracies().length).sum());
    double mean = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
    double variance = 0;
    double unexplained = 0;
    double[] moments = new double[3]; // of what is left over: zero for the least sum of squares
    for (double[] point : points) {
      double rest = point[1] - task.fit().at(point[0]);
      variance += (point[1] - mean) * (point[1] - mean);
      unexplained += rest * rest;
      for (int power = 0; power < moments.length; power++) {
        moments[power] += rest * Math.pow(point[0], power);
      }
    }
    assertArrayEquals(new double[3], moments, 1e-9);
    assertEquals(1 - unexplained / variance, task.fit().rSquared(), 1e-9);
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
