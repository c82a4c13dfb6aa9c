package org.iterativemaps.lanes;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;

/**
 * The entries of a sparse block in the order the lane kernels visit them, for one lane count.
 *
 * <p>The source units are cut into panels that about fit the first-level cache, where a target unit
 * has enough entries per panel to pay for loading its sum again; then panel by panel, target by
 * target, the entries of a target in a panel are a <b>run</b>. Runs are contiguous in the mask's
 * entry order too, so weights are read where they are: nothing is copied or permuted when they
 * change (but for the transpose's, which has another entry order).
 *
 * <p>Gradients of weights are summed in visiting order ("packed"), where a run begins at an even
 * place so that two entries can share a vector. The source offsets lie in that order too if the
 * layout is {@link #isPacked}, so that they are read one after the other; else in entry order,
 * which saves the loops a register (short tiles have long panels and runs, and need the register
 * more).
 *
 * <p>Runs are grouped to <b>chunks</b> of at most some 256 packed places (more if one run is
 * longer) and chunks to <b>spans</b>, whose weights and indices fit the second-level cache: visit a
 * span for all tiles, then the next span.
 *
 * <p>Immutable and safe to share.
 */
public final class SparseTiling extends Tiling {
  /** Entries whose partial sums share a vector: as many as there are floats in 64 bits. */
  public static final int SHARED = Long.BYTES / Float.BYTES;

  // Twice what usual first-level caches have: what is read again from the second takes less time
  // than twice as many runs.
  private static final int PANEL_BYTES = 64 * 1024;
  // Below this many entries per target and panel one pass over all columns is faster.
  private static final int LEAST_RUN = 6;

  /** Ints per run: what the constants name. */
  public static final int RUN = 5;

  /** Of a run: where its target unit lies in a tile. */
  public static final int TARGET = 0;

  /** Of a run: its first place. */
  public static final int FIRST = 1;

  /** Of a run: after its last place. */
  public static final int END = 2;

  /** Of a run: from a place to the entry. */
  public static final int TO_ENTRY = 3;

  /** Of a run: from a place to the packed place. */
  public static final int TO_PACKED = 4;

  private final boolean isPacked;

  private SparseTiling(Builder builder) {
    super(
        builder.lanes,
        panelWidth(builder.mask, builder.lanes, builder.mask.fromSize()),
        Arrays.copyOf(builder.runs, builder.groups.runs() * RUN),
        builder.isPacked
            ? Arrays.copyOf(builder.offsets, builder.groups.packed())
            : builder.offsets,
        builder.groups);
    this.isPacked = builder.isPacked;
  }

  /**
   * Lays out a block.
   *
   * @param mask its entries; may be dense
   * @param lanes lanes of a tile
   * @param isPacked whether offsets lie in visiting order
   * @throws IllegalArgumentException if a tile or the layout is too long for an array
   */
  public static SparseTiling of(Mask mask, int lanes, boolean isPacked) {
    return parts(mask, lanes, isPacked, 1, new BitSet(), 0)[0];
  }

  /**
   * Lays out a block in parts: the target units cut as {@link LaneBlock#begin} says. Places,
   * offsets and packed places are those of the whole block's tiles, entries and gradient.
   *
   * @param mask its entries; may be dense
   * @param lanes lanes of a tile
   * @param isPacked whether offsets lie in visiting order
   * @param parts at least 1
   * @param leftOut target units whose entries are not laid out
   * @param packedBefore packed places that are others'
   * @throws IllegalArgumentException if a tile or the layout is too long for an array
   */
  static SparseTiling[] parts(
      Mask mask, int lanes, boolean isPacked, int parts, BitSet leftOut, int packedBefore) {
    checkSlots(mask, lanes);
    int[] shared = isPacked ? null : new int[mask.entryCount()];
    SparseTiling[] tilings = new SparseTiling[parts];
    int packed = packedBefore;
    for (int p = 0; p < parts; p++) {
      Builder builder = new Builder(mask, lanes, shared, leftOut, packed);
      builder.build(
          LaneBlock.begin(mask.toSize(), p, parts), LaneBlock.end(mask.toSize(), p, parts));
      tilings[p] = new SparseTiling(builder);
      packed = Math.addExact(packed, tilings[p].packedLength());
    }
    return tilings;
  }

