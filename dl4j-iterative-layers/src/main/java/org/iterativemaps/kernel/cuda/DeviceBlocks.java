package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * The patterns of a map's matrices on the device, forward by target units and transposed by source
 * units, cut into panels of source units that fit the shared memory of a tile of so many lanes.
 * Weights are elsewhere: {@link #matrices} says where.
 */
final class DeviceBlocks {
  // Entries that a warp sums the gradients of, at most; all of one target unit.
  private static final int CHUNK = 32;
  private static final int MATRIX_WORDS = 3;

  /** Bytes of a panel's rows. */
  final int sharedBytes;

  /** Rows of a panel. */
  final int panel;

  private final List<Pattern> forward = new ArrayList<>();
  private final List<Pattern> backward = new ArrayList<>();
  private final List<DeviceArray> permutations = new ArrayList<>();
  private final List<DeviceArray> chunks = new ArrayList<>();

  /**
   * A mask on the device.
   *
   * @param starts by panel and target unit, the first entry; one panel more
   * @param sources by entry
   */
  private record Pattern(DeviceArray starts, DeviceArray sources) {}

  DeviceBlocks(
      CudaDevice device,
      Precision precision,
      List<BlockMatrix> matrices,
      int largestSlot,
      int lanes) {
    int rowBytes = precision.bytes * lanes;
    int most = device.kernels(precision).sharedBytes() / rowBytes;
    this.panel = Math.min(most, largestSlot);
    this.sharedBytes = panel * rowBytes;
    for (BlockMatrix matrix : matrices) {
      WeightMask mask = matrix.mask();
      forward.add(pattern(device, mask));
      int[] entries = new int[mask.entryCount()];
      backward.add(pattern(device, transposed(mask, entries)));
      permutations.add(device.copy(entries));
      chunks.add(device.copy(chunks(mask)));
    }
  }

  private Pattern pattern(CudaDevice device, WeightMask mask) {
    int panels = (mask.fromSize() + panel - 1) / panel;
    int[] starts = new int[Math.multiplyExact(panels + 1, mask.toSize())];
    for (int to = 0; to < mask.toSize(); to++) {
      int entry = mask.targetStart(to);
      for (int p = 0; p <= panels; p++) {
        while (entry < mask.targetStart(to + 1) && mask.source(entry) < (long) p * panel) {
          entry++;
        }
        starts[p * mask.toSize() + to] = entry;
      }
    }
    return new Pattern(device.copy(starts), device.copy(mask.copySources()));
  }

  /**
   * The transpose of a mask.
   *
   * @param entries filled: by entry of the transpose, that of the mask
   */
  private static WeightMask transposed(WeightMask mask, int[] entries) {
    int[] starts = new int[mask.fromSize() + 1];
    for (int entry = 0; entry < entries.length; entry++) {
      starts[mask.source(entry) + 1]++;
    }
    for (int from = 0; from < mask.fromSize(); from++) {
      starts[from + 1] += starts[from];
    }
    int[] next = starts.clone();
    int[] targets = new int[entries.length];
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        int place = next[mask.source(entry)]++;
        targets[place] = to;
        entries[place] = entry;
      }
    }
    return WeightMask.ofRows(mask.toSize(), mask.fromSize(), starts, targets);
  }

  /** Triples: target unit, first entry, after the last. */
  private static int[] chunks(WeightMask mask) {
    List<int[]> cut = new ArrayList<>();
    for (int to = 0; to < mask.toSize(); to++) {
      int end = mask.targetStart(to + 1);
      for (int entry = mask.targetStart(to); entry < end; entry += CHUNK) {
        cut.add(new int[] {to, entry, Math.min(entry + CHUNK, end)});
      }
    }
    return Updates.words(cut);
  }

  /**
   * The structures Matrix of all of them.
   *
   * @param weights by matrix, where its weights are
   */
  long[] matrices(boolean isForward, long[] weights) {
    List<Pattern> patterns = isForward ? forward : backward;
    long[] words = new long[MATRIX_WORDS * weights.length];
    for (int block = 0; block < weights.length; block++) {
      Pattern pattern = patterns.get(block);
      words[MATRIX_WORDS * block] = pattern.starts.pointer;
      words[MATRIX_WORDS * block + 1] = pattern.sources.pointer;
      words[MATRIX_WORDS * block + 2] = weights[block];
    }
    return words;
  }

  /** By entry of a block's transpose, the block's own. */
  long permutation(int block) {
    return permutations.get(block).pointer;
  }

  long chunks(int block) {
    return chunks.get(block).pointer;
  }

  int chunkCount(int block) {
    return (int) (chunks.get(block).bytes / (3 * Integer.BYTES));
  }

  long sources(int block) {
    return forward.get(block).sources.pointer;
  }
}
