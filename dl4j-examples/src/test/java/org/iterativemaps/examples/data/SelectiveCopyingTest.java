package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class SelectiveCopyingTest {
  private static final SelectiveCopying TASK = new SelectiveCopying(5, 3, 8);

  @Test
  void symbolsAreAskedForInTheirOrder() {
    DataSet data = TASK.draw(40, RandomSource.of(1));
    INDArray tokens = data.getFeatures();
    assertArrayEquals(new long[] {40, 7, 11}, tokens.shape());
    assertArrayEquals(new long[] {40, 5, 11}, data.getLabels().shape());
    for (int i = 0; i < 40; i++) {
      List<Integer> read = new ArrayList<>();
      List<Integer> asked = new ArrayList<>();
      for (int t = 0; t < 11; t++) {
        int kind = only(tokens, i, t);
        assertEquals(t >= 8, kind == 6, "marks stand at the end");
        assertEquals(t >= 8 ? 1 : 0, data.getLabelsMaskArray().getDouble(i, t));
        if (kind < 5) {
          read.add(kind);
        }
        if (t >= 8) {
          asked.add(only(data.getLabels(), i, t));
        }
      }
      assertEquals(read, asked);
      assertEquals(3, read.size());
    }
  }

  /** The one feature that is 1. */
  private static int only(INDArray tokens, int sample, int time) {
    int found = -1;
    for (int f = 0; f < tokens.size(1); f++) {
      double value = tokens.getDouble(sample, f, time);
      if (value != 0) {
        assertEquals(1, value);
        assertEquals(-1, found, "one-hot");
        found = f;
      }
    }
    return found;
  }

  @Test
  void theSameSeedGivesTheSame() {
    DataSet one = TASK.draw(4, RandomSource.of(3));
    assertEquals(one.getFeatures(), TASK.draw(4, RandomSource.of(3)).getFeatures());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new SelectiveCopying(1, 1, 2));
    assertThrows(IllegalArgumentException.class, () -> new SelectiveCopying(2, 0, 2));
    assertThrows(IllegalArgumentException.class, () -> new SelectiveCopying(2, 3, 2));
    assertThrows(IllegalArgumentException.class, () -> TASK.draw(0, RandomSource.of(1)));
  }
}
