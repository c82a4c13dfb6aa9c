package org.iterativemaps.map.change;

import static org.iterativemaps.map.change.MapChangeTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;

class ResizingTest {

  /** The map that runs: W[to][from] with zeros where no weight is. */
  private static double[] run(MapWeights weights, double[] x, int steps) {
    RealizedMap map = weights.realized();
    int slots = map.map().slots().size();
    double[][] state = new double[slots][];
    for (int i = 0; i < slots; i++) {
      state[i] = new double[map.map().slots().get(i).size()];
    }
    int input = map.map().indexOf(map.map().input().name());
    state[input] = x;
    for (int step = 0; step < steps; step++) {
      double[][] next = new double[slots][];
      for (int i = 0; i < slots; i++) {
        next[i] = i == input ? x : new double[state[i].length];
      }
      for (RealizedBlock block : map.blocks()) {
        double[] values = weights.values(block);
        for (int to = 0; to < block.mask().toSize(); to++) {
          int end = block.mask().targetStart(to + 1);
          for (int entry = block.mask().targetStart(to); entry < end; entry++) {
            next[block.to()][to] += values[entry] * state[block.from()][block.mask().source(entry)];
          }
        }
      }
      for (int i = 0; i < slots; i++) {
        boolean hasBias = map.map().slots().get(i).hasBias();
        double[] bias = hasBias ? weights.bias(map.map().slots().get(i).name()) : null;
        for (int unit = 0; i != input && unit < next[i].length; unit++) {
          // cos(0) is not 0: a new unit is active whatever comes in
          next[i][unit] = Math.cos(next[i][unit] + (hasBias ? bias[unit] : 0));
        }
      }
      state = next;
    }
    return state[map.map().indexOf(map.map().output().name())];
  }

  private static double[] input(RealizedMap map) {
    double[] x = new double[map.map().input().size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.sin(i + 1);
    }
    return x;
  }

  @Test
  void growingLeavesTheOutputAsItWas() {
    for (long seed = 0; seed < 50; seed++) {
      MapWeights trained = Samples.random(Samples.map(seed), seed);
      MapChange change = Resizing.grow(trained.realized(), "h", 1 + (int) seed % 4, seed, 0.5);
      MapWeights carried = change.carry(trained);
      for (int steps = 1; steps < 5; steps++) {
        assertArrayEquals(
            run(trained, input(trained.realized()), steps),
            run(carried, input(trained.realized()), steps),
            1e-14,
            "seed " + seed);
      }
    }
  }

  /** Every new unit is reached and heard, with values into it and zeros out of it. */
  @Test
  void newUnitsAreConnectedSoThatTheyLearn() {
    for (long seed = 0; seed < 50; seed++) {
      MapWeights trained = Samples.random(Samples.map(seed), seed);
      int before = trained.map().slot("h").size();
      MapChange change = Resizing.grow(trained.realized(), "h", 3, seed, 0.5);
      MapWeights carried = change.carry(trained);
      double[][] in = Samples.matrix(carried, "x->h", true);
      double[][] own = Samples.matrix(carried, "h->h", true);
      double[][] out = Samples.matrix(carried, "h->y", true);
      for (int unit = before; unit < before + 3; unit++) {
        boolean moves = false;
        for (double weight : in[unit]) {
          moves |= !Double.isNaN(weight) && weight != 0;
        }
        assertTrue(moves, "into unit " + unit);
        int heard = 0;
        for (double[] row : out) {
          assertTrue(Double.isNaN(row[unit]) || row[unit] == 0);
          heard += Double.isNaN(row[unit]) ? 0 : 1;
        }
        assertTrue(heard > 0, "out of unit " + unit);
        for (double[] row : own) {
          assertTrue(Double.isNaN(row[unit]) || row[unit] == 0);
        }
        assertEquals(0.5, carried.bias("h")[unit]);
      }
      double[][] fixed = Samples.matrix(carried, "h->h", false);
      assertEquals(before, Samples.count(fixed)); // the old diagonal, nothing new
    }
  }

