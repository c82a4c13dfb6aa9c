package org.iterativemaps.map.change;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

class MapChangeTest {

  private static BlockMapBuilder slots(int x, int h) {
    return BlockMap.builder().input("x", x).state("h", h).output("h");
  }

  private static WeightMask random(Random random, int from, int to) {
    boolean[][] exists = new boolean[to][from];
    for (boolean[] row : exists) {
      for (int i = 0; i < from; i++) {
        row[i] = random.nextBoolean();
      }
    }
    exists[random.nextInt(to)][random.nextInt(from)] = true;
    return WeightMask.ofMatrix(exists);
  }

  /** Any mask to any other, units renumbered, removed and added: checked cell by cell. */
  @Test
  void weightsFollowTheirUnits() {
    int kept = 0;
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int x = 1 + random.nextInt(6);
      int before = 1 + random.nextInt(6);
      int after = 1 + random.nextInt(6);
      int[] units = new int[after];
      List<Integer> pool = new ArrayList<>();
      for (int i = 0; i < before; i++) {
        pool.add(i);
      }
      java.util.Collections.shuffle(pool, random);
      for (int i = 0; i < after; i++) {
        units[i] = pool.isEmpty() || random.nextInt(3) == 0 ? MapChange.NEW : pool.remove(0);
      }
      RealizedMap old =
          slots(x, before)
              .connect("x", "h", Sparsity.explicit(random(random, x, before)))
              .connect("h", "h", Sparsity.explicit(random(random, before, before)))
              .build()
              .realize();
      BlockMap next =
          slots(x, after)
              .connect("h", "h", Sparsity.explicit(random(random, after, after))) // other order
              .connect("x", "h", Sparsity.explicit(random(random, x, after)))
              .build();
      MapWeights weights = Samples.random(old, seed);
      MapChange change = MapChange.between(old, next).withUnits("h", units);
      MapWeights carried = change.carry(weights);
      double[][] oldX = Samples.matrix(weights, "x->h", true);
      double[][] oldH = Samples.matrix(weights, "h->h", true);
      double[][] newX = Samples.matrix(carried, "x->h", true);
      double[][] newH = Samples.matrix(carried, "h->h", true);
      for (int to = 0; to < after; to++) {
        for (int from = 0; from < x; from++) {
          boolean was = units[to] != MapChange.NEW && !Double.isNaN(oldX[units[to]][from]);
          if (!Double.isNaN(newX[to][from])) {
            assertEquals(was ? oldX[units[to]][from] : 0, newX[to][from]);
            kept += was ? 1 : 0;
          }
        }
        for (int from = 0; from < after; from++) {
          boolean was =
              units[to] != MapChange.NEW
                  && units[from] != MapChange.NEW
                  && !Double.isNaN(oldH[units[to]][units[from]]);
          if (!Double.isNaN(newH[to][from])) {
            assertEquals(was ? oldH[units[to]][units[from]] : 0, newH[to][from]);
            kept += was ? 1 : 0;
          }
        }
        double bias = carried.bias("h")[to];
        assertEquals(units[to] == MapChange.NEW ? 0 : weights.bias("h")[units[to]], bias);
      }
    }
    assertTrue(kept > 500, "carried " + kept);
  }

  @Test
  void newWeightsStartAtWhatWasGiven() {
    RealizedMap old =
        slots(2, 2)
            .connect("x", "h", Sparsity.explicit(WeightMask.ofCells(2, 2, new long[] {0, 3})))
            .build()
            .realize();
    MapChange change =
        MapChange.between(old, slots(2, 2).connect("x", "h", Sparsity.dense()).build())
            .withStart("x->h", new double[] {9, 8, 7, 6});
    MapWeights carried =
        change.carry(Samples.weights(old, new double[] {1, 2}, new double[] {3, 4}));
    assertArrayEquals(new double[] {1, 8, 7, 2}, carried.weights("x", "h"));
    assertArrayEquals(new double[] {3, 4}, carried.bias("h"));
  }

  /** What was fixed and is trained now starts where it was; what is still fixed does not. */
  @Test
  void thawedWeightsKeepTheirValues() {
    RealizedMap old =
        slots(2, 2)
            .connectFixed("x", "h", Sparsity.dense(), WeightValues.explicit(1, 2, 3, 4))
            .build()
            .realize();
    MapChange whole =
        MapChange.between(old, slots(2, 2).connect("x", "h", Sparsity.dense()).build());
    MapWeights weights = Samples.weights(old, new double[2]);
    assertArrayEquals(new double[] {1, 2, 3, 4}, whole.carry(weights).weights("x", "h"));
    MapChange half =
        MapChange.between(
            old,
            slots(2, 2)
                .connect("x", "h", Sparsity.dense())
                .connectFixed(
                    "x",
                    "h",
                    Sparsity.explicit(WeightMask.ofCells(2, 2, new long[] {1, 2})),
                    WeightValues.explicit(2, 3))
                .build());
    assertArrayEquals(new double[] {1, 0, 0, 4}, half.carry(weights).weights("x", "h"));
  }

  private static BlockMap around(BlockMap inner) {
    return slots(4, 5)
        .connect("x", "h", BlockFunctions.nested(inner, 3))
        .connect("h", "h", Sparsity.dense())
        .build();
  }

  private static BlockMap inner(Sparsity loop, long seed) {
    return inner(loop, seed, 6);
  }

  private static BlockMap inner(Sparsity loop, long seed, int hidden) {
    return BlockMap.builder()
        .input("a")
        .state("m", hidden, Activation.TANH)
        .state("b", 5, Activation.TANH)
        .connect("a", "m", Sparsity.fanIn(2))
        .connect("m", "m", loop)
        .connect("m", "b", Sparsity.density(0.5))
        .output("b")
        .seed(seed)
        .build();
  }

  /** The weights of a map in a block follow their units, as those of the map around it do. */
  @Test
  void weightsOfNestedMapsFollowTheirUnitsToo() {
    List<BlockMap> maps = new ArrayList<>();
    for (long seed = 0; seed < 6; seed++) {
      maps.add(inner(Sparsity.fanIn(2), seed));
      maps.add(inner(Sparsity.density(0.2 + 0.1 * seed), seed));
      maps.add(inner(Sparsity.dense(), seed));
    }
    int kept = 0;
    for (BlockMap before : maps) {
      for (BlockMap after : maps) {
        MapWeights weights = Samples.random(around(before).realize(), before.seed());
        MapChange change = MapChange.between(weights.realized(), around(after));
        MapWeights carried = change.carry(weights);
        assertArrayEquals(weights.weights("h", "h"), carried.weights("h", "h"));
        for (int p = 0; p < carried.realized().parameters().size(); p++) {
          Parameter parameter = carried.realized().parameters().get(p);
          double[] values = carried.values(parameter.key());
          double[] was = weights.values(parameter.key());
          if (parameter.mask() == null) {
            assertArrayEquals(was, values, parameter.key());
            continue;
          }
          long[] cellsBefore = weights.realized().parameters().get(p).mask().copyCells();
          long[] cells = parameter.mask().copyCells();
          for (int i = 0; i < cells.length; i++) {
            int old = Arrays.binarySearch(cellsBefore, cells[i]);
            assertEquals(old < 0 ? 0 : was[old], values[i], parameter.key());
            kept += old < 0 ? 0 : 1;
          }
        }
      }
    }
    assertTrue(kept > 5000, "carried " + kept);
  }

  @Test
  void resizedSlotsOfNestedMapsAreNamed() {
    RealizedMap old = around(inner(Sparsity.dense(), 1)).realize();
    BlockMap larger = around(inner(Sparsity.dense(), 1, 7));
    MapWeights weights = Samples.random(old, 1);
    for (String part : new String[] {"block x->h", "slot 'm'", "from 6 to 7 units"}) {
      assertMessage(part, () -> MapChange.between(old, larger).carry(weights));
    }
    // What was no map before is new, and so is a slot of another name.
    RealizedMap linear =
        slots(4, 5)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .build()
            .realize();
    MapWeights trained = Samples.random(linear, 1);
    MapWeights carried = MapChange.between(linear, larger).carry(trained);
    assertArrayEquals(trained.weights("h", "h"), carried.weights("h", "h"));
    assertArrayEquals(new double[7], carried.values("b[m][x->h]"));
  }

  @Test
  void wrongChangesAreNamed() {
    RealizedMap old = slots(2, 3).connect("x", "h", Sparsity.dense()).build().realize();
    BlockMap larger = slots(2, 4).connect("x", "h", Sparsity.dense()).build();
    MapChange change = MapChange.between(old, larger);
    assertMessage("say with withUnits", () -> change.origins(0));
    assertMessage("found 3 numbers, expected", () -> change.withUnits("h", new int[3]));
    assertMessage("found 1 twice", () -> change.withUnits("h", new int[] {0, 1, 1, -1}));
    assertMessage("found 3, expected", () -> change.withUnits("h", new int[] {0, 1, 3, -1}));
    assertMessage("found 2, expected one for each", () -> change.withStart("h", new double[2]));
    assertMessage("no trained block or bias", () -> change.withStart("h->h", new double[2]));
    MapWeights others = Samples.random(larger.realize(), 1);
    assertMessage("expected the slots, blocks, masks and", () -> change.carry(others));
    assertMessage("found NaN", () -> change.withStart("h", new double[] {1, 2, 3, Double.NaN}));
  }

  @Test
  void masksOfUnknownBlocksAreNamed() {
    RealizedMap old = slots(2, 3).connect("x", "h", Sparsity.dense()).build().realize();
    WeightMask mask = WeightMask.ofCells(3, 3, new long[] {1});
    assertMessage("[h->h]", () -> MapChange.ofMasks(old, java.util.Map.of("h->h", mask)));
    assertMessage(
        "explicit mask of 3 x 3", () -> MapChange.ofMasks(old, java.util.Map.of("x->h", mask)));
  }

  static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
