package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.OuterTerms;

/**
 * The gradients of one worker's tiles, in the places that {@link TileRecords} has for their values,
 * and of biases and gains. Kept from call to call.
 */
final class GradientRecords {
  private final TileRecords records;
  private final OuterTerms[] terms; // by matrix; null where not trained
  private LaneMemory memory;

  /** Gradients of all cells. */
  float[] floats;

  /** The gradients of biases and gains so far. */
  final SlotGradients slots;

  GradientRecords(TileRecords records) {
    this.records = records;
    this.slots = new SlotGradients(records);
    List<BlockMatrix> matrices = records.plan.matrices;
    this.terms = new OuterTerms[matrices.size()];
    Arrays.setAll(terms, m -> matrices.get(m).isTrained() ? new OuterTerms() : null);
  }

  /** Before the first segment of a call. */
  void prepare() {
    long needed = records.recordFloats();
    if (!LaneMemory.holds(memory, needed)) {
      memory = null; // the old may go before the new comes
      floats = null;
      memory = LaneMemory.ofFloats(needed);
      floats = memory.array;
    }
    slots.clear();
  }

  /** Where the gradients of a time step of the segment begin, see {@link TileRecords#record}. */
  int record(int tile, int t) {
    return memory.base + records.offset(tile, t);
  }

  /** Zeros for a segment's time steps and the state before them. */
  void clear(int tile, int count) {
    int begin = record(tile, 0) - records.layout.front;
    int length = record(tile, count) - begin;
    int parts = records.call.parts;
    records.each(
        part ->
            Arrays.fill(
                floats,
                begin + LaneBlock.begin(length, part, parts),
                begin + LaneBlock.end(length, part, parts),
                0));
  }

  /** By matrix, what the gradients of weights are made of; null where not trained. */
  OuterTerms[] terms() {
    return terms;
  }

  /** Before the terms of a segment are collected. */
  void beginTerms() {
    for (OuterTerms of : terms) {
      if (of != null) {
        of.clear(floats, records.values);
      }
    }
  }

  /** The segment's outer products of one place of gradients with one of values. */
  void addTerms(int matrix, int tile, int first, int count, int target, int source) {
    for (int t = first; terms[matrix] != null && t < count; t++) {
      terms[matrix].add(record(tile, t) + target, records.record(tile, t) + source);
    }
  }

  /**
   * After they were added to the gradients of weights: the memory may go before longer one comes.
   */
  void endTerms() {
    for (OuterTerms of : terms) {
      if (of != null) {
        of.clear(null, null);
      }
    }
  }

  /**
   * Bytes of places of terms held after a backward pass over some tiles of a call; for 0 tiles,
   * before it.
   */
  static long bytesOfTerms(FusedPlan plan, CallShape shape, int tiles) {
    long bytes = 0;
    for (int m = 0; m < plan.matrices.size(); m++) {
      if (plan.matrices.get(m).isTrained()) {
        bytes += OuterTerms.bytes((long) plan.uses(m) * tiles * shape.segment());
      }
    }
    return bytes;
  }

  /** Bytes held. */
  long bytes() {
    long bytes = (memory == null ? 0 : memory.bytes()) + slots.bytes();
    for (OuterTerms of : terms) {
      bytes += of == null ? 0 : of.bytes();
    }
    return bytes;
  }
}
