package org.iterativemaps.lanes;

import java.util.BitSet;

/** The transpose of a block's mask. */
final class TransposedMask {
  private final Mask mask;
  private final int[] entries;

  private TransposedMask(Mask mask, int[] entries) {
    this.mask = mask;
    this.entries = entries;
  }

  /** From the block's target units to its source units. */
  Mask mask() {
    return mask;
  }

  /** By entry of the transpose, the block's own. Not to be changed. */
  int[] entries() {
    return entries;
  }

  static TransposedMask of(Mask mask) {
    return of(mask, new BitSet());
  }

  /** As {@link #of(Mask)}, without the entries of some target units. */
  static TransposedMask of(Mask mask, BitSet leftOut) {
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
        CompressedRows.of(mask.toSize(), mask.fromSize(), starts, sources), entries);
  }
}
