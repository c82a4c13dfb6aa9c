package org.iterativemaps.kernel.fused;

import java.util.List;

/** One worker's tiles through the time steps of a segment: every cell's value. */
final class ForwardPass {
  private final TileRecords records;
  private final List<FusedPhase> phases;
  private final FusedPlan plan;

  ForwardPass(TileRecords records, List<FusedPhase> phases) {
    this.records = records;
    this.phases = phases;
    this.plan = records.plan;
  }

  /**
   * Runs a segment from the state in front of its records.
   *
   * @param storesOutput whether the call's output is written
   */
  void run(int segment, boolean storesOutput) {
    int begin = segment * records.call.segment;
    int count = records.call.segmentLength(segment);
    records.each(part -> read(part, begin, count));
    records.each(part -> phases.forEach(phase -> phase.drive(part, count)));
    int last = phases.size() - 1;
    for (int t = 0; t < count; t++) {
      int time = t;
      for (int p = 0; p < last; p++) {
        phases.get(p).forward(t);
      }
      phases.get(last).forward(t, part -> finish(part, begin + time, time, storesOutput));
    }
  }

  /** Tokens and masks. */
  private void read(int part, int begin, int count) {
    FusedCall call = records.call;
    int input = plan.program.inputSlot();
    int unit = records.begin(input, part);
    int end = records.end(input, part);
    float[] v = records.values;
    float[] workspace = records.workspace(part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int tileOfBatch = records.tileBegin + tile;
      for (int t = 0; t < count; t++) {
        int token = records.record(tile, t) + records.layout.token;
        call.readTile(call.input, begin + t, unit, end, tileOfBatch, v, token, workspace);
        if (call.isMasked && part == 0) {
          int mask = records.mask(tile, t);
          call.readTile(call.mask, begin + t, 0, 1, tileOfBatch, v, mask, workspace);
        }
      }
    }
  }

  /** The state that goes on, and the output, of a time step. */
  private void finish(int part, int time, int t, boolean storesOutput) {
    FusedCall call = records.call;
    RecordLayout layout = records.layout;
    float[] v = records.values;
    int output = plan.program.outputSlot();
    for (int tile = 0; tile < records.tileCount; tile++) {
      int record = records.record(tile, t);
      int mask = records.mask(tile, t);
      for (int slot : plan.carried) {
        int place = record + records.place(slot, part);
        int handed = place + layout.handed[slot];
        int end = place + layout.ends[slot];
        if (mask >= 0) {
          int units = records.units(slot, part);
          records.kernels.multiplyLanes(units, layout.lanes, v, mask, v, end, v, handed);
        } else if (handed != end) {
          System.arraycopy(v, end, v, handed, records.length(slot, part));
        }
      }
      if (storesOutput) {
        call.writeTile(
            v,
            record + layout.ends[output],
            mask,
            call.output,
            time,
            records.begin(output, part),
            records.end(output, part),
            records.tileBegin + tile,
            records.workspace(part));
      }
    }
  }
}
