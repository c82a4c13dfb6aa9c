package org.iterativemaps.map.pattern;

import java.util.Arrays;

/**
 * See {@link Sparsity#clusters(int, double, double)}.
 *
 * <p>Of n units and c clusters, cluster g has the units from floor(g n / c) to floor((g + 1) n / c)
 * - 1. The cells inside are numbered by cluster, target unit and source unit, those between by
 * target unit and source unit; {@link RandomSource#choose} draws which of them are weights, inside
 * first.
 *
 * @param count of clusters, at least 1
 * @param inside density in (0, 1]
 * @param between density in [0, 1]
 */
public record ClusteredSparsity(int count, double inside, double between) implements Sparsity {
  /** Checks the ranges. */
  public ClusteredSparsity {
    PatternChecks.positive("count", count);
    PatternChecks.fraction("inside", inside);
    if (!(between >= 0 && between <= 1)) {
      throw new IllegalArgumentException(
          "between: found " + between + ", expected a density in [0, 1]");
    }
  }

  private int begin(int cluster, int size) {
    return (int) ((long) cluster * size / count);
  }

  private long cellsInside(int size) {
    long larger = size % count; // clusters that have one unit more
    long units = size / count;
    return (count - larger) * units * units + larger * (units + 1) * (units + 1);
  }

  private long entriesInside(int size) {
    return (long) Math.rint(inside * cellsInside(size));
  }

  private long entriesBetween(int size) {
    return (long) Math.rint(between * ((double) size * size - cellsInside(size)));
  }

  @Override
  public double expectedEntries(int fromSize, int toSize) {
    return (double) entriesInside(toSize) + entriesBetween(toSize);
  }

  @Override
  public void check(int fromSize, int toSize) {
    PatternChecks.square("clusters", 1, fromSize, toSize);
    if (count > toSize) {
      throw new IllegalArgumentException(
          "count: found "
              + count
              + " clusters in a slot of "
              + toSize
              + " units, expected at most "
              + toSize);
    }
    if (entriesInside(toSize) < 1) {
      throw new IllegalArgumentException(
          "inside: density "
              + inside
              + " of "
              + cellsInside(toSize)
              + " cells inside the clusters rounds to no weight at all; use a higher one");
    }
    Sparsity.super.check(fromSize, toSize);
  }

  @Override
  public WeightMask draw(int fromSize, int toSize, RandomSource random) {
    WeightMask.checkDrawing(fromSize, toSize, 0);
    check(fromSize, toSize);
    WeightMask.checkDrawing(fromSize, toSize, expectedEntries(fromSize, toSize));
    long[] within = random.choose(cellsInside(toSize), (int) entriesInside(toSize));
    long outside = (long) toSize * toSize - cellsInside(toSize);
    long[] across = random.choose(outside, (int) entriesBetween(toSize));
    long[] cells = Arrays.copyOf(within, within.length + across.length);
    int nextWithin = 0;
    int nextAcross = 0;
    long firstWithin = 0; // numbers of the cells of this cluster's
    long firstAcross = 0;
    for (int cluster = 0; cluster < count; cluster++) {
      int begin = begin(cluster, toSize);
      int units = begin(cluster + 1, toSize) - begin;
      long endWithin = firstWithin + (long) units * units;
      for (; nextWithin < within.length && within[nextWithin] < endWithin; nextWithin++) {
        long cell = within[nextWithin] - firstWithin;
        cells[nextWithin] = (begin + cell / units) * toSize + begin + cell % units;
      }
      long others = (long) toSize - units;
      long endAcross = firstAcross + units * others;
      for (; nextAcross < across.length && across[nextAcross] < endAcross; nextAcross++) {
        long cell = across[nextAcross] - firstAcross;
        long from = cell % others;
        cells[within.length + nextAcross] =
            (begin + cell / others) * toSize + (from < begin ? from : from + units);
      }
      firstWithin = endWithin;
      firstAcross = endAcross;
    }
    Arrays.sort(cells);
    return WeightMask.ofCells(fromSize, toSize, cells);
  }
}
