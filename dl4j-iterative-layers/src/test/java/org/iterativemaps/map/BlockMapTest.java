package org.iterativemaps.map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

class BlockMapTest {

  private static BlockMapBuilder paperMap() {
    return BlockMap.builder()
        .input("x", 6)
        .state("h", 8, Activation.TANH)
        .state("y", 3, Activation.IDENTITY)
        .connect("x", "h", Sparsity.density(0.5))
        .connect("h", "h", Sparsity.density(0.25))
        .connect("h", "y", Sparsity.dense())
        .output("y");
  }

  @Test
  void parametersAreTheWeightsThatExist() {
    RealizedMap realized = paperMap().build().realize();
    assertEquals(24 + 16 + 24, realized.trainableWeights());
    assertEquals(24 + 16 + 24 + 8 + 3, realized.parameterCount());
    assertEquals(5, realized.parameters().size());
    assertEquals(3, realized.biasParameter(1));
    assertEquals(-1, realized.biasParameter(0));
  }

  @Test
  void equalMapsHaveEqualMasksAndOtherSeedsOthers() {
    BlockMap map = paperMap().build();
    assertEquals(map, paperMap().build());
    assertEquals(map.hashCode(), paperMap().build().hashCode());
    assertEquals(mask(map, 0), mask(paperMap().build(), 0));
    assertNotEquals(map, map.withSeed(1));
    assertNotEquals(mask(map, 0), mask(map.withSeed(1), 0));
    assertNotEquals(map, map.withInjection(Injection.IMPULSE));
  }

  @Test
  void movingOneBlockLeavesTheOthersAlone() {
    BlockMap more = paperMap().connect("x", "y", Sparsity.density(0.5)).build();
    assertEquals(mask(paperMap().build(), 1), mask(more, 1));
  }

