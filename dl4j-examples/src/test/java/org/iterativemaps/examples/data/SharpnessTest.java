package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;

class SharpnessTest {

  private static final double[][] KERNEL = {{1, 1, 1}, {1, 5, 1}, {1, 1, 1}};

  @Test
  void addsThreeTimesWhatSmoothingTakesAway() {
    int side = 15;
    int clamped = 0;
    for (int seed = 0; seed < 10; seed++) {
      float[] values = GreyLevels.toValues(TorchvisionNumbers.randomLevels(side, seed));
      float[] sharp = Sharpness.apply(values, side, 4);
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
          float value = values[row * side + column];
          boolean edge = row == 0 || column == 0 || row == side - 1 || column == side - 1;
          double smoothed = 0;
          for (int i = 0; !edge && i < 9; i++) {
            smoothed +=
                KERNEL[i / 3][i % 3] / 13 * values[(row + i / 3 - 1) * side + column + i % 3 - 1];
          }
          double free = edge ? value : 4 * value - 3 * smoothed;
          clamped += free < 0 || free > 1 ? 1 : 0;
          double expected = Math.min(1, Math.max(0, free));
          assertEquals(expected, sharp[row * side + column], 1e-5, row + "," + column);
        }
      }
    }
    assertTrue(clamped > 100, clamped + " pixels left 0 to 1");
  }

  @Test
  void aFactorOfOneChangesNothing() {
    float[] values = GreyLevels.toValues(TorchvisionNumbers.randomLevels(15, 3));
    assertArrayEquals(values, Sharpness.apply(values, 15, 1), 1e-6f);
  }

  @Test
  void givesThePixelsOfTorchvision() {
    JsonNode numbers = TorchvisionNumbers.read();
    float[] values = GreyLevels.toValues(TorchvisionNumbers.floats(numbers.get("levels")));
    assertArrayEquals(
        TorchvisionNumbers.floats(numbers.get("sharpened")),
        Sharpness.apply(values, TorchvisionNumbers.SIDE, 4),
        2e-6f);
  }
}