  @Test
  void patternsThatFollowTheSizeStayPatterns() {
    RealizedMap map = Samples.map(1);
    RealizedMap after = Resizing.grow(map, "h", 2, 1, 0).after();
    assertEquals(Sparsity.dense(), after.map().blocks().get(0).sparsity());
    RealizedMap diagonal =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 2)
            .state("y", 2)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.diagonal())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    MapChange change = Resizing.grow(diagonal, "h", 2, 1, 0);
    assertEquals(Sparsity.diagonal(), change.after().map().blocks().get(1).sparsity());
    assertEquals(List.of(0, 1, -1, -1), box(change.origins(1)));
  }

  private static List<Integer> box(int... numbers) {
    return java.util.Arrays.stream(numbers).boxed().toList();
  }

  @Test
  void whatIsLeftAfterShrinkingKeepsItsValues() {
    for (long seed = 0; seed < 50; seed++) {
      MapWeights trained = Samples.random(Samples.map(seed), seed);
      int size = trained.map().slot("h").size();
      int gone = (int) (seed % size);
      MapChange change;
      try {
        change = Resizing.shrink(trained, 3, "h", gone);
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().contains("would lose its last weight"), e.getMessage());
        continue;
      }
      MapWeights carried = change.carry(trained);
      for (boolean isTrained : new boolean[] {true, false}) {
        double[][] old = Samples.matrix(trained, "h->h", isTrained);
        double[][] left = Samples.matrix(carried, "h->h", isTrained);
        for (int to = 0; to < size - 1; to++) {
          for (int from = 0; from < size - 1; from++) {
            assertEquals(
                old[to < gone ? to : to + 1][from < gone ? from : from + 1], left[to][from]);
          }
        }
      }
    }
  }

  /** Shrinking by what growing added gives the map back. */
  @Test
  void shrinkingUndoesGrowing() {
    for (long seed = 0; seed < 20; seed++) {
      MapWeights trained = Samples.random(Samples.map(seed), seed);
      int size = trained.map().slot("h").size();
      MapChange up = Resizing.grow(trained.realized(), "h", 2, seed, 0);
      MapWeights large = up.carry(trained);
      int[] least = Resizing.leastImportant(large, "h", 2);
      assertArrayEquals(new int[] {size, size + 1}, least); // zeros out of them
      MapChange down = Resizing.shrink(large, 3, "h", least);
      MapWeights back = down.carry(large);
      for (Parameter parameter : trained.realized().parameters()) {
        assertArrayEquals(trained.values(parameter.key()), back.values(parameter.key()));
      }
    }
  }

  @Test
  void importanceIsTheSumOfWhatGoesOut() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 1)
            .state("h", 2)
            .state("y", 2)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .connectFixed("h", "y", Sparsity.dense(), WeightValues.explicit(1, -2, 3, 4))
            .output("y")
            .build()
            .realize();
    double[][] values = {{9, 9}, {100, 0.5, 0.25, 100}, {0, 0}, {0, 0}};
    double[] importance = Resizing.importance(Samples.weights(map, values), "h");
    // Own weights (100) do not count: h0 gives 0.25 to h1, 1 and 3 to y.
    assertArrayEquals(new double[] {0.25 + 1 + 3, 0.5 + 2 + 4}, importance);
  }

  @Test
  void wrongArgumentsAreNamed() {
    MapWeights trained = Samples.random(Samples.map(1), 1);
    RealizedMap map = trained.realized();
    int size = map.map().slot("h").size();
    assertMessage("is the map's input", () -> Resizing.grow(map, "x", 1, 1, 0));
    assertMessage("is the map's output", () -> Resizing.shrink(trained, 3, "y", 0));
    assertMessage("unknown slot 'z'", () -> Resizing.grow(map, "z", 1, 1, 0));
    assertMessage("count: found 0", () -> Resizing.grow(map, "h", 0, 1, 0));
    assertMessage("found 99", () -> Resizing.shrink(trained, 3, "h", 99));
    assertMessage("found 0 twice", () -> Resizing.shrink(trained, 3, "h", 0, 0));
    assertMessage(
        "found all " + size,
        () ->
            Resizing.shrink(trained, 3, "h", java.util.stream.IntStream.range(0, size).toArray()));
    assertMessage("count: found 99", () -> Resizing.leastImportant(trained, "h", 99));
    RealizedMap reservoir =
        BlockMap.builder()
            .input("x", 1)
            .state("h", 2)
            .state("y", 2)
            .connectFixed("x", "h", Sparsity.dense(), WeightValues.constant(1))
            .connect("h", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    assertMessage("no trained block leads into", () -> Resizing.grow(reservoir, "h", 1, 1, 0));
  }

  /** One unit more or less changes what every other unit is. */
  @Test
  void normalisedSlotsKeepTheirSize() {
    for (Normalisation normalisation : List.of(Normalisation.LAYER, Normalisation.RMS)) {
      BlockMap map = Samples.map(1).map();
      MapWeights trained =
          Samples.random(map.toBuilder().normalise("h", normalisation).build().realize(), 1);
      String[] parts = {"slot 'h'", normalisation.name(), "over its units"};
      for (String part : parts) {
        assertMessage(part, () -> Resizing.grow(trained.realized(), "h", 1, 1, 0));
        assertMessage(part, () -> Resizing.shrink(trained, 3, "h", 0));
        assertMessage(part, () -> Resizing.importance(trained, "h"));
      }
      MapWeights readBy =
          Samples.random(map.toBuilder().normalise("y", normalisation).build().realize(), 1);
      int size = map.slot("h").size();
      MapChange grown = Resizing.grow(readBy.realized(), "h", 1, 1, 0);
      assertEquals(size + 1, grown.after().map().slot("h").size());
    }
  }

  /** x -> h0 -> y is the only way; h1 hangs on both sides, but on no common unit. */
  @Test
  void theLastWayToTheOutputIsKept() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 1)
            .state("h", 3)
            .state("y", 1)
            .connect("x", "h", Sparsity.explicit(WeightMask.ofCells(1, 3, new long[] {0, 1})))
            .connect("h", "y", Sparsity.explicit(WeightMask.ofCells(3, 1, new long[] {0, 2})))
            .output("y")
            .build()
            .realize();
    MapWeights trained = Samples.random(map, 1);
    assertMessage("no weights lead from the input", () -> Resizing.shrink(trained, 2, "h", 0));
    assertEquals(2, Resizing.shrink(trained, 2, "h", 1).after().map().slot("h").size());
  }
}
