package org.iterativemaps.lanes;

/** A {@link Mask} over two arrays, or over none where every cell exists. */
public final class CompressedRows implements Mask {
  private final int fromSize;
  private final int toSize;
  private final int entryCount;
  // Both null when every cell exists.
  private final int[] targetStart;
  private final int[] sources;

  private CompressedRows(
      int fromSize, int toSize, int entryCount, int[] targetStart, int[] sources) {
    this.fromSize = fromSize;
    this.toSize = toSize;
    this.entryCount = entryCount;
    this.targetStart = targetStart;
    this.sources = sources;
  }

  /**
   * Of arrays, which are kept and not to be changed.
   *
   * @param targetStart toSize + 1 numbers: entries of target t are targetStart[t] …
   *     targetStart[t+1]-1
   * @param sources for each entry its source unit, ascending within a target
   */
  public static CompressedRows of(int fromSize, int toSize, int[] targetStart, int[] sources) {
    return sources.length == (long) fromSize * toSize
        ? dense(fromSize, toSize)
        : new CompressedRows(fromSize, toSize, sources.length, targetStart, sources);
  }

  /** Every cell exists; at most {@link Mask#MOST_ENTRIES} of them. */
  public static CompressedRows dense(int fromSize, int toSize) {
    return new CompressedRows(fromSize, toSize, Math.multiplyExact(fromSize, toSize), null, null);
  }

  @Override
  public int fromSize() {
    return fromSize;
  }

  @Override
  public int toSize() {
    return toSize;
  }

  @Override
  public int entryCount() {
    return entryCount;
  }

  @Override
  public int targetStart(int to) {
    return targetStart == null ? to * fromSize : targetStart[to];
  }

  @Override
  public int source(int entry) {
    return sources == null ? entry % fromSize : sources[entry];
  }
}
