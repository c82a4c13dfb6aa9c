package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A map's matrices for tiles of so many lanes: their patterns cut into panels of source units that
 * fit the shared memory, forward by target units and transposed by source units. Weights are
 * elsewhere: {@link #matrices} says where.
 */
final class DeviceBlocks {
  private static final int MATRIX_WORDS = 3;

  /** Bytes of a panel's rows. */
  final int sharedBytes;

  /** Rows of a panel. */
  final int panel;

  /** What does not depend on the panels. */
  final DevicePatterns patterns;

  // By matrix: by panel and target unit, the first entry; one panel more.
  private final List<DeviceArray> starts = new ArrayList<>();
  private final List<DeviceArray> transposedStarts = new ArrayList<>();

  DeviceBlocks(
      CudaDevice device,
      Precision precision,
      List<BlockMatrix> matrices,
      DevicePatterns patterns,
      int largestSlot,
      int lanes) {
    this.patterns = patterns;
    int rowBytes = precision.bytes * lanes;
    int most = device.kernels(precision).sharedBytes() / rowBytes;
    this.panel = Math.min(most, largestSlot);
    this.sharedBytes = panel * rowBytes;
    for (BlockMatrix matrix : matrices) {
      WeightMask mask = matrix.mask();
      starts.add(device.copy(starts(mask)));
      transposedStarts.add(
          device.copy(starts(DevicePatterns.transposed(mask, new int[mask.entryCount()]))));
    }
  }

  private int[] starts(WeightMask mask) {
    int panels = (mask.fromSize() + panel - 1) / panel;
    int[] places = new int[Math.multiplyExact(panels + 1, mask.toSize())];
    for (int to = 0; to < mask.toSize(); to++) {
      int entry = mask.targetStart(to);
      for (int p = 0; p <= panels; p++) {
        while (entry < mask.targetStart(to + 1) && mask.source(entry) < (long) p * panel) {
          entry++;
        }
        places[p * mask.toSize() + to] = entry;
      }
    }
    return places;
  }

  /**
   * The structures Matrix of all of them.
   *
   * @param weights by matrix, where its weights are
   */
  long[] matrices(boolean isForward, long[] weights) {
    List<DeviceArray> from = isForward ? starts : transposedStarts;
    long[] words = new long[MATRIX_WORDS * weights.length];
    for (int m = 0; m < weights.length; m++) {
      words[MATRIX_WORDS * m] = from.get(m).pointer;
      words[MATRIX_WORDS * m + 1] = isForward ? patterns.sources(m) : patterns.transposedSources(m);
      words[MATRIX_WORDS * m + 2] = weights[m];
    }
    return words;
  }
}
