package org.iterativemaps.kernel.fused;

import java.util.BitSet;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * The transpose of a block's mask.
 *
 * @param mask from the block's target units to its source units
 * @param entries by entry of the transpose, the block's own
 */
record TransposedMask(WeightMask mask, int[] entries) {

  static TransposedMask of(WeightMask mask) {
    return of(mask, new BitSet());
  }

  /** As {@link #of(WeightMask)}, without the entries of some target units. */
  static TransposedMask of(WeightMask mask, BitSet leftOut) {
    int[] starts = new int[mask.fromSize() + 1];
    int target = leftOut.nextClearBit(0);
    for (; target < mask.toSize(); target = leftOut.nextClearBit(target + 1)) {
      for (int entry = mask.targetStart(target); entry < mask.targetStart(target + 1); entry++) {
        starts[mask.source(entry) + 1]++;
      }
    }
    for (int source = 0; source < mask.fromSize(); source++) {
      starts[source + 1] += starts[source];
    }
    int[] next = starts.clone();
    int[] sources = new int[starts[mask.fromSize()]];
    int[] entries = new int[sources.length];
    target = leftOut.nextClearBit(0);
    for (; target < mask.toSize(); target = leftOut.nextClearBit(target + 1)) {
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
