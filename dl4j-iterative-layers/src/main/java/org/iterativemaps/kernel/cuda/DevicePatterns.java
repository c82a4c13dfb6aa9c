package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.map.pattern.WeightMask;

/** The patterns of a map's matrices on the device: what does not depend on how tiles are cut. */
final class DevicePatterns {
  // Entries that a warp sums the gradients of, at most; all of one target unit.
  private static final int CHUNK = 32;
  private static final int CHUNK_BYTES = 3 * Integer.BYTES;

  private final List<DeviceArray> sources = new ArrayList<>();
  private final List<DeviceArray> transposedSources = new ArrayList<>();
  private final List<DeviceArray> permutations = new ArrayList<>();
  private final List<DeviceArray> chunks = new ArrayList<>();

  DevicePatterns(CudaDevice device, List<BlockMatrix> matrices) {
    for (BlockMatrix matrix : matrices) {
      WeightMask mask = matrix.mask();
      int[] entries = new int[mask.entryCount()];
      sources.add(device.copy(mask.copySources()));
      transposedSources.add(device.copy(transposed(mask, entries).copySources()));
      permutations.add(device.copy(entries));
      chunks.add(device.copy(chunks(mask)));
    }
  }

  /**
   * The transpose of a mask.
   *
   * @param entries filled: by entry of the transpose, that of the mask
   */
  static WeightMask transposed(WeightMask mask, int[] entries) {
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

  /** By entry, the source unit. */
  long sources(int matrix) {
    return sources.get(matrix).pointer;
  }

  /** By entry of the transpose, the target unit. */
  long transposedSources(int matrix) {
    return transposedSources.get(matrix).pointer;
  }

  /** By entry of the transpose, the matrix's own. */
  long permutation(int matrix) {
    return permutations.get(matrix).pointer;
  }

  /** The structures Chunk. */
  long chunks(int matrix) {
    return chunks.get(matrix).pointer;
  }

  int chunkCount(int matrix) {
    return (int) (chunks.get(matrix).bytes / CHUNK_BYTES);
  }
}
