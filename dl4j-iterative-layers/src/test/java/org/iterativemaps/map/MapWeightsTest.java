package org.iterativemaps.map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
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
  void masksOfTrainedBlocks() {
    assertEquals(WeightMask.dense(2, 2), weights.mask("x", "h"));
    assertThrows(IllegalArgumentException.class, () -> weights.mask("h", "h")); // fixed
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

  private static BlockMap product(Sparsity left, Sparsity right, long seed) {
    return BlockMap.builder()
        .input("u", 4)
        .state("v", 4, Activation.TANH)
        .state("y", 4, Activation.TANH)
        .connect("u", "v", Sparsity.dense())
        .connect(List.of("u", "v"), "y", BlockFunctions.linearProduct(left, right))
        .output("y")
        .seed(seed)
        .build();
  }

  private static BlockMap nested(BlockMap inner, long seed) {
    return BlockMap.builder()
        .input("x", 4)
        .state("z", 4, Activation.TANH)
        .connect("x", "z", BlockFunctions.nested(inner, 2))
        .output("z")
        .seed(seed)
        .build();
  }

  private static MapWeights numbered(BlockMap map) {
    RealizedMap realized = map.realize();
    Map<String, double[]> values = new HashMap<>();
    realized.parameters().forEach(p -> values.put(p.key(), new double[p.length()]));
    return new MapWeights(realized, values);
  }

  /** As many weights, the same patterns, and other cells: of blocks that are not linear, too. */
  @Test
  void weightsStayAtTheirCells() {
    Sparsity few = Sparsity.fanIn(2);
    MapWeights product = numbered(product(few, few, 1));
    refused("masks", () -> product.on(product(few, few, 2).realize()));
    assertEquals(product, product.on(product(few, few, 1).realize()));
    List<WeightMask> masks =
        product.realized().parameters().stream()
            .filter(p -> p.isWeight() && !p.key().startsWith("W"))
            .map(Parameter::mask)
            .toList();
    BlockMap explicit =
        product(Sparsity.explicit(masks.get(0)), Sparsity.explicit(masks.get(1)), 7);
    assertEquals(explicit, product.on(explicit.realize()).map());

    MapWeights outer = numbered(nested(product(few, few, 1), 1));
    refused("masks", () -> outer.on(nested(product(few, few, 2), 1).realize()));
    BlockMap alsoExplicit = nested(explicit, 1);
    assertEquals(alsoExplicit, outer.on(alsoExplicit.realize()).map());
    refused("masks", () -> outer.on(nested(product(few, few, 1).withOutput("v"), 1).realize()));
    assertEquals(8, outer.values("L[u,v->y][x->z]").length);
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
