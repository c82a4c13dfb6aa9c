package org.iterativemaps.map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;

class MapWeightsTest {
  private final double[] in = {1, 2, 3, 4};
  private final double[] bias = {5, 6};
  private final MapWeights weights = weights(Map.of("W[x->h]", in, "b[h]", bias));

  private static MapWeights weights(Map<String, double[]> values) {
    return new MapWeights(reservoir(Activation.TANH, 0.5), values);
  }

  private static RealizedMap reservoir(Activation activation, double recurrent) {
    return BlockMap.builder()
        .input("x", 2)
        .state("h", 2, activation)
        .connect("x", "h", Sparsity.dense())
        .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(recurrent))
        .output("h")
        .build()
        .realize();
  }

  @Test
  void blocksAreReadTrainedOrFixed() {
    assertArrayEquals(new double[][] {{1, 2}, {3, 4}}, weights.matrix("x", "h"));
    assertArrayEquals(new double[][] {{0.5, 0}, {0, 0.5}}, weights.matrix("h", "h"));
    assertArrayEquals(in, weights.values(weights.realized().blocks().get(0)));
    double[] fixed = weights.values(weights.realized().blocks().get(1));
    assertArrayEquals(new double[] {0.5, 0.5}, fixed);
    fixed[0] = 9;
    assertEquals(0.5, weights.matrix("h", "h")[0][0]);
  }

  @Test
  void whatItIsMadeOfAndHandsOutMayChange() {
    in[0] = 9;
    weights.bias("h")[0] = 9;
    weights.weights("x", "h")[0] = 9;
    assertArrayEquals(new double[] {1, 2, 3, 4}, weights.values("W[x->h]"));
    assertArrayEquals(new double[] {5, 6}, weights.values("b[h]"));
  }

  /** Same masks, other fixed weights: another map, which would compute something else. */
  @Test
  void theNumbersOfOneMapOnAnother() {
    MapWeights moved = weights.on(reservoir(Activation.RELU, 0.5));
    assertArrayEquals(new double[] {5, 6}, moved.bias("h"));
    assertNotEquals(weights, moved);
    assertEquals(weights, moved.on(reservoir(Activation.TANH, 0.5)));
    refused(
        "expected the slots, blocks, masks and fixed values",
        () -> weights.on(reservoir(Activation.TANH, 0.25)));
  }

  @Test
  void wrongNumbersAreNamed() {
    refused("b[h]: found none, expected 2", () -> weights(Map.of("W[x->h]", in)));
    refused("W[x->h]: found 2, expected 4", () -> weights(Map.of("W[x->h]", bias, "b[h]", bias)));
    refused(
        "values: found [W[h->h]], which",
        () -> weights(Map.of("W[x->h]", in, "b[h]", bias, "W[h->h]", bias)));
    refused("no parameter b[x]; there are [W[x->h], b[h]]", () -> weights.bias("x"));
  }

  private static void refused(String expected, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(expected), message);
  }
}
