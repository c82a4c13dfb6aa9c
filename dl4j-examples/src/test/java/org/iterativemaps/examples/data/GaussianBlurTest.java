package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;

class GaussianBlurTest {

  private static final double[] DEVIATIONS = {0.1, 0.5, 1, 1.7, 2};

  @Test
  void weightsAreThoseOfANormalDistribution() {
    for (double deviation : DEVIATIONS) {
      float[] kernel = new GaussianBlur(15, deviation).kernel();
      NormalDistribution normal = new NormalDistribution(0, deviation);
      double sum = 0;
      for (int i = 0; i < 15; i++) {
        sum += normal.density(i - 7);
      }
      double all = 0;
      for (int i = 0; i < 15; i++) {
        assertEquals(normal.density(i - 7) / sum, kernel[i], 1e-7, deviation + ": " + i);
        assertEquals(kernel[i], kernel[14 - i]);
        all += kernel[i];
      }
      assertEquals(1, all, 1e-6);
    }
  }

  /** One pass over 15 by 15 pixels, with the picture reflected at its edges beforehand. */
  @Test
  void isTheConvolutionWithTheProductsOfItsWeights() {
    int side = 20;
    for (double deviation : DEVIATIONS) {
      float[] values = GreyLevels.toValues(TorchvisionNumbers.randomLevels(side, 7));
      GaussianBlur blur = new GaussianBlur(15, deviation);
      float[] kernel = blur.kernel();
      int wide = side + 14;
      double[] padded = new double[wide * wide];
      for (int p = 0; p < padded.length; p++) {
        int row = p / wide - 7;
        int column = p % wide - 7;
        row = row < 0 ? -row : row >= side ? 2 * side - 2 - row : row;
        column = column < 0 ? -column : column >= side ? 2 * side - 2 - column : column;
        padded[p] = values[row * side + column];
      }
      float[] blurred = blur.apply(values, side);
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
          double expected = 0;
          for (int i = 0; i < 15; i++) {
            for (int j = 0; j < 15; j++) {
              double weight = (double) kernel[i] * kernel[j];
              expected += weight * padded[(row + i) * wide + column + j];
            }
          }
          assertEquals(expected, blurred[row * side + column], 1e-5, row + "," + column);
        }
      }
    }
  }

  @Test
  void givesThePixelsOfTorchvision() {
    JsonNode numbers = TorchvisionNumbers.read();
    float[] values = GreyLevels.toValues(TorchvisionNumbers.floats(numbers.get("levels")));
    for (JsonNode blur : numbers.get("blurs")) {
      double deviation = blur.get("deviation").doubleValue();
      assertArrayEquals(
          TorchvisionNumbers.floats(blur.get("blurred")),
          new GaussianBlur(15, deviation).apply(values, TorchvisionNumbers.SIDE),
          2e-6f,
          "deviation " + deviation);
    }
  }

  @Test
  void anEvenGreyStays() {
    float[] grey = new float[400];
    Arrays.fill(grey, 0.4f);
    assertArrayEquals(grey, new GaussianBlur(15, 1.5).apply(grey, 20), 1e-6f);
  }
}
