package org.iterativemaps.examples.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sudoku of 4 by 4 cells: every row, column and box of 2 by 2 cells has the digits 1 to 4. A grid
 * is 16 numbers, row by row; 0 is a blank.
 *
 * <p>There are 288 grids without blanks. Under exchanging digits, turning, reflecting, and
 * exchanging rows, columns and bands of two, they are only two, in 96 and 192 forms: see {@link
 * #isFirstKind}.
 */
public final class Sudoku4 {
  /** Cells of a grid. */
  public static final int CELLS = 16;

  /** Digits of a cell. */
  public static final int DIGITS = 4;

  /** As many blanks every grid can be given in any order of emptying, and more only in some. */
  public static final int MAX_BLANKS = 10;

  private static final int[][] PEERS = new int[CELLS][];

  static {
    for (int cell = 0; cell < CELLS; cell++) {
      int one = cell;
      PEERS[cell] = IntStream.range(0, CELLS).filter(other -> arePeers(one, other)).toArray();
    }
  }

  private Sudoku4() {}

  /** All grids without blanks, in ascending order. */
  public static List<int[]> grids() {
    List<int[]> grids = new ArrayList<>();
    search(new int[CELLS], Integer.MAX_VALUE, grids);
    return grids;
  }

  /**
   * The ways to fill the blanks of a puzzle.
   *
   * @param puzzle 16 numbers from 0 to 4
   * @param most to look for
   */
  public static List<int[]> solutions(int[] puzzle, int most) {
    if (puzzle.length != CELLS || IntStream.of(puzzle).anyMatch(d -> d < 0 || d > DIGITS)) {
      throw new IllegalArgumentException(
          "puzzle: found "
              + Arrays.toString(puzzle)
              + ", expected 16 numbers from 0 to 4, row by row");
    }
    for (int cell = 0; cell < CELLS; cell++) {
      if (puzzle[cell] != 0 && !fits(puzzle, cell, puzzle[cell])) {
        return List.of();
      }
    }
    List<int[]> found = new ArrayList<>();
    search(puzzle.clone(), most, found);
    return found;
  }

  private static void search(int[] grid, int most, List<int[]> found) {
    int blank = 0;
    while (blank < CELLS && grid[blank] != 0) {
      blank++;
    }
    if (blank == CELLS) {
      found.add(grid.clone());
      return;
    }
    for (int digit = 1; digit <= DIGITS && found.size() < most; digit++) {
      if (fits(grid, blank, digit)) {
        grid[blank] = digit;
        search(grid, most, found);
        grid[blank] = 0;
      }
    }
  }

  private static boolean fits(int[] grid, int cell, int digit) {
    for (int peer : PEERS[cell]) {
      if (grid[peer] == digit) {
        return false;
      }
    }
    return true;
  }

  /** Whether two cells are different and in one row, column or box. */
  public static boolean arePeers(int one, int other) {
    return one != other
        && (one / 4 == other / 4 || one % 4 == other % 4 || boxOf(one) == boxOf(other));
  }

  private static int boxOf(int cell) {
    return cell / 8 * 2 + cell % 4 / 2;
  }

  /**
   * Whether a grid without blanks is one of the 96 in which two digits alternate in the corners of
   * twelve rectangles of cells, as in the table of Klein's group of four; in the other 192 they do
   * in four, as in the table of the cyclic one. No exchange of digits, rows, columns or bands, no
   * turn and no reflection leads from one kind to the other.
   */
  public static boolean isFirstKind(int[] grid) {
    int rectangles = 0;
    for (int one = 0; one < CELLS; one++) {
      for (int opposite = one + 5; opposite < CELLS; opposite++) {
        int row = one / 4 * 4;
        int otherRow = opposite / 4 * 4;
        boolean isRectangle = row < otherRow && one % 4 < opposite % 4;
        if (isRectangle
            && grid[one] == grid[opposite]
            && grid[row + opposite % 4] == grid[otherRow + one % 4]) {
          rectangles++;
        }
      }
    }
    return rectangles == 12;
  }

  /**
   * The numbers of puzzles as a network reads them, and of grids as it answers: for every cell in
   * turn, a 1 at the place of its digit among four numbers, or four zeros for a blank.
   *
   * @param grids puzzles, or grids without blanks
   * @return [grids, 64]
   */
  public static INDArray oneHot(List<int[]> grids) {
    float[][] numbers = new float[grids.size()][CELLS * DIGITS];
    for (int i = 0; i < numbers.length; i++) {
      for (int cell = 0; cell < CELLS; cell++) {
        int digit = grids.get(i)[cell];
        if (digit > 0) {
          numbers[i][cell * DIGITS + digit - 1] = 1;
        }
      }
    }
    return Nd4j.createFromArray(numbers);
  }

  /**
   * Empties cells of a grid in a random order, but for those without which there would be more than
   * one solution.
   *
   * @param grid without blanks
   * @param blanks how many cells, 0 to {@link #MAX_BLANKS}
   * @param random where the order comes from
   * @return a puzzle whose one solution is the grid
   */
  public static int[] puzzle(int[] grid, int blanks, RandomSource random) {
    if (blanks < 0 || blanks > MAX_BLANKS) {
      throw new IllegalArgumentException(
          "blanks: found " + blanks + ", expected 0 to " + MAX_BLANKS);
    }
    if (Arrays.stream(grid).anyMatch(digit -> digit == 0) || solutions(grid, 1).isEmpty()) {
      throw new IllegalArgumentException(
          "grid: found "
              + Arrays.toString(grid)
              + ", expected one without blanks that follows the rules");
    }
    int[] puzzle = grid.clone();
    int[] order = IntStream.range(0, CELLS).toArray();
    int left = blanks;
    for (int last = CELLS - 1; last >= 0 && left > 0; last--) {
      int chosen = (int) (random.nextDouble() * (last + 1));
      int cell = order[chosen];
      order[chosen] = order[last];
      puzzle[cell] = 0;
      if (solutions(puzzle, 2).size() == 1) {
        left--;
      } else {
        puzzle[cell] = grid[cell];
      }
    }
    return puzzle;
  }
}
