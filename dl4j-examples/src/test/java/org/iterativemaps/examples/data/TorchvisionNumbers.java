package org.iterativemaps.examples.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Random;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What torchvision makes of pictures: {@code random-anomaly/transforms.json}; see its README. */
final class TorchvisionNumbers {

  /** Height and width of the pictures. */
  static final int SIDE = 50;

  private TorchvisionNumbers() {}

  static JsonNode read() {
    try (InputStream in =
        TorchvisionNumbers.class.getResourceAsStream("/random-anomaly/transforms.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static float[] floats(JsonNode list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) list.get(i).doubleValue();
    }
    return values;
  }

  /** A picture of levels without any structure. */
  static float[] randomLevels(int side, long seed) {
    Random random = new Random(seed);
    float[] levels = new float[side * side];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = random.nextInt(256);
    }
    return levels;
  }
}
