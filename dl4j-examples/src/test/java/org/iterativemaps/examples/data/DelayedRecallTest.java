package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class DelayedRecallTest {
  private static final DelayedRecall TASK = new DelayedRecall(4);

  @Test
  void oneSymbolStandsAtItsDelay() {
    DataSet data = TASK.draw(200, 12, 2, 5, RandomSource.of(1));
    INDArray tokens = data.getFeatures();
    assertArrayEquals(new long[] {200, 8, 12}, tokens.shape());
    Set<Integer> delays = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      int symbols = 0;
      for (int t = 0; t < 12; t++) {
        double sum = 0;
        for (int f = 0; f < 8; f++) {
          double value = tokens.getDouble(i, f, t);
          sum += value;
          if (f < 4 && value == 1) {
            symbols++;
            delays.add(11 - t);
            assertEquals(1, data.getLabels().getDouble(i, f));
          }
        }
        assertEquals(1, sum);
      }
      assertEquals(1, symbols);
      assertEquals(1, data.getLabels().getRow(i).sumNumber().doubleValue());
    }
    assertEquals(Set.of(2, 3, 4, 5), delays);
  }

  @Test
  void theSameSeedGivesTheSame() {
    DataSet one = TASK.draw(4, 6, 0, 5, RandomSource.of(3));
    assertEquals(one.getFeatures(), TASK.draw(4, 6, 0, 5, RandomSource.of(3)).getFeatures());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new DelayedRecall(1));
    for (int[] wrong : new int[][] {{0, 6, 0, 5}, {1, 6, -1, 5}, {1, 6, 3, 2}, {1, 6, 0, 6}}) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> TASK.draw(wrong[0], wrong[1], wrong[2], wrong[3], RandomSource.of(1)))
              .getMessage();
      assertTrue(message.contains("least"), message);
    }
  }
}
