package org.iterativemaps.map.pattern;

import java.util.Locale;

/**
 * See {@link Sparsity#groups(int)}.
 *
 * @param count at least 1
 */
public record GroupedSparsity(int count) implements Sparsity {
  /** Checks the range. */
  public GroupedSparsity {
    PatternChecks.positive("count", count);
  }

  @Override
  public double expectedEntries(int fromSize, int toSize) {
    int largerFrom = fromSize % count; // groups that have one unit more
    int largerTo = toSize % count;
    double least = (double) (fromSize / count) * (toSize / count);
    return count * least
        + (double) (fromSize / count) * largerTo
        + (double) (toSize / count) * largerFrom
        + Math.min(largerFrom, largerTo);
  }

  @Override
  public void check(int fromSize, int toSize) {
    if (count > Math.min(fromSize, toSize)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d groups asked of slots of %d and %d units (from, to); ask for at most %d",
              count,
              fromSize,
              toSize,
              Math.min(fromSize, toSize)));
    }
    Sparsity.super.check(fromSize, toSize);
  }

  @Override
  public WeightMask draw(int fromSize, int toSize, RandomSource random) {
    WeightMask.checkSizes(fromSize, toSize);
    check(fromSize, toSize);
    return random.groups(fromSize, toSize, count);
  }
}
