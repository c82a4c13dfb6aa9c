package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

class EpisodeWindowsTest {

  private static Episode episode(int number, int steps) {
    float[][] seen = new float[steps][3];
    float[][] done = new float[steps][2];
    for (int t = 0; t < steps; t++) {
      for (int n = 0; n < 3; n++) {
        seen[t][n] = 100 * number + 10 * t + n + 1;
      }
      done[t][0] = -seen[t][0];
      done[t][1] = -seen[t][1];
    }
    return new Episode(seen, done);
  }

  @Test
  void everyTimeStepIsInOneWindowAndTheRestIsMasked() {
    int[] steps = {7, 4, 9};
    EpisodeWindows windows =
        EpisodeWindows.of(List.of(episode(1, 7), episode(2, 4), episode(3, 9)), 4);
    assertEquals(2 + 1 + 3, windows.count());
    assertEquals(3, windows.inputs());
    assertEquals(2, windows.outputs());
    DataSet all = windows.all();
    int window = 0;
    for (int e = 0; e < steps.length; e++) {
      for (int start = 0; start < steps[e]; start += 4, window++) {
        for (int t = 0; t < 4; t++) {
          boolean there = start + t < steps[e];
          assertEquals(there ? 1 : 0, all.getFeaturesMaskArray().getDouble(window, t));
          assertEquals(there ? 1 : 0, all.getLabelsMaskArray().getDouble(window, t));
          for (int n = 0; n < 3; n++) {
            double value = there ? 100 * (e + 1) + 10 * (start + t) + n + 1 : 0;
            assertEquals(value, all.getFeatures().getDouble(window, n, t));
            if (n < 2) {
              assertEquals(0 - value, all.getLabels().getDouble(window, n, t));
            }
          }
        }
      }
    }
    assertEquals(window, all.numExamples());
  }

  @Test
  void theOrderIsTheSeedsAndAnotherInEveryEpoch() {
    List<Episode> episodes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      episodes.add(episode(i, 4));
    }
    EpisodeWindows windows = EpisodeWindows.of(episodes, 4);
    DataSetIterator iterator = windows.iterator(8, 1);
    List<Double> first = firstNumbers(iterator);
    iterator.reset();
    List<Double> second = firstNumbers(iterator);
    assertEquals(first, firstNumbers(windows.iterator(8, 1)));
    assertNotEquals(first, second);
    assertNotEquals(first, firstNumbers(windows.iterator(8, 2)));
    assertEquals(new TreeSet<>(first), new TreeSet<>(second));
    assertEquals(20, new TreeSet<>(first).size());
  }

  private static List<Double> firstNumbers(DataSetIterator iterator) {
    List<Double> numbers = new ArrayList<>();
    while (iterator.hasNext()) {
      DataSet batch = iterator.next();
      assertFalse(batch.hasMaskArrays());
      for (int i = 0; i < batch.numExamples(); i++) {
        numbers.add(batch.getFeatures().getDouble(i, 0, 0));
      }
    }
    return numbers;
  }

  @Test
  void whatCannotBeCutIsRefused() {
    assertMessage("found 0 and 4", () -> EpisodeWindows.of(List.of(), 4));
    assertMessage("found 1 and 0", () -> EpisodeWindows.of(List.of(episode(1, 2)), 0));
    assertMessage("found 2, 1", () -> new Episode(new float[2][1], new float[1][1]));
    assertMessage("found 0, 0", () -> new Episode(new float[0][], new float[0][]));
  }

  @Test
  void numbersPerTimeStepAreEquallyMany() {
    Episode wider = new Episode(new float[2][4], new float[2][2]);
    assertMessage(
        "episodes: found 4 inputs and 2 outputs in episode 1 at time step 0, expected 3 and 2",
        () -> EpisodeWindows.of(List.of(episode(1, 2), wider), 4));
    Episode ragged = new Episode(new float[2][3], new float[][] {{1, 2}, {1}});
    assertMessage(
        "episodes: found 3 inputs and 1 outputs in episode 0 at time step 1, expected 3 and 2",
        () -> EpisodeWindows.of(List.of(ragged), 4));
  }

  @Test
  void numbersAreFinite() {
    Episode seen = new Episode(new float[][] {{1}, {Float.NaN}}, new float[2][1]);
    assertMessage(
        "episodes: found NaN among the observations of episode 1 at time step 1",
        () -> EpisodeWindows.of(List.of(new Episode(new float[1][1], new float[1][1]), seen), 4));
    Episode done = new Episode(new float[1][1], new float[][] {{Float.NEGATIVE_INFINITY}});
    assertMessage(
        "episodes: found -Infinity among the actions of episode 0 at time step 0",
        () -> EpisodeWindows.of(List.of(done), 4));
  }

  private static void assertMessage(String part, Runnable body) {
    String message = assertThrows(IllegalArgumentException.class, body::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}
