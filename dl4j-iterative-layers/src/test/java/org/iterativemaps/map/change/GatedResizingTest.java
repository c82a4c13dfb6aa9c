package org.iterativemaps.map.change;

import static org.iterativemaps.map.change.MapChangeTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gated cells grow and shrink in all slots that share a size, and old units notice nothing. */
class GatedResizingTest {
  private static final int SEEDS = 60;

  /** A sample, grown by some units, asked for by any slot of the class. */
  private record Grown(
      GatedSamples sample, MapWeights before, MapWeights after, List<String> slots) {
    static Grown of(long seed) {
      GatedSamples sample = GatedSamples.of(seed);
      MapWeights before = sample.weights;
      String slot = sample.slot(seed);
      MapChange change = Resizing.grow(before.realized(), slot, 1 + (int) seed % 3, seed, 0.5);
      List<String> slots = SizeClass.of(before.realized(), slot).slots();
      return new Grown(sample, before, change.carry(before), slots);
    }

    int oldUnits() {
      return before.map().slot("h").size();
    }

    boolean isNew(String slot, int unit) {
      return slots.contains(slot) && unit >= oldUnits();
    }

    int[] newUnits() {
      return IntStream.range(oldUnits(), after.map().slot("h").size()).toArray();
    }
  }

  private static double difference(INDArray one, INDArray other) {
    return Magnitude.largestDifference(one, other);
  }

