package org.iterativemaps.map.pattern;

import java.util.Arrays;

/**
 * Draws masks and values for one block from a seed: the same on every JVM and platform, and
 * independent of the other blocks of the map.
 *
 * <p>Not thread-safe.
 */
public final class RandomSource {
  private final SplitMix random;

  private RandomSource(SplitMix random) {
    this.random = random;
  }

  /**
   * The source for one purpose in one map.
   *
   * @param seed the map's seed
   * @param names what the numbers are for, e.g. "mask", "x", "h"
   */
  public static RandomSource of(long seed, String... names) {
    return new RandomSource(SplitMix.named(seed, names));
  }

  /** Uniform in (0, 1). */
  public double nextDouble() {
    return random.nextDouble();
  }

  /** Standard normal. */
  public double nextGaussian() {
    return random.nextGaussian();
  }

  /** Uniform in 0 … bound-1. */
  long below(long bound) {
    return random.nextLong(bound);
  }

  /**
   * Distinct numbers, every choice equally likely.
   *
   * @param bound above every number, at least 1
   * @param count how many, 0 … bound
   * @return the numbers, in 0 … bound-1, ascending
   * @throws IllegalArgumentException if count is out of range
   */
  public long[] choose(long bound, int count) {
    if (count < 0 || count > bound) {
      throw new IllegalArgumentException(
          "count: found " + count + ", expected 0 to the " + bound + " numbers there are");
    }
    return distinct(bound, count);
  }

  /**
   * Each cell with an independent chance, by jumping from entry to entry: the gap to the next one
   * is geometric, floor(log u / log(1-p)).
   */
  WeightMask bernoulli(int fromSize, int toSize, double probability) {
    if (probability == 1) {
      return WeightMask.dense(fromSize, toSize);
    }
    long end = (long) fromSize * toSize;
    double logAbsent = StrictMath.log1p(-probability);
    // Enough for all but about one draw in 10^9; grows if that one comes.
    double expected = probability * end;
    WeightMask.checkDrawing(fromSize, toSize, expected);
    long room = (long) (expected + 6 * Math.sqrt(expected) + 16);
    long[] cells = new long[(int) Math.min(Math.min(room, end), WeightMask.MAX_ENTRIES)];
    int count = 0;
    long cell = -1;
    while (true) {
      double gap = StrictMath.floor(StrictMath.log(random.nextDouble()) / logAbsent);
      if (gap >= end - 1 - cell) {
        return WeightMask.ofCells(fromSize, toSize, Arrays.copyOf(cells, count));
      }
      cell += 1 + (long) gap;
      if (count == cells.length) {
        WeightMask.checkCount(count + 1L, fromSize, toSize);
        cells = Arrays.copyOf(cells, (int) Math.min(count + count / 2L + 16, end));
      }
      cells[count++] = cell;
    }
  }

  /** Exactly this many cells of the rectangle, every choice equally likely. */
  WeightMask exactly(int fromSize, int toSize, long count) {
    WeightMask.checkDrawing(fromSize, toSize, count);
    return WeightMask.ofCells(
        fromSize, toSize, distinct((long) fromSize * toSize, Math.toIntExact(count)));
  }

  /** Exactly this many source units for each target unit. */
  WeightMask fanIn(int fromSize, int toSize, int perTarget) {
    WeightMask.checkDrawing(fromSize, toSize, (double) perTarget * toSize);
    int[] targetStart = new int[toSize + 1];
    int[] sources = new int[perTarget * toSize];
    for (int to = 0; to < toSize; to++) {
      long[] row = distinct(fromSize, perTarget);
      for (int i = 0; i < perTarget; i++) {
        sources[to * perTarget + i] = (int) row[i];
      }
      targetStart[to + 1] = (to + 1) * perTarget;
    }
    return WeightMask.ofCheckedRows(fromSize, toSize, targetStart, sources);
  }

  /** Exactly this many cells in bundles of target units, see {@link BundledSparsity}. */
  WeightMask bundles(int fromSize, int toSize, int size, long count) {
    WeightMask.checkDrawing(fromSize, toSize, count);
    int rest = toSize % size;
    int whole = toSize - rest;
    long ofRest = 0;
    if (rest > 0) {
      long product = count * rest;
      ofRest = product / toSize + (random.nextLong(toSize) < product % toSize ? 1 : 0);
    }
    int[] targetStart = new int[toSize + 1];
    int[] sources = new int[Math.toIntExact(count)];
    bundles(fromSize, 0, whole, size, count - ofRest, targetStart, sources);
    bundles(fromSize, whole, toSize, rest, ofRest, targetStart, sources);
    return WeightMask.ofCheckedRows(fromSize, toSize, targetStart, sources);
  }

