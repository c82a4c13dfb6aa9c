package org.iterativemaps.kernel.fused;

import org.iterativemaps.map.pattern.WeightMask;

/**
 * The transpose of a block's mask.
 *
 * @param mask from the block's target units to its source units
 * @param entries by entry of the transpose, the block's own
 */
record TransposedMask(WeightMask mask, int[] entries) {

  static TransposedMask of(WeightMask mask) {
    int[] starts = new int[mask.fromSize() + 1];
    for (int entry = 0; entry < mask.entryCount(); entry++) {
      starts[mask.source(entry) + 1]++;
    }
    for (int source = 0; source < mask.fromSize(); source++) {
      starts[source + 1] += starts[source];
    }
    int[] next = starts.clone();
    int[] sources = new int[mask.entryCount()];
    int[] entries = new int[mask.entryCount()];
    for (int target = 0; target < mask.toSize(); target++) {
      for (int entry = mask.targetStart(target); entry < mask.targetStart(target + 1); entry++) {
        int place = next[mask.source(entry)]++;
        sources[place] = target;
        entries[place] = entry;
      }
    }
    return new TransposedMask(
        WeightMask.ofRows(mask.toSize(), mask.fromSize(), starts, sources), entries);
  }
}
