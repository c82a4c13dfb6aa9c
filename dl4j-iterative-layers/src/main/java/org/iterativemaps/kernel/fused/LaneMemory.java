package org.iterativemaps.kernel.fused;

import java.util.Locale;
import org.iterativemaps.kernel.SegmentLength;
import org.iterativemaps.lanes.JvmOption;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A long float array and the place in it from which on whole vectors lie on whole cache lines.
 *
 * <p>A 64-byte vector that straddles two lines costs two loads, and an array's data begins 16 (or
 * 12) bytes behind an address known to be a multiple of 8 only. Under G1, however, an array of at
 * least half a heap region begins a region of its own and stays there, so that skipping the first
 * floats aligns the rest: worth a third of the time of the products. Elsewhere nothing is lost but
 * that.
 */
final class LaneMemory {
  private static final int LINE = 64;
  // Arrays are made longer to fill half a region at most by this factor.
  private static final int STRETCH = 16;
  private static final long HALF = halfRegion() / Float.BYTES;
  private static final int HEADER =
      option("UseCompactObjectHeaders", "false").equals("true")
          ? Math.max(12, 2 * Float.BYTES)
          : 16;
  private static final int SKIPPED = (LINE - HEADER) / Float.BYTES;

  /** The floats. */
  final float[] array;

  /** The first place to use. */
  final int base;

  private LaneMemory(float[] array, int base) {
    this.array = array;
    this.base = base;
  }

  /**
   * At least so many floats from {@link #base} on, all zero.
   *
   * @throws IllegalArgumentException if no array can hold them
   */
  static LaneMemory ofFloats(long floats) {
    long length = length(floats);
    if (length > WeightMask.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%,d floats of states are too many for one thread; use a smaller batch, shorter"
                  + " sequences, truncated BPTT or -D%s",
              floats,
              SegmentLength.PROPERTY));
    }
    return new LaneMemory(new float[(int) length], length >= HALF && HALF > 0 ? SKIPPED : 0);
  }

  /** How long the array for so many floats is. */
  static long length(long floats) {
    long length = floats + SKIPPED;
    return length < HALF && length * STRETCH >= HALF ? HALF : length;
  }

  /** Whether there is a memory and it has so many floats from {@link #base} on. */
  static boolean holds(LaneMemory memory, long floats) {
    return memory != null && memory.array.length - memory.base >= floats;
  }

  /** Bytes of the array. */
  long bytes() {
    return (long) Float.BYTES * array.length;
  }

  /** Bytes from which on G1 gives an array a region of its own; 0 where there is no G1. */
  private static long halfRegion() {
    return option("UseG1GC", "false").equals("true")
        ? Long.parseLong(option("G1HeapRegionSize", "0")) / 2
        : 0;
  }

  private static String option(String name, String otherwise) {
    return JvmOption.value(name).orElse(otherwise);
  }
}
