package org.iterativemaps.map.pattern;

/**
 * See {@link Sparsity#line()} and {@link Sparsity#lineWithFeedback()}.
 *
 * @param hasFeedback whether every unit hears of the one after it, too
 */
public record LineSparsity(boolean hasFeedback) implements Sparsity {
  @Override
  public double expectedEntries(int fromSize, int toSize) {
    return (hasFeedback ? 2.0 : 1.0) * (toSize - 1);
  }

  @Override
  public void check(int fromSize, int toSize) {
    PatternChecks.square("a line", 2, fromSize, toSize);
  }

  @Override
  public WeightMask draw(int fromSize, int toSize, RandomSource random) {
    WeightMask.checkDrawing(fromSize, toSize, expectedEntries(fromSize, toSize));
    check(fromSize, toSize);
    int[] targetStart = new int[toSize + 1];
    int[] sources = new int[(int) expectedEntries(fromSize, toSize)];
    int entry = 0;
    for (int to = 0; to < toSize; to++) {
      if (to > 0) {
        sources[entry++] = to - 1;
      }
      if (hasFeedback && to + 1 < toSize) {
        sources[entry++] = to + 1;
      }
      targetStart[to + 1] = entry;
    }
    return WeightMask.ofCheckedRows(fromSize, toSize, targetStart, sources);
  }
}
