package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

class ArmReachingTest {

  @Test
  void theSameNumberIsTheSameEpisodeAndNoPartHasOneOfAnother() {
    Set<String> starts = new HashSet<>();
    for (long seed = 1; seed <= 3; seed++) {
      for (ArmReaching part :
          List.of(ArmReaching.train(seed), ArmReaching.validation(seed), ArmReaching.test(seed))) {
        for (int number = 0; number < 50; number++) {
          assertTrue(starts.add(Arrays.toString(part.episode(number).observations()[0])));
        }
      }
    }
    Episode one = ArmReaching.train(5).episode(7);
    Episode again = ArmReaching.train(5).episode(7);
    assertArrayEquals(one.observations(), again.observations());
    assertArrayEquals(one.actions(), again.actions());
    assertEquals(ArmReaching.TIME, one.length());
    assertThrows(IllegalArgumentException.class, () -> ArmReaching.train(1).episode(-1));
  }

  @Test
  void batchesAreTheEpisodesInOrder() {
    ArmReaching task = ArmReaching.validation(2);
    DataSetIterator iterator = task.iterator(5, 3);
    for (int round = 0; round < 2; round++) {
      for (int from : new int[] {0, 3}) {
        DataSet batch = iterator.next();
        assertEquals(Math.min(3, 5 - from), batch.numExamples());
        assertFalse(batch.hasMaskArrays());
        for (int i = 0; i < batch.numExamples(); i++) {
          Episode episode = task.episode(from + i);
          for (int t = 0; t < ArmReaching.TIME; t++) {
            for (int n = 0; n < ArmReaching.INPUTS; n++) {
              assertEquals(episode.observations()[t][n], batch.getFeatures().getFloat(i, n, t));
            }
            for (int n = 0; n < ArmReaching.OUTPUTS; n++) {
              assertEquals(episode.actions()[t][n], batch.getLabels().getFloat(i, n, t));
            }
          }
        }
      }
      assertFalse(iterator.hasNext());
      iterator.reset();
    }
  }

  /** Angles are angles, points can be reached, motors are as strong as they are. */
  @Test
  void whatIsSeenIsPossible() {
    Set<Integer> changes = new HashSet<>();
    for (int number = 0; number < 100; number++) {
      Episode episode = ArmReaching.train(1).episode(number);
      for (int t = 0; t < episode.length(); t++) {
        float[] seen = episode.observations()[t];
        assertEquals(1, Math.hypot(seen[0], seen[1]), 1e-6);
        assertEquals(1, Math.hypot(seen[2], seen[3]), 1e-6);
        assertTrue(Math.hypot(seen[4], seen[5]) < 1);
        assertTrue(Math.abs(episode.actions()[t][0]) <= 50);
        assertTrue(Math.abs(episode.actions()[t][1]) <= 25);
        if (t > 0 && seen[4] != episode.observations()[t - 1][4]) {
          changes.add(t);
        }
      }
    }
    assertTrue(changes.size() > 5 && changes.stream().allMatch(t -> t >= 16 && t < 32));
  }

  @Test
  void theExpertReachesThePoint() {
    ArmReaching tests = ArmReaching.test(1);
    double expert = tests.driveByExpert(50);
    double none = tests.drive(50, seen -> Nd4j.create(seen.rows(), ArmReaching.OUTPUTS));
    assertTrue(expert > 0 && expert < 0.25, "expert " + expert);
    assertTrue(none > 0.8, "without torques " + none);
    assertEquals(expert, tests.driveByExpert(50));
  }

  /** Linear in what is seen now, and in that and what was seen before. */
  @Test
  void oneLookIsNotEnough() {
    double now = explained(1);
    double before = explained(4);
    assertTrue(before > now + 0.1, now + " and " + before);
  }

  /** Share of the first torque's variance that a linear function of some looks explains. */
  private static double explained(int looks) {
    int episodes = 60;
    int rows = ArmReaching.TIME - 4;
    double[] y = new double[episodes * rows];
    double[][] x = new double[y.length][looks * ArmReaching.INPUTS];
    for (int e = 0; e < episodes; e++) {
      Episode episode = ArmReaching.train(3).episode(e);
      for (int r = 0; r < rows; r++) {
        int t = r + 4;
        int row = e * rows + r;
        y[row] = episode.actions()[t][0];
        for (int i = 0; i < x[row].length; i++) {
          x[row][i] = episode.observations()[t - i / ArmReaching.INPUTS][i % ArmReaching.INPUTS];
        }
      }
    }
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression(1e-12);
    regression.newSampleData(y, x);
    return regression.calculateRSquared();
  }
}
