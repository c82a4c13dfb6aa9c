package org.iterativemaps.map.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparsityTest {

  private static WeightMask draw(Sparsity sparsity, int fromSize, int toSize, long seed) {
    return sparsity.draw(fromSize, toSize, RandomSource.of(seed, "mask", "x", "h"));
  }

  private static long hash(WeightMask mask) {
    return Arrays.hashCode(mask.copyCells());
  }

  /**
   * The promise that a saved model finds its masks again on every JVM: these numbers may never
   * change. They were computed by a second implementation, in another language, from the documented
   * algorithms.
   */
  @Test
  void masksArePinned() {
    assertEquals(191661949, hash(draw(Sparsity.bernoulli(0.1), 100, 50, 1)));
    assertEquals(-1308538126, hash(draw(Sparsity.density(0.1), 100, 50, 1)));
    assertEquals(-587619264, hash(draw(Sparsity.density(0.9), 100, 50, 1)));
    assertEquals(-2068356261, hash(draw(Sparsity.entries(17), 100, 50, 2)));
    assertEquals(582157603, hash(draw(Sparsity.fanIn(7), 100, 50, 3)));
    assertEquals(2079113400, hash(draw(Sparsity.groups(7), 100, 50, 4)));
    assertEquals(2046797323, hash(draw(Sparsity.bundles(4, 0.1), 100, 50, 5)));
    assertEquals(1178508560, hash(draw(Sparsity.bundledEntries(8, 4321), 100, 50, 6)));
    assertEquals(-699163097, hash(draw(Sparsity.bundledEntries(4, 37), 100, 50, 7)));
    RandomSource random = RandomSource.of(4, "values");
    assertEquals(0.8215431656737548, random.nextDouble());
    assertEquals(1.2177339096365332, random.nextGaussian());
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,1", "1,7", "10,10", "31,17", "200,300"})
  void everyPatternLeavesWhatItSays(int fromSize, int toSize) {
    for (long seed = 0; seed < 50; seed++) {
      assertEquals((long) fromSize * toSize, count(Sparsity.dense(), fromSize, toSize, seed));
      assertEquals(Math.min(fromSize, toSize), count(Sparsity.diagonal(), fromSize, toSize, seed));
      long cells = (long) fromSize * toSize;
      for (double density : new double[] {0.1, 0.5, 0.51, 0.9, 1}) {
        long expected = (long) Math.rint(density * cells);
        if (expected > 0) {
          assertEquals(expected, count(Sparsity.density(density), fromSize, toSize, seed));
          assertEquals(expected, count(Sparsity.bundles(4, density), fromSize, toSize, seed));
        }
      }
      long some = 1 + seed % cells;
      assertEquals(some, count(Sparsity.entries(some), fromSize, toSize, seed));
      int size = 1 + (int) (seed % 9);
      assertEquals(some, count(Sparsity.bundledEntries(size, some), fromSize, toSize, seed));
      Sparsity groups = Sparsity.groups(1 + (int) (seed % Math.min(fromSize, toSize)));
      assertEquals(groups.expectedEntries(fromSize, toSize), count(groups, fromSize, toSize, seed));
      int fanIn = 1 + (int) (seed % fromSize);
      WeightMask mask = draw(Sparsity.fanIn(fanIn), fromSize, toSize, seed);
      for (int to = 0; to < toSize; to++) {
        assertEquals(fanIn, mask.targetStart(to + 1) - mask.targetStart(to));
      }
    }
  }

  /** Draws, and checks that the mask is a mask by making it again from its cells. */
  private static long count(Sparsity sparsity, int fromSize, int toSize, long seed) {
    sparsity.check(fromSize, toSize);
    WeightMask mask = draw(sparsity, fromSize, toSize, seed);
    assertEquals(mask, WeightMask.ofCells(fromSize, toSize, mask.copyCells()));
    return mask.entryCount();
  }

  /** Means over many draws of a small rectangle: every cell is as likely as every other. */
  @ParameterizedTest
  @CsvSource({"bernoulli", "density", "dense-ish", "fanIn", "groups", "bundles", "cut"})
  void everyCellIsEquallyLikely(String pattern) {
    Sparsity sparsity =
        switch (pattern) {
          case "bernoulli" -> Sparsity.bernoulli(0.3);
          case "density" -> Sparsity.density(0.25);
          case "dense-ish" -> Sparsity.density(0.75);
          case "groups" -> Sparsity.groups(3);
          case "bundles" -> Sparsity.bundles(2, 0.5);
          case "cut" -> Sparsity.bundledEntries(3, 7);
          default -> Sparsity.fanIn(2);
        };
    int draws = 20_000;
    int[] hits = new int[4 * 5];
    for (int seed = 0; seed < draws; seed++) {
      for (long cell : draw(sparsity, 4, 5, seed).copyCells()) {
        hits[(int) cell]++;
      }
    }
    double chance = sparsity.expectedEntries(4, 5) / 20;
    double deviation = Math.sqrt(draws * chance * (1 - chance));
    for (int cell = 0; cell < hits.length; cell++) {
      assertEquals(draws * chance, hits[cell], 4.5 * deviation, "cell " + cell);
    }
  }

  /** In every bundle one source at most is not one of all its units, and of few bundles only. */
  @ParameterizedTest
  @CsvSource({
    "100, 50, 4, 500",
    "100, 50, 4, 501",
    "100, 50, 8, 4321",
    "9, 3, 4, 7",
    "31, 64, 8, 803"
  })
  void unitsOfABundleShareTheirSources(int fromSize, int toSize, int size, long count) {
    for (long seed = 0; seed < 30; seed++) {
      WeightMask mask = draw(Sparsity.bundledEntries(size, count), fromSize, toSize, seed);
      int[] cut = new int[2]; // among the whole bundles, in the last one
      for (int first = 0; first < toSize; first += size) {
        int units = Math.min(size, toSize - first);
        int[] readers = new int[fromSize];
        for (int e = mask.targetStart(first); e < mask.targetStart(first + units); e++) {
          readers[mask.source(e)]++;
        }
        for (int read : readers) {
          cut[units < size ? 1 : 0] += read == 0 || read == units ? 0 : 1;
        }
      }
      assertTrue(cut[0] <= 1 && cut[1] <= 1, Arrays.toString(cut));
      assertEquals(toSize % size > 0 || count % size == 0 ? cut[0] : 1, cut[0]);
    }
  }

  @Test
  void bernoulliCountLiesWithinFourDeviations() {
    for (double p : new double[] {1e-4, 0.01, 0.3, 0.999}) {
      WeightMask mask = draw(Sparsity.bernoulli(p), 1000, 900, 11);
      double mean = 900_000 * p;
      assertEquals(mean, mask.entryCount(), 4 * Math.sqrt(mean * (1 - p)) + 1);
    }
  }

  @Test
  void seedsAndNamesGiveDifferentMasks() {
    Sparsity sparsity = Sparsity.density(0.2);
    WeightMask mask = sparsity.draw(20, 20, RandomSource.of(1, "ab", "c"));
    assertEquals(mask, sparsity.draw(20, 20, RandomSource.of(1, "ab", "c")));
    assertNotEquals(mask, sparsity.draw(20, 20, RandomSource.of(2, "ab", "c")));
    assertNotEquals(mask, sparsity.draw(20, 20, RandomSource.of(1, "a", "bc")));
  }

  @Test
  void aHugeBlockIsDrawnByItsEntries() {
    int n = 1_000_000;
    long before = usedMemory();
    WeightMask[] masks = new WeightMask[4];
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          masks[0] = draw(Sparsity.entries(n), n, n, 1);
          masks[1] = draw(Sparsity.bernoulli(1e-6), n, n, 1);
          masks[2] = draw(Sparsity.fanIn(1), n, n, 1);
          masks[3] = draw(Sparsity.bundledEntries(4, n), n, n, 1);
        });
    assertEquals(n, masks[0].entryCount());
    assertEquals(n, masks[1].entryCount(), 4_000);
    assertEquals(n, masks[2].entryCount());
    assertEquals(n, masks[3].entryCount());
    assertTrue(usedMemory() - before < 100_000_000, "four masks of 8 bytes an entry");
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @ParameterizedTest
  @CsvSource({"0", "-0.1", "1.0000001", "NaN"})
  void aFractionOutsideItsRangeIsRefused(double fraction) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Sparsity.density(fraction)).getMessage();
    assertTrue(message.startsWith("density: found " + fraction), message);
    message =
        assertThrows(IllegalArgumentException.class, () -> Sparsity.bernoulli(fraction))
            .getMessage();
    assertTrue(message.contains("(0, 1]"), message);
  }

  @Test
  void patternsThatDoNotFitAreRefused() {
    assertRefused(Sparsity.entries(13), 3, 4, "ask for at most 12");
    assertRefused(Sparsity.fanIn(4), 3, 4, "ask for at most 3");
    assertRefused(Sparsity.groups(4), 3, 4, "ask for at most 3");
    assertRefused(Sparsity.bundledEntries(4, 13), 3, 4, "ask for at most 12");
    assertRefused(Sparsity.density(0.01), 3, 4, "rounds to no weight");
    assertRefused(Sparsity.bundles(4, 0.01), 3, 4, "rounds to no weight");
    assertRefused(Sparsity.dense(), 100_000, 100_000, "10,000,000,000 weights");
    assertRefused(
        Sparsity.explicit(WeightMask.dense(3, 4)), 4, 3, "rows of a mask are target units");
    assertThrows(IllegalArgumentException.class, () -> Sparsity.entries(0));
    assertThrows(IllegalArgumentException.class, () -> Sparsity.fanIn(-1));
    assertThrows(IllegalArgumentException.class, () -> Sparsity.bundles(0, 0.5));
    assertThrows(IllegalArgumentException.class, () -> Sparsity.bundles(4, 1.5));
    assertThrows(IllegalArgumentException.class, () -> Sparsity.bundledEntries(4, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new BundledSparsity(4, Sparsity.bernoulli(0.5)));
    assertThrows(IllegalArgumentException.class, () -> Sparsity.explicit(null));
    assertThrows(
        IllegalArgumentException.class,
        () -> Sparsity.explicit(WeightMask.ofMatrix(new boolean[2][2])));
  }

  private static void assertRefused(Sparsity sparsity, int fromSize, int toSize, String says) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> sparsity.check(fromSize, toSize))
            .getMessage();
    assertTrue(message.contains(says), message);
  }

  @Test
  void aMaskKnowsItsCells() {
    WeightMask mask =
        WeightMask.ofMatrix(new boolean[][] {{true, false, true}, {false, true, true}});
    assertEquals(3, mask.fromSize());
    assertEquals(2, mask.toSize());
    assertEquals(4, mask.entryCount());
    assertEquals(4 / 6.0, mask.density());
    assertEquals("[0, 2, 4, 5]", Arrays.toString(mask.copyCells()));
    assertEquals("[0, 2, 4]", Arrays.toString(mask.copyTargetStarts()));
    assertEquals("[0, 2, 1, 2]", Arrays.toString(mask.copySources()));
    assertEquals(mask, WeightMask.ofRows(3, 2, mask.copyTargetStarts(), mask.copySources()));
    boolean[][] all = {{true, true}, {true, true}};
    assertEquals(WeightMask.dense(2, 2), WeightMask.ofMatrix(all));
    assertEquals("[0, 1, 2, 3]", Arrays.toString(WeightMask.dense(2, 2).copyCells()));
    assertEquals(
        IntStream.range(0, 4).sum(), Arrays.stream(WeightMask.dense(2, 2).copyCells()).sum());
  }

  @Test
  void absentCellsAreTheOthers() {
    assertEquals(
        "[1, 3, 4]",
        Arrays.toString(WeightMask.ofCells(3, 2, new long[] {0, 2, 5}).copyAbsentCells()));
    assertEquals(0, WeightMask.dense(3, 2).copyAbsentCells().length);
  }

  @Test
  void wrongMasksAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> WeightMask.dense(0, 3));
    assertThrows(IllegalArgumentException.class, () -> WeightMask.ofCells(2, 2, new long[] {1, 1}));
    assertThrows(IllegalArgumentException.class, () -> WeightMask.ofCells(2, 2, new long[] {4}));
    assertThrows(
        IllegalArgumentException.class,
        () -> WeightMask.ofRows(2, 2, new int[] {0, 1}, new int[] {0}));
    assertThrows(
        IllegalArgumentException.class,
        () -> WeightMask.ofRows(2, 2, new int[] {0, 2, 1}, new int[] {0}));
    assertThrows(
        IllegalArgumentException.class,
        () -> WeightMask.ofRows(2, 1, new int[] {0, 2}, new int[] {1, 0}));
    assertThrows(
        IllegalArgumentException.class,
        () -> WeightMask.ofMatrix(new boolean[][] {{true}, {true, false}}));
  }
}
