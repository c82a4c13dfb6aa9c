package org.iterativemaps.map.change;

import static org.iterativemaps.map.change.MapChangeTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;

class MagnitudePruningTest {

  private static double[] kept(Changeable trained, MapChange change, String block) {
    return Arrays.stream(Samples.matrix(change.carry(trained.weights()), block, true))
        .flatMapToDouble(Arrays::stream)
        .filter(value -> !Double.isNaN(value))
        .sorted()
        .toArray();
  }

  /** What stays of each block are its largest weights, so many as the sparsity leaves. */
  @Test
  void everyBlockReachesTheSparsity() {
    int exact = 0;
    for (long seed = 0; seed < 100; seed++) {
      Changeable trained = Samples.changeable(seed);
      double sparsity = (seed % 10) / 10.0;
      MapChange change =
          MagnitudePruning.toSparsity(List.of(trained), sparsity, Scope.PER_BLOCK).get(0);
      for (RealizedBlock block : trained.weights().realized().blocks()) {
        if (block.block().isTrainable()) {
          long cells = (long) block.mask().fromSize() * block.mask().toSize();
          double[] weights = trained.weights().values(block);
          int stay = (int) Math.min(weights.length, Math.max(1, Math.rint((1 - sparsity) * cells)));
          double[] expected = largest(stay, weights);
          double[] found = kept(trained, change, block.block().name());
          Set<Integer> path =
              Paths.strongest(trained.weights(), trained.steps())
                  .getOrDefault(block.block().name(), Set.of());
          if (path.stream().allMatch(e -> Arrays.binarySearch(expected, weights[e]) >= 0)) {
            assertEquals(Arrays.toString(expected), Arrays.toString(found), "seed " + seed);
            exact++;
          } else { // the path may be protected
            assertTrue(found.length >= stay && found.length <= stay + 1, "seed " + seed);
          }
        }
      }
    }
    assertTrue(exact > 150, "exact: " + exact);
  }

  private static double[] largest(int count, double... weights) {
    return DoubleStream.of(weights)
        .boxed()
        .sorted((a, b) -> Double.compare(Math.abs(b), Math.abs(a)))
        .limit(count)
        .mapToDouble(w -> w)
        .sorted()
        .toArray();
  }

  /**
   * Over all blocks of several maps: one threshold, but for each block's largest weight, and the
   * weights of a path where the output would be cut off.
   */
  @Test
  void globallyOneThresholdHolds() {
    int protectedPaths = 0;
    for (long seed = 0; seed < 200; seed++) {
      List<Changeable> maps = List.of(Samples.changeable(seed), Samples.changeable(seed + 1000));
      List<MapChange> changes = MagnitudePruning.toSparsity(maps, 0.8, Scope.GLOBAL);
      double cells = 0;
      int weightsLeft = 0;
      double smallestLeft = 1;
      double largestGone = 0;
      for (int i = 0; i < 2; i++) {
        var path = Paths.strongest(maps.get(i).weights(), maps.get(i).steps());
        for (RealizedBlock block : maps.get(i).chosen()) {
          cells += (double) block.mask().fromSize() * block.mask().toSize();
          double[] weights = maps.get(i).weights().values(block);
          double most = DoubleStream.of(weights).map(Math::abs).max().orElseThrow();
          double[] left = kept(maps.get(i), changes.get(i), block.block().name());
          weightsLeft += left.length;
          for (int entry = 0; entry < weights.length; entry++) {
            double magnitude = Math.abs(weights[entry]);
            if (Arrays.binarySearch(left, weights[entry]) < 0) {
              largestGone = Math.max(largestGone, magnitude);
            } else if (magnitude != most
                && !path.getOrDefault(block.block().name(), Set.of()).contains(entry)) {
              smallestLeft = Math.min(smallestLeft, magnitude);
            }
          }
        }
      }
      assertTrue(largestGone < smallestLeft, "seed " + seed);
      int expected = (int) Math.rint(0.2 * cells);
      protectedPaths += weightsLeft > expected ? 1 : 0;
      assertTrue(weightsLeft >= expected && weightsLeft <= expected + 6, "seed " + seed);
    }
    assertTrue(protectedPaths < 100, "protected: " + protectedPaths);
  }

  @Test
  void ofEqualWeightsTheFirstStay() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("y", 1)
            .connect("x", "y", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    Changeable trained =
        new Changeable(
            Samples.weights(map, new double[] {1, -1, 1, 1}, new double[1]), Set.of("x->y"), 1);
    MapChange change = MagnitudePruning.toSparsity(List.of(trained), 0.5, Scope.GLOBAL).get(0);
    assertEquals("[0, 1]", Arrays.toString(change.origins(0)));
  }

