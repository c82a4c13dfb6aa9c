package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A matrix of fixed weights for one example: neighbouring target units, as many as a vector has
 * lanes, are a bundle, and for every source that one of them reads there is a vector of weights,
 * zeros among them.
 *
 * <p>y += W x then is a product of the lane kernels in which weights and states have changed
 * places: a target for every bundle, an entry for every vector, whose weight is the state x of its
 * source, and the vectors as what is read. Where vectors would be nearly empty, entries are taken
 * one by one.
 */
final class LoneMatrix {
  /** More floats are not laid out a second time. */
  private static final long MOST = 64L * 1024 * 1024 / Float.BYTES;

  /** Entries of a vector that make up for it: less than a load of each takes. */
  private static final int LEAST_ENTRIES = 4;

  private final LaneKernels kernels;
  private final SparseTiling tiling; // null where entries are taken one by one
  private final int[] starts; // by bundle, or by target unit
  private final int[] sources; // by vector, or by entry
  private final float[] vectors; // or weights by entry
  private final float[] gathered; // x of the sources

  /** Lays out. */
  LoneMatrix(LaneKernels kernels, WeightMask mask, double[] values) {
    this.kernels = kernels;
    int lanes = kernels.tileLanes(1);
    int bundles = (mask.toSize() + lanes - 1) / lanes;
    int count = count(mask, lanes);
    if ((long) count * LEAST_ENTRIES > mask.entryCount()) {
      this.tiling = null;
      this.starts = mask.copyTargetStarts();
      this.sources = mask.copySources();
      this.vectors = new float[sources.length];
      this.gathered = null;
      for (int e = 0; e < vectors.length; e++) {
        vectors[e] = (float) values[e];
      }
      return;
    }
    this.sources = new int[count];
    this.vectors = new float[count * lanes];
    this.gathered = new float[count];
    this.starts = new int[bundles + 1];
    int[] vectorOf = new int[mask.fromSize()]; // and 1; of a bundle those above its first
    int next = 0;
    for (int bundle = 0; bundle < bundles; bundle++) {
      int first = next;
      for (int to = bundle * lanes; to < Math.min((bundle + 1) * lanes, mask.toSize()); to++) {
        for (int e = mask.targetStart(to); e < mask.targetStart(to + 1); e++) {
          int source = mask.source(e);
          if (vectorOf[source] <= first) {
            sources[next++] = source;
            vectorOf[source] = next;
          }
          vectors[(vectorOf[source] - 1) * lanes + to % lanes] = (float) values[e];
        }
      }
      starts[bundle + 1] = next;
    }
    int[] each = new int[count];
    Arrays.setAll(each, i -> i);
    WeightMask turned = WeightMask.ofRows(Math.max(count, 1), bundles, starts, each);
    this.tiling = SparseTiling.of(turned, lanes, kernels.wantsPacked(lanes));
  }

  /** Vectors of all bundles. */
  private static int count(WeightMask mask, int lanes) {
    int[] seenIn = new int[mask.fromSize()];
    int count = 0;
    for (int to = 0; to < mask.toSize(); to++) {
      int bundle = to / lanes + 1;
      for (int e = mask.targetStart(to); e < mask.targetStart(to + 1); e++) {
        if (seenIn[mask.source(e)] < bundle) {
          seenIn[mask.source(e)] = bundle;
          count++;
        }
      }
    }
    return count;
  }

  /** Whether its layout is worth the memory. */
  static boolean isSmall(WeightMask mask, int lanes) {
    return (long) mask.entryCount() * lanes <= MOST || (long) count(mask, lanes) * lanes <= MOST;
  }

  /** y += W x; both may be longer than the slots. */
  void multiplyAdd(float[] x, float[] y) {
    if (tiling == null) {
      addEntries(x, y);
      return;
    }
    for (int i = 0; i < sources.length; i++) {
      gathered[i] = x[sources[i]];
    }
    for (int span = 0; span < tiling.spans(); span++) {
      int chunk = tiling.spanStart(span);
      kernels.multiplyAdd(tiling, chunk, tiling.spanStart(span + 1), gathered, vectors, 0, y, 0);
    }
  }

  /** Four sums at a time, none of which waits for another. */
  private void addEntries(float[] x, float[] y) {
    int[] from = sources;
    float[] w = vectors;
    int e = 0;
    for (int to = 0; to + 1 < starts.length; to++) {
      int end = starts[to + 1];
      float a = y[to];
      float b = 0;
      float c = 0;
      float d = 0;
      for (; e + 3 < end; e += 4) {
        a += w[e] * x[from[e]];
        b += w[e + 1] * x[from[e + 1]];
        c += w[e + 2] * x[from[e + 2]];
        d += w[e + 3] * x[from[e + 3]];
      }
      for (; e < end; e++) {
        a += w[e] * x[from[e]];
      }
      y[to] = a + b + (c + d);
    }
  }
}
