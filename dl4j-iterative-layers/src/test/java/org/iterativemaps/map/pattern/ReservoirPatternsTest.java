package org.iterativemaps.map.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns of a slot to itself, as reservoirs have them. */
class ReservoirPatternsTest {

  private static boolean[][] draw(Sparsity pattern, int units, long seed) {
    pattern.check(units, units);
    WeightMask mask = pattern.draw(units, units, RandomSource.of(seed, "mask", "h", "h"));
    assertEquals(mask, WeightMask.ofCells(units, units, mask.copyCells()));
    assertEquals(pattern.expectedEntries(units, units), mask.entryCount());
    boolean[][] exists = new boolean[units][units];
    for (long cell : mask.copyCells()) {
      exists[(int) (cell / units)][(int) (cell % units)] = true;
    }
    return exists;
  }

  private static long hash(Sparsity pattern, int units, long seed) {
    return Arrays.hashCode(
        pattern.draw(units, units, RandomSource.of(seed, "mask", "h", "h")).copyCells());
  }

  /** As in {@link SparsityTest}: from a second implementation, in another language. */
  @Test
  void masksArePinned() {
    assertEquals(1165516711, hash(Sparsity.smallWorld(6, 0.3), 50, 1));
    assertEquals(-1258821278, hash(Sparsity.smallWorld(4, 1), 9, 2));
    assertEquals(-1914767163, hash(Sparsity.clusters(7, 0.4, 0.03), 50, 3));
    assertEquals(-198205745, hash(Sparsity.clusters(3, 0.9, 0), 10, 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 50})
  void ringsAndLines(int units) {
    boolean[][] ring = draw(Sparsity.ring(), units, 1);
    boolean[][] line = draw(Sparsity.line(), units, 1);
    boolean[][] both = draw(Sparsity.lineWithFeedback(), units, 1);
    for (int to = 0; to < units; to++) {
      for (int from = 0; from < units; from++) {
        boolean follows = to == from + 1;
        assertEquals(follows || to == 0 && from == units - 1, ring[to][from]);
        assertEquals(follows, line[to][from]);
        assertEquals(follows || from == to + 1, both[to][from]);
      }
    }
    assertTrue(isStronglyConnected(ring));
    assertFalse(isStronglyConnected(line));
    assertTrue(isStronglyConnected(both));
  }

  /** Of 18 units by 3 they close the ring of jumps, by 4 they do not. */
  @ParameterizedTest
  @CsvSource({"18, 3, 6", "18, 4, 4", "7, 3, 2", "100, 49, 2"})
  void jumpsAreBothWaysAndRegular(int units, int jump, int jumps) {
    boolean[][] ring = draw(Sparsity.ring(), units, 1);
    boolean[][] exists = draw(Sparsity.ringWithJumps(jump), units, 1);
    int found = 0;
    for (int a = 0; a < units; a++) {
      for (int b = 0; b < units; b++) {
        if (ring[a][b]) {
          assertTrue(exists[a][b]);
        } else if (exists[a][b]) {
          found++;
          assertTrue(exists[b][a], "both ways");
          int first = Math.min(a, b);
          int last = Math.max(a, b);
          boolean closes = first == 0 && last == units - jump && units % jump == 0;
          assertTrue(closes || first % jump == 0 && last == first + jump, a + " " + b);
        }
      }
    }
    assertEquals(2 * jumps, found);
  }

  @Test
  void everyUnitOfASmallWorldReadsKOthers() {
    for (int seed = 0; seed < 20; seed++) {
      boolean[][] exists = draw(Sparsity.smallWorld(6, 0.2), 40, seed);
      for (int to = 0; to < 40; to++) {
        int sources = 0;
        for (boolean source : exists[to]) {
          sources += source ? 1 : 0;
        }
        assertEquals(6, sources);
        assertFalse(exists[to][to]);
      }
      assertTrue(isStronglyConnected(exists));
    }
    boolean[][] lattice = draw(Sparsity.smallWorld(4, 0), 11, 1);
    for (int to = 0; to < 11; to++) {
      for (int from = 0; from < 11; from++) {
        int distance = Math.min(Math.floorMod(to - from, 11), Math.floorMod(from - to, 11));
        assertEquals(distance == 1 || distance == 2, lattice[to][from]);
      }
    }
  }

  /** A neighbour is left with the chance; no other unit is likelier than another. */
  @Test
  void smallWorldsAreRewiredEvenly() {
    int draws = 20_000;
    int units = 9;
    double chance = 0.3;
    int[] byDistance = new int[units];
    for (int seed = 0; seed < draws; seed++) {
      boolean[][] exists = draw(Sparsity.smallWorld(2, chance), units, seed);
      for (int from = 0; from < units; from++) {
        byDistance[Math.floorMod(from - 4, units)] += exists[4][from] ? 1 : 0;
      }
    }
    double far = 0;
    for (int distance = 2; distance < units - 1; distance++) {
      far += byDistance[distance] / 6.0;
    }
    for (int distance = 2; distance < units - 1; distance++) {
      assertEquals(far, byDistance[distance], 4.5 * Math.sqrt(far), "distance " + distance);
    }
    // A neighbour that was left may be chosen again in place of the other one, one time in seven.
    double again = chance * chance / 7;
    assertEquals(1 - chance, byDistance[1] / (double) draws, again + 0.02);
    assertEquals(1 - chance, byDistance[units - 1] / (double) draws, again + 0.02);
  }

  @ParameterizedTest
  @CsvSource({
    "12, 3, 0.5, 0.1",
    "13, 3, 0.5, 0.1",
    "10, 10, 1, 0.2",
    "8, 1, 0.3, 0.7",
    "9, 4, 1, 0"
  })
  void clustersHaveTheirDensities(int units, int count, double inside, double between) {
    int[] cluster = new int[units];
    for (int unit = 0; unit < units; unit++) {
      while (unit >= (cluster[unit] + 1) * units / count) {
        cluster[unit]++;
      }
    }
    for (int seed = 0; seed < 20; seed++) {
      boolean[][] exists = draw(Sparsity.clusters(count, inside, between), units, seed);
      int[] cells = new int[2];
      int[] weights = new int[2];
      for (int to = 0; to < units; to++) {
        for (int from = 0; from < units; from++) {
          int kind = cluster[to] == cluster[from] ? 0 : 1;
          cells[kind]++;
          weights[kind] += exists[to][from] ? 1 : 0;
        }
      }
      assertEquals(Math.rint(inside * cells[0]), weights[0]);
      assertEquals(Math.rint(between * cells[1]), weights[1]);
    }
  }

  @Test
  void cellsOfAClusterAreEquallyLikely() {
    int draws = 20_000;
    int[] hits = new int[25];
    Sparsity pattern = Sparsity.clusters(2, 0.5, 0.25); // units 0, 1 and 2, 3, 4
    for (int seed = 0; seed < draws; seed++) {
      boolean[][] exists = draw(pattern, 5, seed);
      for (int cell = 0; cell < 25; cell++) {
        hits[cell] += exists[cell / 5][cell % 5] ? 1 : 0;
      }
    }
    for (int cell = 0; cell < 25; cell++) {
      boolean isInside = cell / 5 < 2 == cell % 5 < 2;
      double chance = isInside ? 6 / 13.0 : 3 / 12.0; // 6.5 rounds to even
      double deviation = Math.sqrt(draws * chance * (1 - chance));
      assertEquals(draws * chance, hits[cell], 4.5 * deviation, "cell " + cell);
    }
  }

  @Test
  void seedsMatter() {
    for (Sparsity pattern :
        new Sparsity[] {Sparsity.smallWorld(4, 0.5), Sparsity.clusters(3, 0.5, 0.1)}) {
      assertEquals(hash(pattern, 30, 1), hash(pattern, 30, 1));
      assertNotEquals(hash(pattern, 30, 1), hash(pattern, 30, 2));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    for (Sparsity pattern :
        new Sparsity[] {
          Sparsity.ring(),
          Sparsity.line(),
          Sparsity.ringWithJumps(2),
          Sparsity.smallWorld(2, 0.1),
          Sparsity.clusters(2, 0.5, 0.1)
        }) {
      assertRefused("found a block of 9 x 10", () -> pattern.check(9, 10));
      assertRefused("found a block of 9 x 10", () -> pattern.draw(9, 10, RandomSource.of(1, "m")));
    }
    assertRefused("of at least 2 units", () -> Sparsity.ring().check(1, 1));
    assertRefused("jump: found 1", () -> Sparsity.ringWithJumps(1));
    assertRefused("at most 4", () -> Sparsity.ringWithJumps(5).check(10, 10));
    assertRefused("neighbours: found 3", () -> Sparsity.smallWorld(3, 0.1));
    assertRefused("at most half", () -> Sparsity.smallWorld(6, 0.1).check(11, 11));
    assertRefused("rewiring: found 1.5", () -> Sparsity.smallWorld(2, 1.5));
    assertRefused("rewiring: found NaN", () -> Sparsity.smallWorld(2, Double.NaN));
    assertRefused("count: found 0", () -> Sparsity.clusters(0, 0.5, 0.1));
    assertRefused("inside: found 0.0", () -> Sparsity.clusters(2, 0, 0.1));
    assertRefused("between: found -0.1", () -> Sparsity.clusters(2, 0.5, -0.1));
    assertRefused("at most 5", () -> Sparsity.clusters(6, 0.5, 0.1).check(5, 5));
    assertRefused("rounds to no weight", () -> Sparsity.clusters(2, 0.01, 0.1).check(4, 4));
  }

  private static void assertRefused(String says, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }

  /** Whether unit 0 reaches all, and all reach it. */
  private static boolean isStronglyConnected(boolean[][] exists) {
    return reached(exists, false) == exists.length && reached(exists, true) == exists.length;
  }

  private static int reached(boolean[][] exists, boolean isBackward) {
    BitSet seen = new BitSet();
    seen.set(0);
    Deque<Integer> open = new ArrayDeque<>(seen.stream().boxed().toList());
    while (!open.isEmpty()) {
      int unit = open.pop();
      for (int other = 0; other < exists.length; other++) {
        boolean isEdge = isBackward ? exists[unit][other] : exists[other][unit];
        if (isEdge && !seen.get(other)) {
          seen.set(other);
          open.push(other);
        }
      }
    }
    return seen.cardinality();
  }
}