  /** x1 -> h1 -> y is the only strong path; the largest of each block lie on no common path. */
  @Test
  void theOutputStaysReachable() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 3)
            .state("y", 1)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    // x->h: [to][from] = {{5, 0}, {0.1, 0.2}, {0, 0}}; h->y: {0.05, 0.1, 7}
    double[][] values = {{5, 0, 0.1, 0.2, 0, 0}, {0.05, 0.1, 7}, {0, 0, 0}, {0}};
    Changeable trained = Changeable.all(Samples.weights(map, values), 2);
    for (Scope scope : Scope.values()) {
      MapChange change = MagnitudePruning.toSparsity(List.of(trained), 0.99, scope).get(0);
      assertTrue(Paths.reachOutput(change.carry(trained.weights()), 2), "scope " + scope);
      // The strongest of x-5->h0-0.05->y, x-0.2->h1-0.1->y, x-0->h2-7->y is the middle one.
      assertEquals("[0, 3]", Arrays.toString(change.origins(0)));
      assertEquals("[1, 2]", Arrays.toString(change.origins(1)));
      assertFalse(Paths.reachOutput(trained.weights(), 1));
    }
  }

  /** Against all paths, tried one by one. */
  @Test
  void theStrongestPathIsTheStrongestOfAll() {
    int found = 0;
    for (long seed = 0; seed < 200; seed++) {
      Changeable trained = Samples.changeable(seed);
      double best = -1;
      int x = trained.weights().map().indexOf("x");
      for (int unit = 0; unit < trained.weights().map().slot("x").size(); unit++) {
        best = Math.max(best, strongest(trained, x, unit, 3, Double.POSITIVE_INFINITY));
      }
      var path = Paths.strongest(trained.weights(), trained.steps());
      assertEquals(best >= 0, path != null, "seed " + seed);
      if (path != null) {
        double weakest = Double.POSITIVE_INFINITY;
        for (RealizedBlock block : trained.weights().realized().blocks()) {
          for (int entry : path.getOrDefault(block.block().name(), Set.of())) {
            if (block.block().isTrainable()) {
              weakest = Math.min(weakest, Math.abs(trained.weights().values(block)[entry]));
            }
          }
        }
        assertEquals(best, weakest, "seed " + seed);
        found++;
      }
    }
    assertTrue(found > 100);
  }

  private static double strongest(Changeable trained, int slot, int unit, int steps, double soFar) {
    double best = slot == trained.weights().map().indexOf("y") ? soFar : -1;
    if (steps == 0) {
      return best;
    }
    for (RealizedBlock block : trained.weights().realized().blocks()) {
      if (block.from() != slot) {
        continue;
      }
      for (int to = 0; to < block.mask().toSize(); to++) {
        int end = block.mask().targetStart(to + 1);
        for (int entry = block.mask().targetStart(to); entry < end; entry++) {
          if (block.mask().source(entry) == unit) {
            double strength =
                block.block().isTrainable()
                    ? Math.abs(trained.weights().values(block)[entry])
                    : Double.POSITIVE_INFINITY;
            best =
                Math.max(
                    best, strongest(trained, block.to(), to, steps - 1, Math.min(soFar, strength)));
          }
        }
      }
    }
    return best;
  }

  @Test
  void fixedBlocksAndOthersStay() {
    Changeable all = Samples.changeable(3);
    Changeable one = new Changeable(all.weights(), Set.of("h->h"), 3);
    MapChange change = MagnitudePruning.toSparsity(List.of(one), 0.8, Scope.PER_BLOCK).get(0);
    for (int i = 0; i < change.after().blocks().size(); i++) {
      RealizedBlock after = change.after().blocks().get(i);
      boolean pruned = after.block().isTrainable() && after.block().name().equals("h->h");
      assertEquals(!pruned, after.mask().equals(all.weights().realized().blocks().get(i).mask()));
      if (!after.block().isTrainable()) {
        assertEquals(
            Arrays.toString(all.weights().realized().blocks().get(i).fixedValues()),
            Arrays.toString(after.fixedValues()));
      }
    }
    assertNotNull(change);
  }

  @Test
  void nothingToDoIsNothing() {
    Changeable trained = Samples.changeable(5);
    assertTrue(MagnitudePruning.toSparsity(List.of(trained), 0, Scope.PER_BLOCK).get(0).isNone());
  }

  @Test
  void wrongArgumentsAreNamed() {
    Changeable trained = Samples.changeable(1);
    for (double wrong : new double[] {-0.1, 1, Double.NaN}) {
      assertMessage(
          "sparsity: found " + wrong,
          () -> MagnitudePruning.toSparsity(List.of(trained), wrong, Scope.GLOBAL));
    }
    assertMessage(
        "expected trained blocks", () -> new Changeable(trained.weights(), Set.of("x->y"), 1));
    Changeable none = new Changeable(trained.weights(), Set.of(), 1);
    assertMessage(
        "blocks: found none", () -> MagnitudePruning.toSparsity(List.of(none), 0.5, Scope.GLOBAL));
    RealizedMap map = trained.weights().realized();
    double[][] nan =
        map.parameters().stream()
            .map(p -> trained.weights().values(p.key()))
            .toArray(double[][]::new);
    nan[0][0] = Double.NaN;
    Changeable diverged = new Changeable(Samples.weights(map, nan), Set.of("x->h"), 3);
    assertMessage("NaN", () -> MagnitudePruning.toSparsity(List.of(diverged), 0.5, Scope.GLOBAL));
  }
}