  @Test
  void fixedBlocksAreNoParametersAndKeepTheirValues() {
    BlockMap map =
        paperMap()
            .connectFixed("y", "h", Sparsity.entries(5), WeightValues.gaussian(1, 0.5))
            .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.uniform(-2, -1))
            .connectFixed("y", "y", Sparsity.diagonal(), WeightValues.explicit(1, 2, 3))
            .connectFixed("x", "y", Sparsity.entries(2), WeightValues.constant(4))
            .build();
    RealizedMap realized = map.realize();
    assertEquals(24 + 16 + 24 + 11, realized.parameterCount());
    double[] drawn = realized.blocks().get(3).fixedValues();
    assertArrayEquals(drawn, map.realize().blocks().get(3).fixedValues());
    for (double value : realized.blocks().get(4).fixedValues()) {
      assertTrue(value >= -2 && value < -1);
    }
    assertArrayEquals(new double[] {1, 2, 3}, realized.blocks().get(5).fixedValues());
    assertArrayEquals(new double[] {4, 4}, realized.blocks().get(6).fixedValues());
  }

  @Test
  void gaussianFixedValuesHaveTheirMoments() {
    double[] values =
        WeightValues.gaussian(2, 0.5)
            .draw(WeightMask.dense(1_000, 100), RandomSource.of(1, "values"));
    double mean = java.util.Arrays.stream(values).average().orElseThrow();
    double variance =
        java.util.Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    assertEquals(2, mean, 0.01);
    assertEquals(0.25, variance, 0.01);
  }

  @Test
  void anOpenInputIsFilledInLater() {
    BlockMap open =
        BlockMap.builder()
            .input("x")
            .state("h", 4)
            .connect("x", "h", Sparsity.fanIn(3))
            .output("h")
            .build();
    assertTrue(open.isOpen());
    assertThrows(IllegalStateException.class, open::realize);
    assertEquals(12, open.withInputSize(5).realize().trainableWeights());
    assertMessage("block x->h: fan-in 3", () -> open.withInputSize(2));
  }

  @Test
  void shortestPaths() {
    BlockMap map = paperMap().build();
    assertEquals(Optional.of(1), map.shortestPathFromInput("h"));
    assertEquals(Optional.of(2), map.shortestPathFromInput("y"));
  }

  @Test
  void wrongMapsAreRefusedByNameAndRemedy() {
    refused(
        "unknown slot 'z'; the map has 'x', 'h', 'y'", b -> b.connect("z", "h", Sparsity.dense()));
    refused("block h->z", b -> b.connect("h", "z", Sparsity.dense()));
    refused("duplicate slot 'h'", b -> b.state("h", 3));
    refused("duplicate block x->h", b -> b.connect("x", "h", Sparsity.dense()));
    refused("block h->x: slot 'x' is the input", b -> b.connect("h", "x", Sparsity.dense()));
    refused("expected exactly one", b -> b.input("u", 2));
    refused(
        "output: slot 'x' is the input; name one of the state slots [h, y]", b -> b.output("x"));
    refused("unknown slot 'q'", b -> b.output("q"));
    refused("cannot be reached", b -> b.state("far", 2).output("far"));
    refused("size 0, expected at least 1", b -> b.state("bad", 0));
    refused("size -1", b -> b.input("u", -1));
    refused("slot name: found 'a_b'", b -> b.state("a_b", 1));
    refused("slot name: found null", b -> b.state(null, 1));
    refused("no sparsity pattern", b -> b.connect("y", "h", (Sparsity) null));
    refused("needs its values", b -> b.connectFixed("y", "h", Sparsity.dense(), null));
    refused(
        "block y->y: 10 entries asked of a block of 3 x 3",
        b -> b.connect("y", "y", Sparsity.entries(10)));
    refused(
        "20,000,000,000 weights",
        b ->
            b.state("big", 200_000)
                .state("bigger", 100_000)
                .connect("big", "bigger", Sparsity.dense()));
  }

  @Test
  void wrongDrawsAreRefused() {
    assertMessage(
        "left no weight",
        () -> paperMap().connect("y", "y", Sparsity.bernoulli(1e-9)).build().realize());
    assertMessage(
        "found 2, expected one for each of the 3 entries",
        () ->
            paperMap()
                .connectFixed("y", "y", Sparsity.diagonal(), WeightValues.explicit(1, 2))
                .build()
                .realize());
    assertMessage("finite", () -> WeightValues.constant(Double.NaN));
    assertMessage("values[1]", () -> WeightValues.explicit(0, Double.POSITIVE_INFINITY));
    assertMessage("standardDeviation", () -> WeightValues.gaussian(0, -1));
    assertMessage("high", () -> WeightValues.uniform(1, 0));
  }

  private static WeightMask mask(BlockMap map, int block) {
    return map.realize().blocks().get(block).mask();
  }

  private static void refused(String says, UnaryOperator<BlockMapBuilder> mistake) {
    assertMessage(says, () -> mistake.apply(paperMap()).build());
  }

  private static void assertMessage(String says, org.junit.jupiter.api.function.Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }

  /** JSON holds no scale of the others, so that they would come back as another map. */
  @Test
  void onlyResidualAndLeakyUpdatesHaveAScale() {
    for (Update.Kind kind : Update.Kind.values()) {
      String keep = kind == Update.Kind.GATED || kind == Update.Kind.TWO_GATES ? "f" : null;
      String write = kind == Update.Kind.TWO_GATES ? "i" : null;
      if (kind == Update.Kind.LEAKY) {
        assertEquals(0.5, new Update(kind, 0.5, keep, write).scale());
        continue;
      }
      assertEquals(1, new Update(kind, 1, keep, write).scale());
      if (kind == Update.Kind.RESIDUAL) {
        assertEquals(2, new Update(kind, 2, keep, write).scale());
        continue;
      }
      String message =
          assertThrows(IllegalArgumentException.class, () -> new Update(kind, 2, keep, write))
              .getMessage();
      assertTrue(message.contains(kind + " with scale 2.0, expected 1"), message);
    }
  }

  @Test
  void leakRatesAreAboveZeroAndAtMostOne() {
    assertEquals(Update.replace(), Update.leaky(1));
    assertEquals(0.3, Update.leaky(0.3).scale());
    assertTrue(Update.leaky(0.3).readsOldValue());
    for (double rate : new double[] {0, -0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertMessage("leak rate: found " + rate, () -> Update.leaky(rate));
    }
    assertMessage(
        "expected above 0 and below 1", () -> new Update(Update.Kind.LEAKY, 1, null, null));
  }

  @Test
  void aTrainedLeakIsAGateWithNothingButABias() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 3, Activation.TANH)
            .trainedLeak("h")
            .connect("x", "h", Sparsity.dense())
            .output("h")
            .build();
    assertEquals(Update.gated("h.keep"), map.slot("h").update());
    assertTrue(map.slot("h.keep").isWire() && map.slot("h.keep").hasBias());
    assertEquals(2 * 3 + 3 + 3, map.realize().parameterCount());
    assertMessage("unknown slot 'g'", () -> map.toBuilder().trainedLeak("g"));
    assertMessage("keeps no old value", () -> map.toBuilder().trainedLeak("x"));
  }
}
