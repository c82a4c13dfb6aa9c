package org.iterativemaps.map.pattern;

import java.util.Arrays;

/** See {@link Sparsity#ring()}. */
public record RingSparsity() implements Sparsity {
  @Override
  public double expectedEntries(int fromSize, int toSize) {
    return toSize;
  }

  @Override
  public void check(int fromSize, int toSize) {
    PatternChecks.square("a ring", 2, fromSize, toSize);
  }

  @Override
  public WeightMask draw(int fromSize, int toSize, RandomSource random) {
    WeightMask.checkDrawing(fromSize, toSize, toSize);
    check(fromSize, toSize);
    int[] targetStart = new int[toSize + 1];
    Arrays.setAll(targetStart, to -> to);
    int[] sources = new int[toSize];
    Arrays.setAll(sources, to -> (to + toSize - 1) % toSize);
    return WeightMask.ofCheckedRows(fromSize, toSize, targetStart, sources);
  }
}
