package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * One worker's tiles back through the time steps of a segment: the gradient of every cell, then of
 * what the segment's time steps have in common.
 */
final class BackwardPass {
  private final TileRecords records;
  private final GradientRecords gradients;
  private final List<FusedPhase> phases;
  private final FusedPlan plan;

  BackwardPass(TileRecords records, GradientRecords gradients, List<FusedPhase> phases) {
    this.records = records;
    this.gradients = gradients;
    this.phases = phases;
    this.plan = records.plan;
  }

  /**
   * Goes back through a segment whose values are in the records. What the gradients of weights are
   * made of is in the gradients' terms afterwards.
   *
   * @param first the segment's first time step that has gradients
   * @param isLast whether the segment is the call's last
   */
  void run(int segment, int first, boolean isLast) {
    int begin = segment * records.call.segment;
    int count = records.call.segmentLength(segment);
    clear(count, isLast);
    backTime(begin, first, count);
    if (records.call.inputGradient == null) { // only the state's gradient is wanted
      return;
    }
    records.each(
        part -> {
          phases.forEach(phase -> phase.backDrives(part, first, count));
          storeInputGradients(part, begin, first, count);
        });
    collectTerms(first, count);
  }

  /** Zeros everywhere, but for the gradient of the state behind the segment. */
  private void clear(int count, boolean isLast) {
    float[] g = gradients.floats;
    for (int tile = 0; tile < records.tileCount; tile++) {
      float[][] kept = new float[plan.sizes.length][];
      for (int slot : plan.carried) {
        int at = gradients.record(tile, -1) + records.layout.handed[slot];
        kept[slot] = isLast ? null : Arrays.copyOfRange(g, at, at + records.length(slot));
      }
      gradients.clear(tile, count);
      for (int slot : plan.carried) {
        int at = gradients.record(tile, count - 1) + records.layout.handed[slot];
        if (kept[slot] != null) {
          System.arraycopy(kept[slot], 0, g, at, kept[slot].length);
        } else if (records.call.lastStateGradient[slot] != null) {
          addLastState(slot, tile, at);
        }
      }
    }
  }

  /** What the caller says of the state after the last time step. */
  private void addLastState(int slot, int tile, int at) {
    records.call.addTile(
        records.call.lastStateGradient[slot],
        0,
        0,
        plan.sizes[slot],
        records.tileBegin + tile,
        records.values,
        -1,
        gradients.floats,
        at,
        records.workspace(0));
  }

  /**
   * All phases in the reverse of their order. The products of one wait for the next: then they and
   * its derivatives are run together, and threads that share a tile meet once.
   */
  private void backTime(int begin, int first, int count) {
    IntConsumer products = part -> {};
    for (int time = count - 1; time >= first; time--) {
      int t = time;
      for (int p = phases.size() - 1; p >= 0; p--) {
        FusedPhase phase = phases.get(p);
        IntConsumer waiting = products;
        boolean isLast = p == phases.size() - 1;
        phase.backward(
            t,
            part -> {
              waiting.accept(part);
              if (isLast) {
                backOutput(part, begin + t, t);
              }
            });
        products = part -> phase.backProducts(part, t);
      }
    }
    records.each(products);
  }

  /** What a time step's output and the next time step want of its last cells. */
  private void backOutput(int part, int time, int t) {
    FusedCall call = records.call;
    RecordLayout layout = records.layout;
    float[] g = gradients.floats;
    float[] v = records.values;
    int output = plan.program.outputSlot();
    for (int tile = 0; tile < records.tileCount; tile++) {
      int record = gradients.record(tile, t);
      int mask = records.mask(tile, t);
      for (int slot : plan.carried) {
        int place = record + records.place(slot, part);
        int handed = place + layout.handed[slot];
        int end = place + layout.ends[slot];
        if (mask >= 0) {
          int units = records.units(slot, part);
          records.kernels.multiplyLanesAdd(units, layout.lanes, v, mask, g, handed, g, end);
        } else if (handed != end) {
          records.kernels.add(records.length(slot, part), g, handed, g, end);
        }
      }
      call.addTile(
          call.outputGradient,
          time,
          records.begin(output, part),
          records.end(output, part),
          records.tileBegin + tile,
          v,
          mask,
          g,
          record + layout.ends[output],
          records.workspace(part));
    }
  }

  /** Wherever a block was multiplied with: all tiles, time steps and steps of the map. */
  private void collectTerms(int first, int count) {
    gradients.beginTerms();
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (FusedPhase phase : phases) {
        phase.collectTerms(tile, first, count);
      }
    }
  }

  private void storeInputGradients(int part, int begin, int first, int count) {
    FusedCall call = records.call;
    int input = plan.program.inputSlot();
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int t = first; t < count; t++) {
        call.writeTile(
            gradients.floats,
            gradients.record(tile, t) + records.layout.token,
            -1,
            call.inputGradient,
            begin + t,
            records.begin(input, part),
            records.end(input, part),
            records.tileBegin + tile,
            records.workspace(part));
      }
    }
  }
}
