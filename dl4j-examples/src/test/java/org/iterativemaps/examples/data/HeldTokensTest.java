package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class HeldTokensTest {
  @Test
  void everyTimeStepIsTheSameAndTheLossBeginsWhereItShould() {
    float[][] x = {{1, 2, 3}, {4, 5, 6}};
    float[][] y = {{7}, {8}};
    DataSet data = HeldTokens.of(Nd4j.createFromArray(x), Nd4j.createFromArray(y), 4, 3);
    assertArrayEquals(new long[] {2, 3, 4}, data.getFeatures().shape());
    assertArrayEquals(new long[] {2, 1, 4}, data.getLabels().shape());
    for (int b = 0; b < 2; b++) {
      for (int t = 0; t < 4; t++) {
        for (int i = 0; i < 3; i++) {
          assertEquals(x[b][i], data.getFeatures().getFloat(b, i, t));
        }
        assertEquals(y[b][0], data.getLabels().getFloat(b, 0, t));
        assertEquals(t < 2 ? 0 : 1, data.getLabelsMaskArray().getInt(b, t));
      }
    }
  }

  @Test
  void otherInputsComeFirstAndHaveNoLoss() {
    var x = Nd4j.createFromArray(new float[][] {{1, 2}});
    var y = Nd4j.createFromArray(new float[][] {{3}});
    var others = Nd4j.createFromArray(new float[][] {{5, 6}});
    DataSet data = HeldTokens.after(others, 2, HeldTokens.of(x, y, 3, 1));
    assertEquals(
        Nd4j.createFromArray(new float[][][] {{{5, 5, 1, 1, 1}, {6, 6, 2, 2, 2}}}),
        data.getFeatures());
    assertEquals(Nd4j.createFromArray(new float[][][] {{{0, 0, 3, 3, 3}}}), data.getLabels());
    assertEquals(Nd4j.createFromArray(new float[][] {{0, 0, 1, 1, 1}}), data.getLabelsMaskArray());
  }

  @Test
  void noiseIsNewInEveryTimeStep() {
    DataSet data = HeldTokens.of(Nd4j.zeros(50, 20), Nd4j.zeros(50, 1), 10, 1);
    DataSet shaken = HeldTokens.shaken(data, 0.3, RandomSource.of(1, "noise"));
    assertEquals(0.3, shaken.getFeatures().stdNumber().doubleValue(), 0.01);
    assertEquals(0, shaken.getFeatures().meanNumber().doubleValue(), 0.01);
    INDArray means = shaken.getFeatures().mean(2);
    assertEquals(0.3 / Math.sqrt(10), means.stdNumber().doubleValue(), 0.01);
    assertEquals(
        shaken.getFeatures(),
        HeldTokens.shaken(data, 0.3, RandomSource.of(1, "noise")).getFeatures());
    assertEquals(Nd4j.zeros(50, 20, 10), data.getFeatures());
  }

  @Test
  void stepsWithoutALossAreRefused() {
    var x = Nd4j.zeros(2, 3);
    assertThrows(IllegalArgumentException.class, () -> HeldTokens.of(x, x, 4, 5));
    assertThrows(IllegalArgumentException.class, () -> HeldTokens.of(x, x, 4, 0));
    assertThrows(IllegalArgumentException.class, () -> HeldTokens.repeat(x, 0));
  }
}