  @Test
  void growingLeavesTheOutputAsItWas() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Grown grown = Grown.of(seed);
      for (Slot slot : grown.before.map().slots()) {
        int more = grown.slots.contains(slot.name()) ? 1 + (int) seed % 3 : 0;
        assertEquals(slot.size() + more, grown.after.map().slot(slot.name()).size());
      }
      double off = difference(grown.sample.output(grown.before), grown.sample.output(grown.after));
      assertTrue(off <= 1e-12, "seed " + seed + ": off by " + off);
    }
  }

  /** What every weight between old and new units is, by the table in the Javadoc. */
  @Test
  void newUnitsReadAndAreNotYetRead() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Grown grown = Grown.of(seed);
      Map<String, double[]> gradients = grown.sample.gradients(grown.after);
      for (RealizedBlock realized : grown.after.realized().blocks()) {
        Block block = realized.block();
        if (!block.isTrainable()) {
          continue;
        }
        String what = "seed " + seed + ", " + block.name();
        double[] weights = grown.after.values(realized);
        double[] gradient = gradients.get(Parameter.weightKey(block.from(), block.to()));
        int fanOut = 0;
        for (int to = 0; to < realized.mask().toSize(); to++) {
          int end = realized.mask().targetStart(to + 1);
          for (int entry = realized.mask().targetStart(to); entry < end; entry++) {
            int from = realized.mask().source(entry);
            if (grown.isNew(block.from(), from)) {
              boolean isOwn =
                  grown.isNew(block.to(), to) && from == to && !block.from().equals(block.to());
              assertEquals(!isOwn, weights[entry] == 0, what);
              if (block.to().equals("y")) {
                assertNotEquals(0, gradient[entry], what);
                fanOut++;
              }
            } else if (grown.isNew(block.to(), to)) {
              assertNotEquals(0, weights[entry], what);
            }
          }
        }
        assertTrue(!block.to().equals("y") || fanOut >= grown.newUnits().length, what);
      }
      for (String slot : grown.slots) {
        if (grown.after.map().slot(slot).hasBias()) {
          for (int unit : grown.newUnits()) {
            assertEquals(0.5, grown.after.bias(slot)[unit]);
          }
        }
      }
    }
  }

  @Test
  void newUnitsMatterAfterSomeTraining() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Grown grown = Grown.of(seed);
      MapWeights trained = grown.after;
      for (int i = 0; i < 3; i++) {
        trained = grown.sample.trained(trained, 0.1);
      }
      double[] importance = Resizing.importance(trained, "h");
      for (int unit : grown.newUnits()) {
        assertNotEquals(0, importance[unit], "seed " + seed);
        double[] first = grown.after.bias(biased(grown));
        assertNotEquals(first[unit], trained.bias(biased(grown))[unit], "seed " + seed);
      }
      MapWeights without = silent(trained, grown.slots, grown.newUnits());
      double effect = difference(grown.sample.output(trained), grown.sample.output(without));
      assertTrue(effect > 1e-6, "seed " + seed + ": " + effect);
    }
  }

  /** A slot whose new bias learns from the second step on. */
  private static String biased(Grown grown) {
    return grown.slots.contains("g") ? "g" : "h";
  }

  /** The map with zeros for all weights out of some units of a class, to all others. */
  private static MapWeights silent(MapWeights weights, List<String> slots, int... units) {
    Map<String, double[]> values = new HashMap<>();
    for (RealizedBlock block : weights.realized().blocks()) {
      if (block.block().isTrainable() && slots.contains(block.block().from())) {
        double[] numbers = weights.values(block);
        long[] cells = block.mask().copyCells();
        int width = block.mask().fromSize();
        for (int i = 0; i < cells.length; i++) {
          long from = cells[i] % width;
          boolean isOwn = slots.contains(block.block().to()) && cells[i] / width == from;
          boolean isGone = Arrays.stream(units).anyMatch(unit -> unit == from);
          numbers[i] = isGone && !isOwn ? 0 : numbers[i];
        }
        values.put(Parameter.weightKey(block.block().from(), block.block().to()), numbers);
      }
    }
    return GatedSamples.with(weights, values);
  }

  @Test
  void shrinkingUndoesGrowing() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Grown grown = Grown.of(seed);
      int[] least = Resizing.leastImportant(grown.after, "h", grown.newUnits().length);
      assertArrayEquals(grown.newUnits(), least);
      String slot = grown.sample.slot(seed + 6);
      if (!Paths.reachOutput(grown.before, 2)) {
        continue; // new units made a way that may not be cut any more
      }
      MapWeights back = Resizing.shrink(grown.after, 2, slot, least).carry(grown.after);
      MapWeights same = back.on(grown.before.realized()); // refuses other masks and fixed values
      for (Parameter parameter : grown.before.realized().parameters()) {
        assertArrayEquals(grown.before.values(parameter.key()), same.values(parameter.key()));
      }
      assertEquals(0, difference(grown.sample.output(grown.before), grown.sample.output(back)));
    }
  }

  /** Units of no importance go without effect; importance is the sum of all that leads out. */
  @Test
  void shrinkingTakesAwayWhatSilencingDoes() {
    int shrunk = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      GatedSamples sample = GatedSamples.of(seed);
      List<String> slots = SizeClass.of(sample.weights.realized(), "h").slots();
      int size = sample.weights.map().slot("h").size();
      int gone = (int) (seed % size);
      MapWeights silent = silent(sample.weights, slots, gone);
      double[] importance = Resizing.importance(sample.weights, sample.slot(seed));
      assertArrayEquals(importance(sample.weights, slots), importance, 1e-12);
      assertEquals(0, Resizing.importance(silent, "h")[gone]);
      MapWeights left;
      try {
        left = Resizing.shrink(sample.weights, 2, sample.slot(seed), gone).carry(sample.weights);
      } catch (IllegalArgumentException e) {
        boolean isLast = e.getMessage().contains("would lose its last weight");
        assertTrue(
            isLast || size == 1 || e.getMessage().contains("no weights lead"), e.getMessage());
        continue;
      }
      double off = difference(sample.output(silent), sample.output(left));
      assertTrue(off <= 1e-12, "seed " + seed + ": off by " + off);
      shrunk++;
    }
    assertTrue(shrunk > SEEDS / 4, "shrunk " + shrunk);
  }

  private static double[] importance(MapWeights weights, List<String> slots) {
    double[] sum = new double[weights.map().slot("h").size()];
    for (String from : slots) {
      for (Slot to : weights.map().slots()) {
        double[][] matrix = weights.matrix(from, to.name());
        for (int u = 0; u < matrix.length; u++) {
          for (int v = 0; v < sum.length; v++) {
            sum[v] += slots.contains(to.name()) && u == v ? 0 : Math.abs(matrix[u][v]);
          }
        }
      }
    }
    return sum;
  }

  /** Larger in one go or in two, from any slot, the class is the same. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void everySlotOfAClassIsEveryOther(long seed) {
    GatedSamples sample = GatedSamples.of(seed);
    List<String> slots = SizeClass.of(sample.weights.realized(), "h").slots();
    MapChange first = Resizing.grow(sample.weights.realized(), "h", 2, 7, 0);
    for (String slot : slots) {
      assertEquals(slots, SizeClass.of(sample.weights.realized(), slot).slots());
      MapChange other = Resizing.grow(sample.weights.realized(), slot, 2, 7, 0);
      assertEquals(first.carry(sample.weights), other.carry(sample.weights));
    }
    assertMessage("found 99", () -> Resizing.shrink(sample.weights, 2, slots.get(0), 99));
  }
}
