package org.iterativemaps.lanes;

/**
 * A block whose neighbouring target units share sources: as many as a vector has lanes are a
 * bundle, and for every source that one of them reads there is a vector of weights, zeros among
 * them.
 *
 * <p>The product is one of {@link LaneKernels} in which weights and states have changed places: a
 * target for every bundle, an entry for every vector, whose weight is the value x of its source,
 * and the vectors as what is read.
 */
final class LoneVectors extends LoneBlock {
  /** Entries of a vector that make up for it: less than a load of each takes. */
  private static final int LEAST_ENTRIES = 4;

  private final LaneKernels kernels;
  private final SparseTiling tiling;
  private final int[] sources; // by vector
  private final float[] weights; // [vector][lanes]

  LoneVectors(LaneKernels kernels, Mask mask, float[] values) {
    this.kernels = kernels;
    int lanes = kernels.tileLanes(1);
    int count = (int) vectors(mask, lanes);
    int bundles = (mask.toSize() + lanes - 1) / lanes;
    sources = new int[count];
    weights = new float[count * lanes];
    int[] starts = new int[bundles + 1];
    int[] vectorOf = new int[mask.fromSize()]; // and 1; of a bundle those above its first
    int next = 0;
    for (int bundle = 0; bundle < bundles; bundle++) {
      int first = next;
      for (int to = bundle * lanes; to < Math.min((bundle + 1) * lanes, mask.toSize()); to++) {
        for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
          int source = mask.source(entry);
          if (vectorOf[source] <= first) {
            sources[next++] = source;
            vectorOf[source] = next;
          }
          weights[(vectorOf[source] - 1) * lanes + to % lanes] = values[entry];
        }
      }
      starts[bundle + 1] = next;
    }
    int[] each = new int[count];
    for (int vector = 0; vector < count; vector++) {
      each[vector] = vector;
    }
    Mask turned = CompressedRows.of(count, bundles, starts, each);
    tiling = SparseTiling.of(turned, lanes, kernels.wantsPacked(lanes));
  }

  /** Whether vectors gain here, are full enough, and not more floats than so many. */
  static boolean areFull(LaneKernels kernels, Mask mask, long most) {
    if (kernels.bundles() == null || mask.entryCount() == 0) {
      return false;
    }
    int lanes = kernels.tileLanes(1);
    long count = vectors(mask, lanes);
    return count * LEAST_ENTRIES <= mask.entryCount() && count * lanes <= most;
  }

  /** Those of all bundles. */
  private static long vectors(Mask mask, int lanes) {
    int[] seenIn = new int[mask.fromSize()];
    long count = 0;
    for (int to = 0; to < mask.toSize(); to++) {
      int bundle = to / lanes + 1;
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        if (seenIn[mask.source(entry)] < bundle) {
          seenIn[mask.source(entry)] = bundle;
          count++;
        }
      }
    }
    return count;
  }

  @Override
  public int workspace() {
    return sources.length;
  }

  @Override
  public void multiplyAdd(float[] x, int xAt, float[] y, int yAt, float[] gathered) {
    for (int i = 0; i < sources.length; i++) {
      gathered[i] = x[xAt + sources[i]];
    }
    for (int span = 0; span < tiling.spans(); span++) {
      int chunk = tiling.spanStart(span);
      int end = tiling.spanStart(span + 1);
      kernels.multiplyAdd(tiling, chunk, end, gathered, weights, 0, y, yAt);
    }
  }
}
