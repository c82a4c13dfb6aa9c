package org.iterativemaps.map.change;

import static org.iterativemaps.map.change.MapChangeTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;

class RewiringTest {

  private static Map<String, double[]> gradients(Changeable trained, long seed) {
    Random random = new Random(seed);
    Map<String, double[]> gradients = new HashMap<>();
    for (RealizedBlock block : trained.chosen()) {
      int cells = block.mask().fromSize() * block.mask().toSize();
      gradients.put(block.block().name(), random.doubles(cells, -1, 1).toArray());
    }
    return gradients;
  }

  /** Counts stay; the largest weights stay; what is new is where the gradient is largest. */
  @Test
  void growsWhereTheGradientIsLargest() {
    int grown = 0;
    for (long seed = 0; seed < 100; seed++) {
      Changeable trained = Samples.changeable(seed);
      Map<String, double[]> gradients = gradients(trained, seed);
      MapChange change = Rewiring.byGradient(trained, 0.4, gradients);
      MapWeights carried = change.carry(trained.weights());
      for (RealizedBlock block : trained.chosen()) {
        RealizedBlock after =
            change.after().blocks().get(trained.weights().realized().blocks().indexOf(block));
        assertEquals(block.mask().entryCount(), after.mask().entryCount());
        double[] weights = trained.weights().values(block);
        int drop = (int) Math.min(weights.length - 1, Math.rint(0.4 * weights.length));
        if (block.mask().isDense() || drop == 0) {
          assertEquals(block.mask(), after.mask());
          continue;
        }
        List<Integer> bySize =
            java.util.stream.IntStream.range(0, weights.length)
                .boxed()
                .sorted((a, b) -> Double.compare(Math.abs(weights[b]), Math.abs(weights[a])))
                .toList();
        long[] cells = block.mask().copyCells();
        Set<Long> expected = new HashSet<>();
        bySize.subList(0, weights.length - drop).forEach(e -> expected.add(cells[e]));
        double[] gradient = gradients.get(block.block().name());
        LongStream.range(0, gradient.length)
            .boxed()
            .filter(cell -> !expected.contains(cell))
            .sorted(
                (a, b) ->
                    Double.compare(
                        Math.abs(gradient[b.intValue()]), Math.abs(gradient[a.intValue()])))
            .limit(drop)
            .toList()
            .forEach(expected::add);
        Set<Long> found =
            Arrays.stream(after.mask().copyCells()).boxed().collect(Collectors.toSet());
        assertEquals(expected, found, "seed " + seed);
        int[] origins = change.origins(after.parameter());
        for (int i = 0; i < origins.length; i++) {
          double value = carried.values(after)[i];
          assertEquals(origins[i] == MapChange.NEW ? 0 : weights[origins[i]], value);
          grown += origins[i] == MapChange.NEW ? 1 : 0;
        }
      }
    }
    assertTrue(grown > 100, "grown " + grown);
  }

  /** The one way from x to y, through its smallest weights: it stays whatever else is dropped. */
  @Test
  void theOutputStaysReachable() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 4)
            .state("y", 1)
            .connect("x", "h", Sparsity.explicit(WeightMask.ofCells(4, 4, new long[] {0, 5, 10})))
            .connect("h", "y", Sparsity.explicit(WeightMask.ofCells(4, 1, new long[] {0, 3})))
            .output("y")
            .build()
            .realize();
    double[][] values = {{0.1, 5, 6}, {0.1, 7}, new double[4], new double[1]};
    Changeable trained = Changeable.all(Samples.weights(map, values), 2);
    int moved = 0;
    for (long seed = 0; seed < 50; seed++) {
      MapChange change = Rewiring.atRandom(trained, 0.6, seed);
      assertTrue(Paths.reachOutput(change.carry(trained.weights()), 2), "seed " + seed);
      assertEquals(3, change.after().blocks().get(0).mask().entryCount());
      moved += change.isNone() ? 0 : 1;
    }
    assertTrue(moved > 25, "moved " + moved);
  }

  @Test
  void randomPlacesComeFromSeedAndPurpose() {
    Changeable trained = Samples.changeable(8);
    MapChange one = Rewiring.atRandom(trained, 0.5, 1, "layer", "3");
    assertEquals(one.after().map(), Rewiring.atRandom(trained, 0.5, 1, "layer", "3").after().map());
    assertNotEquals(
        one.after().map(), Rewiring.atRandom(trained, 0.5, 2, "layer", "3").after().map());
    assertNotEquals(
        one.after().map(), Rewiring.atRandom(trained, 0.5, 1, "layer", "4").after().map());
  }

  /** Every free cell has the same chance. */
  @Test
  void randomPlacesAreUniform() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 10)
            .state("y", 2)
            .connect("x", "y", Sparsity.entries(10))
            .output("y")
            .build()
            .realize();
    double[][] values = {new double[10], new double[2]};
    Arrays.setAll(values[0], i -> i + 1);
    Changeable trained = new Changeable(Samples.weights(map, values), Set.of("x->y"), 1);
    long[] kept = Arrays.copyOfRange(map.blocks().get(0).mask().copyCells(), 5, 10);
    int[] hits = new int[20];
    int runs = 3000;
    for (int seed = 0; seed < runs; seed++) {
      for (long cell :
          Rewiring.atRandom(trained, 0.5, seed, "l").after().blocks().get(0).mask().copyCells()) {
        hits[(int) cell]++;
      }
    }
    for (long cell : kept) {
      assertEquals(runs, hits[(int) cell]);
      hits[(int) cell] = runs / 3;
    }
    // 5 of 15 free cells each time: standard deviation sqrt(3000 * 1/3 * 2/3) = 26.
    for (int hit : hits) {
      assertEquals(runs / 3.0, hit, 4 * 26);
    }
  }

  @Test
  void nothingIsRewiredWithoutAFraction() {
    Changeable trained = Samples.changeable(8);
    assertTrue(Rewiring.atRandom(trained, 0, 1).isNone());
  }

  @Test
  void wrongArgumentsAreNamed() {
    Changeable trained = Samples.changeable(8);
    assertMessage("fraction: found 1.5", () -> Rewiring.atRandom(trained, 1.5, 1));
    assertMessage("found none", () -> Rewiring.byGradient(trained, 0.5, Map.of()));
    Map<String, double[]> gradients = gradients(trained, 1);
    gradients.replaceAll((block, values) -> new double[1]);
    assertMessage("found 1, expected", () -> Rewiring.byGradient(trained, 0.5, gradients));
    Map<String, double[]> nan = gradients(trained, 1);
    nan.values().forEach(values -> Arrays.fill(values, Double.NaN));
    assertMessage("NaN", () -> Rewiring.byGradient(trained, 0.5, nan));
  }
}
