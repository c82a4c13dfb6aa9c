package org.iterativemaps.map.pattern;

import java.util.Arrays;

/**
 * See {@link Sparsity#smallWorld(int, double)}.
 *
 * <p>Drawn target unit by target unit, in ascending order. Neighbours of unit i of n are (i + d)
 * mod n, in the order d = -k/2 … -1, 1 … k/2. For each one random number in (0, 1) is drawn; if it
 * is below the chance, the neighbour is left out for another source: random numbers in 0 … n-1, of
 * which the first counts that is neither i nor, at that moment, one of its sources.
 *
 * @param neighbours k, sources of every unit, even and at least 2
 * @param rewiring chance in [0, 1]
 */
public record SmallWorldSparsity(int neighbours, double rewiring) implements Sparsity {
  /** Checks the ranges. */
  public SmallWorldSparsity {
    if (neighbours < 2 || neighbours % 2 == 1) {
      throw new IllegalArgumentException(
          "neighbours: found "
              + neighbours
              + ", expected an even number of at least 2, half of them on each side");
    }
    if (!(rewiring >= 0 && rewiring <= 1)) {
      throw new IllegalArgumentException(
          "rewiring: found " + rewiring + ", expected a chance in [0, 1]");
    }
  }

  @Override
  public double expectedEntries(int fromSize, int toSize) {
    return (double) neighbours * toSize;
  }

  @Override
  public void check(int fromSize, int toSize) {
    PatternChecks.square("a small world", 4, fromSize, toSize);
    if (neighbours > toSize / 2) {
      throw new IllegalArgumentException(
          "neighbours: found "
              + neighbours
              + " in a slot of "
              + toSize
              + " units, expected at most half of them; denser ones are Sparsity.fanIn(…)");
    }
    Sparsity.super.check(fromSize, toSize);
  }

  @Override
  public WeightMask draw(int fromSize, int toSize, RandomSource random) {
    WeightMask.checkDrawing(fromSize, toSize, expectedEntries(fromSize, toSize));
    check(fromSize, toSize);
    int[] targetStart = new int[toSize + 1];
    int[] sources = new int[neighbours * toSize];
    int[] readBy = new int[toSize]; // the last unit that reads this one, or is it, and 1
    int[] row = new int[neighbours];
    for (int to = 0; to < toSize; to++) {
      int mark = to + 1;
      readBy[to] = mark;
      for (int i = 0; i < neighbours; i++) {
        int distance = i < neighbours / 2 ? i - neighbours / 2 : i - neighbours / 2 + 1;
        row[i] = Math.floorMod(to + distance, toSize);
        readBy[row[i]] = mark;
      }
      for (int i = 0; i < neighbours; i++) {
        if (random.nextDouble() < rewiring) {
          int other = (int) random.below(toSize);
          while (readBy[other] == mark) {
            other = (int) random.below(toSize);
          }
          readBy[row[i]] = 0;
          readBy[other] = mark;
          row[i] = other;
        }
      }
      int[] ascending = row.clone();
      Arrays.sort(ascending);
      System.arraycopy(ascending, 0, sources, to * neighbours, neighbours);
      targetStart[to + 1] = (to + 1) * neighbours;
    }
    return WeightMask.ofCheckedRows(fromSize, toSize, targetStart, sources);
  }
}
