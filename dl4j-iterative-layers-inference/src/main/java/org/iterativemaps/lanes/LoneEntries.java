package org.iterativemaps.lanes;

/** A sparse block, row by row, in four sums: one alone would wait for itself. */
final class LoneEntries extends LoneBlock {
  private final int[] starts; // by target unit
  private final int[] sources; // by entry
  private final float[] weights; // by entry

  LoneEntries(Mask mask, float[] values) {
    weights = values.clone();
    starts = new int[mask.toSize() + 1];
    sources = new int[values.length];
    for (int to = 0; to < starts.length; to++) {
      starts[to] = mask.targetStart(to);
    }
    for (int entry = 0; entry < sources.length; entry++) {
      sources[entry] = mask.source(entry);
    }
  }

  @Override
  public int workspace() {
    return 0;
  }

  @Override
  public void multiplyAdd(float[] x, int xAt, float[] y, int yAt, float[] workspace) {
    float[] w = weights;
    int[] from = sources;
    int entry = 0;
    for (int to = 0; to < starts.length - 1; to++) {
      int end = starts[to + 1];
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      for (; entry <= end - 4; entry += 4) {
        s0 += w[entry] * x[xAt + from[entry]];
        s1 += w[entry + 1] * x[xAt + from[entry + 1]];
        s2 += w[entry + 2] * x[xAt + from[entry + 2]];
        s3 += w[entry + 3] * x[xAt + from[entry + 3]];
      }
      for (; entry < end; entry++) {
        s0 += w[entry] * x[xAt + from[entry]];
      }
      y[yAt + to] += s0 + s1 + (s2 + s3);
    }
  }
}