  /** Refuses slots whose tiles are too long for an array. */
  static void checkSlots(Mask mask, int lanes) {
    int longest = Math.max(mask.fromSize(), mask.toSize());
    if ((long) longest * lanes > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a slot of %,d units is too large for tiles of %d lanes, which hold at most %,d units",
              longest,
              lanes,
              Integer.MAX_VALUE / 4 / lanes));
    }
  }

  /** Whether offsets lie in visiting order. */
  public boolean isPacked() {
    return isPacked;
  }

  @Override
  int joinedTerms() {
    return isPacked ? 1 : 4; // short tiles are joined
  }

  /**
   * gradients[entry] = packed[place of the entry], of this part's entries.
   *
   * @param packed in visiting order: of all parts, {@link #packedLength()} each
   * @param gradients by entry; overwritten
   */
  public void unpack(float[] packed, float[] gradients) {
    unpack(packed, gradients, 0, 1);
  }

  @Override
  void unpack(float[] packed, float[] gradients, int share, int shares) {
    int end = LaneBlock.end(runs.length / RUN, share, shares) * RUN;
    for (int run = LaneBlock.begin(runs.length / RUN, share, shares) * RUN; run < end; run += RUN) {
      int toEntry = runs[run + TO_ENTRY];
      int toPacked = runs[run + TO_PACKED];
      for (int place = runs[run + FIRST]; place < runs[run + END]; place++) {
        gradients[place + toEntry] = packed[place + toPacked];
      }
    }
  }

  /** Bytes held, but for offsets in entry order: those the parts of a block share. */
  public long bytes() {
    return bytesOfRuns() + (isPacked ? 4L * offsets.length : 0);
  }

  /**
   * Source units of a panel: as many as fit the cache, or all there are.
   *
   * @param sources source units that are laid out
   */
  static int panelWidth(Mask mask, int lanes, int sources) {
    int width = Math.max(16, PANEL_BYTES / (Float.BYTES * lanes));
    double run = mask.density() * sources / ((sources + width - 1) / width);
    return sources <= width || run < LEAST_RUN ? sources : width;
  }

  private static final class Builder {
    final Mask mask;
    final int lanes;
    final boolean isPacked;
    final TilingGroups groups = new TilingGroups();
    int[] runs = new int[1024];
    int[] offsets;
    private final BitSet leftOut;
    private final int packedBefore;

    /**
     * A builder.
     *
     * @param byEntry where the offsets go, by entry; null to pack them
     * @param leftOut target units without a run
     * @param packedBefore packed places of the parts before
     */
    Builder(Mask mask, int lanes, int[] byEntry, BitSet leftOut, int packedBefore) {
      this.mask = mask;
      this.lanes = lanes;
      this.isPacked = byEntry == null;
      this.leftOut = leftOut;
      this.packedBefore = packedBefore;
      this.offsets = isPacked ? new int[1024] : byEntry;
    }

    void build(int targetBegin, int targetEnd) {
      int width = panelWidth(mask, lanes, mask.fromSize());
      int[] next = new int[targetEnd];
      Arrays.setAll(next, mask::targetStart);
      for (int panel = 0; panel < mask.fromSize(); panel += width) {
        int panelEnd = Math.min(panel + width, mask.fromSize());
        int target = leftOut.nextClearBit(targetBegin);
        for (; target < targetEnd; target = leftOut.nextClearBit(target + 1)) {
          int entry = next[target];
          int end = entry;
          int last = mask.targetStart(target + 1);
          while (end < last && mask.source(end) < panelEnd) {
            end++;
          }
          next[target] = end;
          if (end > entry) {
            addRun(target, entry, end);
          }
        }
        groups.endSpan();
      }
    }

    private void addRun(int target, int entry, int end) {
      int length = end - entry;
      groups.beforeRun(length);
      int packed = groups.packed();
      // The next even place, and room to align the chunk.
      if (isPacked && packed + length + 2L * TilingGroups.ALIGN > offsets.length) {
        offsets = Arrays.copyOf(offsets, Math.addExact(packed + length, packed / 2 + 1024));
      }
      int at = groups.runs() * RUN;
      if (at + RUN > runs.length) {
        runs = Arrays.copyOf(runs, Math.multiplyExact(runs.length, 2));
      }
      int place = isPacked ? packed : entry;
      runs[at + TARGET] = target * lanes;
      runs[at + FIRST] = place;
      runs[at + END] = place + length;
      runs[at + TO_ENTRY] = entry - place;
      runs[at + TO_PACKED] = packedBefore + packed - place;
      for (int e = 0; e < length; e++) {
        offsets[place + e] = mask.source(entry + e) * lanes;
      }
      groups.addRun(length + (length & 1));
    }
  }
}
