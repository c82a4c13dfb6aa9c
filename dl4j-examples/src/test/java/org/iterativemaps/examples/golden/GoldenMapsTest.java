package org.iterativemaps.examples.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.golden.GoldenModel.Connection;
import org.iterativemaps.examples.golden.GoldenModel.State;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GoldenMapsTest {

  @Test
  void theMaskSaysWhatIsTrainedAndTheRestIsFixedWhereNotZero() {
    RealizedMap map =
        realize(
            new double[][] {{1, 0, 1}, {0, 1, 0}},
            new double[][] {{0.0, 7.0, 2.0}, {0.0, 3.0, 8.0}});
    assertEquals(2, map.blocks().size());
    assertArrayEquals(new long[] {0, 2, 4}, map.blocks().get(0).mask().copyCells());
    assertArrayEquals(new long[] {1, 5}, map.blocks().get(1).mask().copyCells());
    assertArrayEquals(new double[] {7, 8}, map.blocks().get(1).fixedValues());
  }

  @Test
  void nothingIsFixedWhereAllIsZeroOffTheMask() {
    RealizedMap map =
        realize(new double[][] {{1, 0, 1}, {0, 1, 0}}, new double[][] {{0, -0.0, 2}, {-0.0, 3, 0}});
    assertEquals(1, map.blocks().size());
    assertEquals(3, map.trainableWeights());
  }

  private static RealizedMap realize(double[][] mask, double[][] weight) {
    State x = new State("x", 3, Activation.IDENTITY, null);
    State h = new State("h", 2, Activation.TANH, Nd4j.createFromArray(0.1, 0.2));
    INDArray masks = Nd4j.createFromArray(mask);
    Connection block = new Connection("x", "h", masks, Nd4j.createFromArray(weight));
    GoldenModel model =
        new GoldenModel(x, List.of(h), Map.of(GoldenModel.key("h", "x"), block), Injection.HOLD);
    return GoldenMaps.blockMap(model, "h").realize();
  }
}
