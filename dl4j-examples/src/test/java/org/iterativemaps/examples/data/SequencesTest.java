package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

class SequencesTest {

  @Test
  void theAddingProblemMarksOneNumberInEachHalf() {
    Sequences sequences = AddingProblem.make(300, 11, 1);
    double squares = 0;
    for (int i = 0; i < sequences.count(); i++) {
      float[] values = sequences.features()[i][0];
      float[] marks = sequences.features()[i][1];
      float sum = 0;
      int early = 0;
      int late = 0;
      for (int t = 0; t < marks.length; t++) {
        sum += values[t] * marks[t];
        early += t < 5 ? (int) marks[t] : 0;
        late += t < 5 ? 0 : (int) marks[t];
      }
      assertEquals(1, early);
      assertEquals(1, late);
      assertEquals(sum, sequences.targets()[i][0], 1e-6);
      squares += Math.pow(sequences.targets()[i][0] - 1, 2) / sequences.count();
    }
    assertEquals(AddingProblem.BASELINE, squares, 0.03);
    assertThrows(IllegalArgumentException.class, () -> AddingProblem.make(1, 1, 1));
  }

  @Test
  void mackeyGlassIsPinnedBoundedAndChaotic() {
    double[] series = MackeyGlass.series(1000, 1);
    assertEquals(1.168786107473373, series[0], 1e-12);
    assertEquals(1.1244205283543056, series[999], 1e-12);
    assertTrue(Arrays.stream(series).allMatch(x -> x > 0.2 && x < 1.45));
    double[] other = MackeyGlass.series(1000, 2);
    assertTrue(Math.abs(series[999] - other[999]) > 1e-3);
  }

  /**
   * Numbers of reservoirpy's mackey_glass(n, history=…), to the last bit but rounding of powers.
   */
  @Test
  void unitStepsAreReservoirpys() {
    double[] constant = new double[17];
    Arrays.fill(constant, 1.2);
    double[] wave = new double[17];
    Arrays.setAll(wave, i -> 1.2 + 0.1 * Math.sin(i));
    int[] places = {0, 1, 2, 17, 18, 40, 100};
    double[][] expected = {
      {
        1.2,
        1.1201719612803323,
        1.047700076328682,
        0.5011719878248538,
        0.48574095042712584,
        1.0555170222850203,
        1.1829581277435235
      },
      {
        1.2,
        1.1201719612803323,
        1.0348856264779025,
        0.5059101630328195,
        0.4900425027896775,
        1.0750624383582594,
        1.0798377445307008
      }
    };
    double[][] found = {MackeyGlass.unitSteps(101, constant), MackeyGlass.unitSteps(101, wave)};
    for (int past = 0; past < 2; past++) {
      for (int i = 0; i < places.length; i++) {
        assertEquals(expected[past][i], found[past][places[i]], 1e-11);
      }
    }
    assertTrue(Math.abs(MackeyGlass.unitSteps(9, 1)[8] - MackeyGlass.unitSteps(9, 2)[8]) > 1e-6);
    assertThrows(IllegalArgumentException.class, () -> MackeyGlass.unitSteps(0, 1));
    assertThrows(IllegalArgumentException.class, () -> MackeyGlass.unitSteps(5, new double[16]));
  }

  @Test
  void windowsLookAhead() {
    double[] series = {0, 1, 2, 3, 4, 5};
    Sequences windows = MackeyGlass.windows(series, 3, 2);
    assertEquals(2, windows.count());
    assertArrayEquals(new float[] {1, 2, 3}, windows.features()[1][0]);
    assertArrayEquals(new float[] {5}, windows.targets()[1]);
    assertThrows(IllegalArgumentException.class, () -> MackeyGlass.windows(series, 5, 2));
    assertThrows(IllegalArgumentException.class, () -> MackeyGlass.windows(series, 3, 0));
  }

  @Test
  void batchesHoldEverySampleOnceInAnOrderThatChangesWithTheEpoch() {
    Sequences sequences = AddingProblem.make(10, 4, 1);
    DataSetIterator iterator = sequences.iterator(4, 9);
    String first = epoch(iterator, sequences);
    iterator.reset();
    String second = epoch(iterator, sequences);
    assertFalse(first.equals(second), "the order should change");
    assertEquals(first, epoch(sequences.iterator(4, 9), sequences), "the seed should fix it");
    assertThrows(NoSuchElementException.class, iterator::next);
  }

  /** The order of one epoch; checks shapes and completeness. */
  private static String epoch(DataSetIterator iterator, Sequences sequences) {
    StringBuilder order = new StringBuilder();
    TreeSet<Integer> seen = new TreeSet<>();
    while (iterator.hasNext()) {
      DataSet data = iterator.next();
      int size = (int) data.getFeatures().size(0);
      assertArrayEquals(new long[] {size, 2, 4}, data.getFeatures().shape());
      assertArrayEquals(new long[] {size, 1}, data.getLabels().shape());
      for (int i = 0; i < size; i++) {
        float target = data.getLabels().getFloat(i, 0);
        int sample = 0;
        while (sequences.targets()[sample][0] != target) {
          sample++;
        }
        assertEquals(sequences.features()[sample][0][3], data.getFeatures().getFloat(i, 0, 3));
        seen.add(sample);
        order.append(sample).append(' ');
      }
    }
    assertEquals(sequences.count(), seen.size());
    return order.toString();
  }
}
