package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;

class BilinearResizeTest {

  @Test
  void givesThePixelsOfPillow() {
    for (JsonNode resize : TorchvisionNumbers.read().get("resizes")) {
      int from = resize.get("from").intValue();
      float[] resized =
          new BilinearResize(from, 50).apply(TorchvisionNumbers.floats(resize.get("source")));
      assertArrayEquals(
          TorchvisionNumbers.floats(resize.get("resized")), resized, 0, "from " + from);
    }
  }

  /** Enlarging: interpolation between the four pixels around, the outermost ones to the edges. */
  @Test
  void interpolatesBetweenTheMiddlesOfPixels() {
    for (int seed = 0; seed < 10; seed++) {
      int from = 3 + 4 * seed;
      float[] levels = TorchvisionNumbers.randomLevels(from, seed);
      float[] resized = new BilinearResize(from, 50).apply(levels);
      for (int row = 0; row < 50; row++) {
        for (int column = 0; column < 50; column++) {
          double y = Math.min(Math.max((row + 0.5) * from / 50 - 0.5, 0), from - 1);
          double x = Math.min(Math.max((column + 0.5) * from / 50 - 0.5, 0), from - 1);
          double expected = 0;
          for (int p = 0; p < levels.length; p++) {
            double down = Math.max(0, 1 - Math.abs(y - p / from));
            double right = Math.max(0, 1 - Math.abs(x - p % from));
            expected += down * right * levels[p];
          }
          // Rounded twice.
          assertEquals(
              expected, resized[row * 50 + column], 1.001, from + ": " + row + "," + column);
        }
      }
    }
  }

  @Test
  void anEvenGreyStaysAndTheSameSizeChangesNothing() {
    for (int from : new int[] {1, 8, 28, 49, 50, 77}) {
      float[] grey = new float[from * from];
      Arrays.fill(grey, 201);
      float[] expected = new float[2500];
      Arrays.fill(expected, 201);
      assertArrayEquals(expected, new BilinearResize(from, 50).apply(grey), 0, "from " + from);
    }
    float[] levels = TorchvisionNumbers.randomLevels(50, 1);
    assertArrayEquals(levels, new BilinearResize(50, 50).apply(levels));
  }
}
