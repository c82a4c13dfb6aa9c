package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class Sudoku4Test {
  private static final List<int[]> GRIDS = Sudoku4.grids();

  @Test
  void thereAre288GridsAndEachFollowsTheRules() {
    assertEquals(288, GRIDS.size());
    assertEquals(288, GRIDS.stream().map(Sudoku4Test::text).distinct().count());
    for (int[] grid : GRIDS) {
      for (int i = 0; i < 4; i++) {
        int group = i;
        assertAllDigits(grid, at -> group * 4 + at);
        assertAllDigits(grid, at -> at * 4 + group);
        assertAllDigits(grid, at -> (group / 2 * 2 + at / 2) * 4 + group % 2 * 2 + at % 2);
      }
    }
  }

  private static void assertAllDigits(int[] grid, IntUnaryOperator cell) {
    Set<Integer> digits = new TreeSet<>();
    IntStream.range(0, 4).forEach(at -> digits.add(grid[cell.applyAsInt(at)]));
    assertEquals(Set.of(1, 2, 3, 4), digits, text(grid));
  }

  /** Everything that symmetries make of a grid has its kind, and is all of that kind. */
  @Test
  void symmetriesKeepTheKindAndReachAllOfIt() {
    for (int[] first : List.of(kind(true).get(0), kind(false).get(0))) {
      Set<String> orbit = new HashSet<>(Set.of(text(first)));
      Deque<int[]> open = new ArrayDeque<>(List.of(first));
      while (!open.isEmpty()) {
        int[] grid = open.pop();
        for (int[] other : neighbours(grid)) {
          assertEquals(Sudoku4.isFirstKind(first), Sudoku4.isFirstKind(other), text(other));
          if (orbit.add(text(other))) {
            open.push(other);
          }
        }
      }
      assertEquals(Sudoku4.isFirstKind(first) ? 96 : 192, orbit.size());
    }
  }

  private static List<int[]> kind(boolean first) {
    return GRIDS.stream().filter(grid -> Sudoku4.isFirstKind(grid) == first).toList();
  }

  /** Reflection, exchange of two rows, of two bands, and of neighbouring digits. */
  private static List<int[]> neighbours(int[] grid) {
    IntUnaryOperator transposed = cell -> grid[cell % 4 * 4 + cell / 4];
    IntUnaryOperator rows = cell -> grid[cell < 8 ? (cell + 4) % 8 : cell];
    IntUnaryOperator bands = cell -> grid[(cell + 8) % 16];
    IntUnaryOperator digits = cell -> grid[cell] % 4 + 1;
    IntUnaryOperator twoDigits = cell -> grid[cell] > 2 ? grid[cell] : 3 - grid[cell];
    return List.of(transposed, rows, bands, digits, twoDigits).stream()
        .map(change -> IntStream.range(0, 16).map(change).toArray())
        .toList();
  }

  @Test
  void puzzlesHaveTheirBlanksAndOneSolution() {
    for (int seed = 1; seed <= 3; seed++) {
      RandomSource random = RandomSource.of(seed, "puzzles");
      for (int i = seed % 3; i < GRIDS.size(); i += 3) {
        int[] grid = GRIDS.get(i);
        int[] complete = grid.clone();
        for (int blanks = 0; blanks <= Sudoku4.MAX_BLANKS; blanks++) {
          int[] puzzle = Sudoku4.puzzle(grid, blanks, random);
          assertEquals(blanks, Arrays.stream(puzzle).filter(digit -> digit == 0).count());
          assertEquals(Set.of(text(grid)), bruteForce(puzzle));
        }
        assertArrayEquals(complete, grid);
      }
    }
  }

  /** Of all grids, those that have the clues. */
  private static Set<String> bruteForce(int[] puzzle) {
    return GRIDS.stream()
        .filter(
            grid -> IntStream.range(0, 16).allMatch(i -> puzzle[i] == 0 || puzzle[i] == grid[i]))
        .map(Sudoku4Test::text)
        .collect(Collectors.toSet());
  }

  @Test
  void solutionsAreThoseThatHaveTheClues() {
    RandomSource random = RandomSource.of(4, "clues");
    for (int i = 0; i < 300; i++) {
      int[] puzzle = new int[16]; // of random clues: none, one or many solutions
      int clues = i % 6;
      for (int clue = 0; clue < clues; clue++) {
        puzzle[(int) (random.nextDouble() * 16)] = 1 + (int) (random.nextDouble() * 4);
      }
      assertEquals(
          bruteForce(puzzle),
          Sudoku4.solutions(puzzle, 1000).stream()
              .map(Sudoku4Test::text)
              .collect(Collectors.toSet()),
          text(puzzle));
    }
    assertEquals(2, Sudoku4.solutions(new int[16], 2).size());
  }

  @Test
  void theSameSeedGivesTheSamePuzzle() {
    int[] one = Sudoku4.puzzle(GRIDS.get(7), 9, RandomSource.of(5, "p"));
    assertArrayEquals(one, Sudoku4.puzzle(GRIDS.get(7), 9, RandomSource.of(5, "p")));
  }

  @Test
  void numbersSayWhichDigit() {
    INDArray numbers = Sudoku4.oneHot(List.of(new int[16], GRIDS.get(3)));
    assertArrayEquals(new long[] {2, 64}, numbers.shape());
    assertEquals(0, numbers.getRow(0).sumNumber().doubleValue());
    assertEquals(16, numbers.getRow(1).sumNumber().doubleValue());
    for (int cell = 0; cell < 16; cell++) {
      assertEquals(1, numbers.getDouble(1, cell * 4 + GRIDS.get(3)[cell] - 1));
    }
  }

  @Test
  void whatIsNoGridIsRefused() {
    RandomSource random = RandomSource.of(1, "refused");
    assertThrows(IllegalArgumentException.class, () -> Sudoku4.solutions(new int[15], 1));
    int[] five = new int[16];
    five[3] = 5;
    assertThrows(IllegalArgumentException.class, () -> Sudoku4.solutions(five, 1));
    assertThrows(IllegalArgumentException.class, () -> Sudoku4.puzzle(GRIDS.get(0), 11, random));
    int[] wrong = GRIDS.get(0).clone();
    wrong[0] = wrong[1];
    String said =
        assertThrows(IllegalArgumentException.class, () -> Sudoku4.puzzle(wrong, 3, random))
            .getMessage();
    assertTrue(said.startsWith("grid: "), said);
  }

  private static String text(int[] grid) {
    return Arrays.toString(grid);
  }
}