  /** Bundles of the target units from begin to end; the rows before are there. */
  private void bundles(
      int fromSize, int begin, int end, int size, long count, int[] targetStart, int[] sources) {
    if (begin == end) {
      return;
    }
    int chosen = Math.toIntExact((count + size - 1) / size);
    int left = (int) (count % size);
    long[] cells = distinct((long) ((end - begin) / size) * fromSize, chosen);
    int cut = left == 0 ? -1 : (int) random.nextLong(chosen);
    long[] units = left == 0 ? null : distinct(size, left);
    int cell = 0;
    for (int to = begin; to < end; to += size) {
      int first = cell;
      long bundleEnd = (long) ((to - begin) / size + 1) * fromSize;
      while (cell < chosen && cells[cell] < bundleEnd) {
        cell++;
      }
      for (int unit = 0; unit < size; unit++) {
        int entry = targetStart[to + unit];
        for (int c = first; c < cell; c++) {
          if (c != cut || Arrays.binarySearch(units, unit) >= 0) {
            sources[entry++] = (int) (cells[c] % fromSize);
          }
        }
        targetStart[to + unit + 1] = entry;
      }
    }
  }

  /**
   * Unit i of a random order is in group i mod count, for sources and targets alike, and groups of
   * one number are connected fully.
   */
  WeightMask groups(int fromSize, int toSize, int count) {
    WeightMask.checkDrawing(fromSize, toSize, (double) fromSize * toSize / count);
    int[] sourceOrder = permutation(fromSize);
    int[] targetOrder = permutation(toSize);
    int[][] sourcesOf = new int[count][];
    for (int group = 0; group < count; group++) {
      int[] members = new int[(fromSize - group + count - 1) / count];
      for (int i = 0; i < members.length; i++) {
        members[i] = sourceOrder[group + i * count];
      }
      Arrays.sort(members);
      sourcesOf[group] = members;
    }
    int[] groupOf = new int[toSize];
    for (int i = 0; i < toSize; i++) {
      groupOf[targetOrder[i]] = i % count;
    }
    int[] targetStart = new int[toSize + 1];
    for (int to = 0; to < toSize; to++) {
      targetStart[to + 1] = targetStart[to] + sourcesOf[groupOf[to]].length;
    }
    int[] sources = new int[targetStart[toSize]];
    for (int to = 0; to < toSize; to++) {
      int[] members = sourcesOf[groupOf[to]];
      System.arraycopy(members, 0, sources, targetStart[to], members.length);
    }
    return WeightMask.ofCheckedRows(fromSize, toSize, targetStart, sources);
  }

  /** Every order equally likely, by Fisher and Yates. */
  private int[] permutation(int size) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    for (int last = size - 1; last > 0; last--) {
      int other = (int) random.nextLong(last + 1L);
      int swapped = order[last];
      order[last] = order[other];
      order[other] = swapped;
    }
    return order;
  }

  /**
   * Count distinct numbers of 0 … bound-1, ascending. Numbers are drawn with repetition until
   * enough different ones are there, which leaves every subset equally likely; above half, the
   * numbers left out are drawn instead, so that a draw is new at least half of the time.
   */
  private long[] distinct(long bound, int count) {
    if (count > bound - count) {
      return complement(bound, distinctUpToHalf(bound, (int) (bound - count)), count);
    }
    return distinctUpToHalf(bound, count);
  }

  private long[] distinctUpToHalf(long bound, int count) {
    long[] numbers = new long[count];
    int have = 0;
    while (have < count) {
      for (int i = have; i < count; i++) {
        numbers[i] = random.nextLong(bound);
      }
      Arrays.sort(numbers);
      have = 0;
      for (int i = 0; i < count; i++) {
        if (have == 0 || numbers[i] != numbers[have - 1]) {
          numbers[have++] = numbers[i];
        }
      }
    }
    return numbers;
  }

  /** The count numbers of 0 … bound-1 that are not among the absent ones, all ascending. */
  static long[] complement(long bound, long[] absent, int count) {
    long[] present = new long[count];
    int have = 0;
    int next = 0;
    for (long number = 0; number < bound; number++) {
      if (next < absent.length && absent[next] == number) {
        next++;
      } else {
        present[have++] = number;
      }
    }
    return present;
  }
}
