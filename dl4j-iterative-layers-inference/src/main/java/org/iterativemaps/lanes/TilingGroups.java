package org.iterativemaps.lanes;

import java.util.Arrays;

/**
 * Groups the runs of a layout, as they come, to chunks and those to spans: see {@link
 * SparseTiling}. Places that end a chunk are skipped up to the next multiple of {@value #ALIGN}.
 */
final class TilingGroups {
  /** Target packed places of a chunk: few enough for its partial sums to stay in the cache. */
  static final int CHUNK = 256;

  /** Chunks begin at multiples of this, the largest vector length there is. */
  static final int ALIGN = 16;

  // Packed places of a span: weight and offset each.
  private static final int SPAN = 128 * 1024 / (Float.BYTES + Integer.BYTES);

  private final IntList chunks = new IntList();
  private final IntList spans = new IntList();
  private int runs;
  private int packed;
  private int longestChunk;
  private int chunkAt;
  private int spanAt;

  TilingGroups() {
    chunks.add(0);
    spans.add(0);
  }

  /** Before a run of so many packed places: ends the chunk, and the span, that are full. */
  void beforeRun(int length) {
    if (packed > chunkAt && packed + length > chunkAt + CHUNK) {
      endChunk();
      if (packed >= spanAt + SPAN) {
        endSpan();
      }
    }
  }

  /** Takes a run of so many packed places. */
  void addRun(int length) {
    runs++;
    packed = Math.addExact(packed, length);
  }

  private void endChunk() {
    if (packed > chunkAt) {
      packed = (packed + ALIGN - 1) / ALIGN * ALIGN;
      longestChunk = Math.max(longestChunk, packed - chunkAt);
      chunkAt = packed;
      chunks.add(runs);
    }
  }

  /** Ends the chunk and the span, if there is anything in them. */
  void endSpan() {
    endChunk();
    if (packed > spanAt) {
      spanAt = packed;
      spans.add(chunks.size() - 1);
    }
  }

  /** How many runs came. */
  int runs() {
    return runs;
  }

  /** The next packed place. */
  int packed() {
    return packed;
  }

  /** Packed places of the longest chunk. */
  int longestChunk() {
    return longestChunk;
  }

  /** The first run of every chunk, and how many runs there are. */
  int[] chunkRun() {
    return chunks.toArray();
  }

  /** The first chunk of every span, and how many chunks there are. */
  int[] spanChunk() {
    return spans.toArray();
  }

  /** As much of a list of ints as is needed here. */
  static final class IntList {
    private int[] values = new int[16];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, Math.multiplyExact(2, size));
      }
      values[size++] = value;
    }

    int size() {
      return size;
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
