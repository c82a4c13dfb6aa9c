package org.iterativemaps.lanes;

import java.util.Arrays;
import org.iterativemaps.lanes.TilingGroups.IntList;

/**
 * The entries of a block's bundles, for one lane count. A <b>bundle</b> is {@value #UNITS}
 * neighbouring target units that have the same sources: a source unit that is loaded once serves as
 * many products.
 *
 * <p>Ordered like {@link SparseTiling}, panel by panel of source units, bundle by bundle: what a
 * bundle has in a panel is a <b>run</b>, runs are grouped to chunks and those to spans. A run has a
 * place for every source, in visiting order, and {@value #UNITS} entries for a place, which lie as
 * far apart in the mask's order as a unit has entries: weights are read where they are, for
 * products with the transpose, too.
 *
 * <p>Gradients of weights are summed in "packed" order: of a run first those of the first two
 * units, source by source, then those of the other two.
 *
 * <p>Where threads share a tile, a bundle may lie in two parts of the target units, each of which
 * has a run of its own units: in the place of the others the last one is computed again.
 *
 * <p>Immutable and safe to share.
 */
public final class BundleTiling extends Tiling {
  /** Target units of a bundle. */
  public static final int UNITS = 4;

  /** Ints per run: what the constants name. */
  public static final int RUN = 7;

  /** Of a run: where its first target unit lies in a tile. */
  public static final int TARGET = 0;

  /** Of a run: its first place. */
  public static final int FIRST = 1;

  /** Of a run: after its last place. */
  public static final int END = 2;

  /** Of a run: from a place to the first unit's entry. */
  public static final int TO_ENTRY = 3;

  /** Of a run: from a unit's entry to the next unit's. */
  public static final int NEXT_UNIT = 4;

  /** Of a run: how many target units come after the first. */
  public static final int OTHERS = 5;

  /** Of a run: its first packed place. */
  public static final int PACKED = 6;

  private BundleTiling(int lanes, int panelUnits, int[] runs, int[] offsets, TilingGroups groups) {
    super(lanes, panelUnits, runs, offsets, groups);
  }

  /**
   * Lays out bundles.
   *
   * @param mask the block's entries
   * @param lanes lanes of a tile
   * @param bundles first target units, ascending
   * @param targetBegin the first target unit whose entries are laid out
   * @param targetEnd after the last one
   * @param sourceBegin the first source unit whose entries are laid out
   * @param sourceEnd after the last one
   * @param packedBefore packed places that are others'
   * @throws IllegalArgumentException if a tile or the layout is too long for an array
   */
  static BundleTiling of(
      Mask mask,
      int lanes,
      int[] bundles,
      int targetBegin,
      int targetEnd,
      int sourceBegin,
      int sourceEnd,
      int packedBefore) {
    SparseTiling.checkSlots(mask, lanes);
    int sources = sourceEnd - sourceBegin;
    int width = sources == 0 ? 1 : SparseTiling.panelWidth(mask, lanes, sources);
    TilingGroups groups = new TilingGroups();
    IntList allRuns = new IntList();
    IntList allOffsets = new IntList();
    int[] next = new int[bundles.length]; // of the first unit that is laid out
    for (int b = 0; b < bundles.length; b++) {
      next[b] = firstFrom(mask, Math.max(bundles[b], targetBegin), sourceBegin);
    }
    for (int panel = sourceBegin; panel < sourceEnd; panel += width) {
      int panelEnd = Math.min(panel + width, sourceEnd);
      for (int b = 0; b < bundles.length; b++) {
        int first = Math.max(bundles[b], targetBegin);
        int units = Math.min(bundles[b] + UNITS, targetEnd) - first;
        int entry = next[b];
        int last = units > 0 ? mask.targetStart(first + 1) : entry;
        int place = allOffsets.size();
        int end = entry;
        for (; end < last && mask.source(end) < panelEnd; end++) {
          allOffsets.add(mask.source(end) * lanes);
        }
        next[b] = end;
        if (end > entry) {
          int packed = Math.multiplyExact(UNITS, end - entry);
          groups.beforeRun(packed);
          allRuns.add(first * lanes);
          allRuns.add(place);
          allRuns.add(place + end - entry);
          allRuns.add(entry - place);
          allRuns.add(last - mask.targetStart(first));
          allRuns.add(units - 1);
          allRuns.add(Math.addExact(packedBefore, groups.packed()));
          groups.addRun(packed);
        }
      }
      groups.endSpan();
    }
    return new BundleTiling(lanes, width, allRuns.toArray(), allOffsets.toArray(), groups);
  }

  /** The first entry of a target unit whose source is not before another; 0 of none. */
  private static int firstFrom(Mask mask, int target, int source) {
    if (target >= mask.toSize()) {
      return 0;
    }
    int entry = mask.targetStart(target);
    while (entry < mask.targetStart(target + 1) && mask.source(entry) < source) {
      entry++;
    }
    return entry;
  }

  /**
   * The bundles of a mask, as many as there are from its first target unit on.
   *
   * @return their first target units, ascending
   */
  static int[] find(Mask mask) {
    int[] found = new int[mask.toSize() / UNITS];
    int count = 0;
    int target = 0;
    while (target + UNITS <= mask.toSize()) {
      if (isBundle(mask, target)) {
        found[count++] = target;
        target += UNITS;
      } else {
        target++;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private static boolean isBundle(Mask mask, int target) {
    int first = mask.targetStart(target);
    int length = mask.targetStart(target + 1) - first;
    for (int unit = 1; unit < UNITS; unit++) {
      if (mask.targetStart(target + unit + 1) - mask.targetStart(target + unit) != length) {
        return false;
      }
    }
    for (int entry = first; entry < first + length; entry++) {
      for (int unit = 1; unit < UNITS; unit++) {
        if (mask.source(entry + unit * length) != mask.source(entry)) {
          return false;
        }
      }
    }
    return length > 0;
  }

  @Override
  int joinedTerms() {
    return 4;
  }

  @Override
  void unpack(float[] packed, float[] gradients, int share, int shares) {
    int end = LaneBlock.end(runs.length / RUN, share, shares) * RUN;
    for (int run = LaneBlock.begin(runs.length / RUN, share, shares) * RUN; run < end; run += RUN) {
      int length = runs[run + END] - runs[run + FIRST];
      int entry = runs[run + FIRST] + runs[run + TO_ENTRY];
      int place = runs[run + PACKED];
      for (int unit = 0; unit <= runs[run + OTHERS]; unit++) {
        int from = place + unit / 2 * 2 * length + unit % 2;
        for (int i = 0; i < length; i++) {
          gradients[entry + i] = packed[from + 2 * i];
        }
        entry += runs[run + NEXT_UNIT];
      }
    }
  }

  /** Bytes held. */
  long bytes() {
    return bytesOfRuns() + 4L * offsets.length;
  }
}
