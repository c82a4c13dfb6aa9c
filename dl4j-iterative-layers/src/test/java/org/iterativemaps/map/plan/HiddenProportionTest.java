package org.iterativemaps.map.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

class HiddenProportionTest {

  /** Any number of hidden slots, against a count of its own; fixed blocks count for nothing. */
  @Test
  void isTheShareOfTheBlocksBetweenHiddenSlots() {
    for (long seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      int hidden = random.nextInt(5);
      List<String> slots = new ArrayList<>(List.of("x"));
      BlockMapBuilder builder = BlockMap.builder().input("x", 1 + random.nextInt(20));
      List<Integer> sizes = new ArrayList<>(List.of(0));
      for (int i = 0; i <= hidden; i++) {
        slots.add(i == hidden ? "y" : "h" + i);
        sizes.add(2 + random.nextInt(20));
        builder.state(slots.get(i + 1), sizes.get(i + 1), Activation.TANH);
      }
      double expected = 0;
      double expectedHidden = 0;
      builder.connect("x", "y", Sparsity.dense()); // so that the output can be reached
      for (int to = 1; to < slots.size(); to++) {
        for (int from = 1; from < slots.size(); from++) {
          if (random.nextInt(3) > 0) {
            double chance = 0.1 + 0.9 * random.nextDouble();
            builder.connect(slots.get(from), slots.get(to), Sparsity.bernoulli(chance));
            double weights = chance * sizes.get(from) * sizes.get(to);
            expected += weights;
            boolean isHidden = hidden == 0 || to < slots.size() - 1 && from < slots.size() - 1;
            expectedHidden += isHidden ? weights : 0;
          }
          if (random.nextInt(4) == 0) {
            builder.connectFixed(
                slots.get(from), slots.get(to), Sparsity.dense(), WeightValues.constant(1));
          }
        }
      }
      BlockMap map = builder.output("y").seed(seed).build();
      expected += (double) map.input().size() * sizes.get(slots.size() - 1);
      HiddenProportion shares = HiddenProportion.expected(map);
      assertEquals(expected, shares.weights(), 1e-9 * expected);
      assertEquals(expectedHidden / expected, shares.value(), 1e-12);
      assertEquals(
          1, shares.blocks().stream().mapToDouble(HiddenProportion.Share::share).sum(), 1e-12);
      RealizedMap realized;
      try {
        realized = map.realize();
      } catch (IllegalArgumentException e) {
        continue; // chance left a tiny block without any weight
      }
      HiddenProportion drawn = HiddenProportion.realized(realized);
      assertEquals(realized.trainableWeights(), drawn.weights());
      long between =
          realized.blocks().stream()
              .filter(b -> b.parameter() >= 0)
              .filter(b -> isHidden(b.block().from(), hidden) && isHidden(b.block().to(), hidden))
              .mapToLong(b -> b.mask().entryCount())
              .sum();
      assertEquals(between / (double) realized.trainableWeights(), drawn.value(), 1e-12);
    }
  }

  private static boolean isHidden(String slot, int hidden) {
    return hidden == 0 ? slot.equals("y") : slot.startsWith("h");
  }

  @Test
  void theTextShowsEveryBlockAtOneLook() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 10)
            .state("h", 10)
            .state("y", 5)
            .connect("x", "h", Sparsity.entries(50))
            .connect("h", "h", Sparsity.entries(100))
            .connect("h", "y", Sparsity.dense())
            .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(1))
            .output("y")
            .build();
    List<String> lines = HiddenProportion.expected(map).toString().lines().toList();
    assertEquals("hidden proportion 0.5000 of 200 trainable weights", lines.get(0));
    assertEquals("x->h           50  25.00 % ----------", lines.get(1));
    assertEquals("h->h          100  50.00 % ####################", lines.get(2));
    assertEquals("h->y           50  25.00 % ----------", lines.get(3));
    assertEquals(4, lines.size());
  }

  @Test
  void withoutTrainedWeightsOrSizesThereIsNone() {
    BlockMapBuilder map = BlockMap.builder().input("x").state("h", 4).output("h");
    BlockMap fixed = map.connectFixed("x", "h", Sparsity.dense(), WeightValues.constant(1)).build();
    assertThrows(IllegalArgumentException.class, () -> HiddenProportion.expected(fixed));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> HiddenProportion.expected(fixed.withInputSize(3)))
            .getMessage();
    assertTrue(message.contains("no trained block"), message);
  }
}
