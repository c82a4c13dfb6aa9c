package org.iterativemaps.map.pattern;

import java.util.Arrays;

/**
 * See {@link Sparsity#ringWithJumps(int)}.
 *
 * @param jump units that a jump passes, at least 2
 */
public record JumpingRingSparsity(int jump) implements Sparsity {
  /** Checks the range. */
  public JumpingRingSparsity {
    if (jump < 2) {
      throw new IllegalArgumentException(
          "jump: found " + jump + ", expected at least 2; Sparsity.ring() is without jumps");
    }
  }

  @Override
  public double expectedEntries(int fromSize, int toSize) {
    return toSize + 2.0 * (toSize / jump);
  }

  @Override
  public void check(int fromSize, int toSize) {
    PatternChecks.square("a ring with jumps", 2, fromSize, toSize);
    if (jump > (toSize - 1) / 2) {
      throw new IllegalArgumentException(
          "jump: found "
              + jump
              + " on a ring of "
              + toSize
              + " units, expected less than half of them, at most "
              + (toSize - 1) / 2);
    }
  }

  @Override
  public WeightMask draw(int fromSize, int toSize, RandomSource random) {
    WeightMask.checkDrawing(fromSize, toSize, expectedEntries(fromSize, toSize));
    check(fromSize, toSize);
    long[] cells = new long[(int) expectedEntries(fromSize, toSize)];
    int count = 0;
    for (int to = 0; to < toSize; to++) {
      cells[count++] = cell((to + toSize - 1) % toSize, to, fromSize);
    }
    for (int i = 0; i < toSize / jump; i++) {
      int begin = i * jump;
      int end = (begin + jump) % toSize;
      cells[count++] = cell(begin, end, fromSize);
      cells[count++] = cell(end, begin, fromSize);
    }
    Arrays.sort(cells);
    return WeightMask.ofCells(fromSize, toSize, cells);
  }

  private static long cell(int from, int to, int fromSize) {
    return (long) to * fromSize + from;
  }
}
