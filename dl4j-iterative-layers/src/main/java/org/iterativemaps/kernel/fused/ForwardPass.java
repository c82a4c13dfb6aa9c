package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.iterativemaps.kernel.fused.FusedPlan.CellPlan;
import org.iterativemaps.kernel.fused.FusedPlan.InputProduct;
import org.iterativemaps.kernel.fused.FusedPlan.Layout;
import org.iterativemaps.kernel.fused.FusedPlan.Product;

/** One worker's tiles through the time steps of a segment: every cell's value. */
final class ForwardPass {
  private static final IntConsumer NOTHING = part -> {};

  private final TileRecords records;
  private final FusedPlan plan;
  private final LaneKernels kernels;

  ForwardPass(TileRecords records) {
    this.records = records;
    this.plan = records.plan;
    this.kernels = records.kernels;
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
    records.each(part -> drive(part, count));
    int last = plan.cellPlans.size() - 1;
    for (int t = 0; t < count; t++) {
      int time = t;
      for (int s = 0; s < last; s++) {
        compute(plan.cellPlans.get(s), t, NOTHING);
      }
      compute(plan.cellPlans.get(last), t, part -> finish(part, begin + time, time, storesOutput));
    }
  }

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

  /** Bias and the input's contribution, for all time steps of a tile at once. */
  private void drive(int part, int count) {
    Layout layout = records.layout;
    float[] v = records.values;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (CellPlan step : plan.cellPlans) {
        if (step.isFirstDriven()) {
          int drive = layout.drive(step);
          for (int t = 0; t < count; t++) {
            fillBias(step.slot(), part, records.record(tile, t) + drive);
          }
          for (InputProduct product : plan.inputProducts) {
            if (product.slot() == step.slot()) {
              int at = records.record(tile, 0);
              int token = at + layout.token;
              records.blocks[product.block()].multiplyAdd(
                  part, count, v, token, layout.length, v, at + drive, layout.length);
            }
          }
        }
      }
    }
  }

  private void fillBias(int slot, int part, int at) {
    int parameter = plan.biases[slot];
    float[] bias = parameter < 0 ? null : records.parameters[parameter];
    int unit = records.begin(slot, part);
    int place = at + records.place(slot, part);
    int lanes = records.layout.lanes;
    kernels.fill(bias, unit, records.units(slot, part), lanes, records.values, place);
  }

  /** One cell, and what a part may do with its units afterwards. */
  private void compute(CellPlan step, int t, IntConsumer afterwards) {
    LaneActivation activation = plan.activations[step.slot()];
    if (activation != null) {
      records.each(
          part -> {
            add(step, part, t);
            activate(step, part, t, activation);
            afterwards.accept(part);
          });
    } else {
      records.each(part -> add(step, part, t));
      activateOther(step, t);
      if (afterwards != NOTHING) {
        records.each(afterwards);
      }
    }
  }

  private void add(CellPlan step, int part, int t) {
    Layout layout = records.layout;
    float[] v = records.values;
    int cell = layout.cells[step.cell()];
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = records.record(tile, t);
      if (!step.isDriven()) {
        fillBias(step.slot(), part, at + cell);
      } else if (layout.drive(step) != cell) {
        int place = records.place(step.slot(), part);
        int length = records.length(step.slot(), part);
        System.arraycopy(v, at + layout.drive(step) + place, v, at + cell + place, length);
      }
    }
    int at = records.record(0, t);
    int stride = records.tileStride;
    for (Product product : step.products()) {
      records.blocks[product.block()].multiplyAdd(
          part, records.tileCount, v, at + layout.source(product), stride, v, at + cell, stride);
    }
  }

  private void activate(CellPlan step, int part, int t, LaneActivation activation) {
    float[] v = records.values;
    int place = records.place(step.slot(), part);
    int length = records.length(step.slot(), part);
    int z = records.layout.preActivations[step.cell()];
    for (int tile = 0; tile < records.tileCount; tile++) {
      int cell = records.record(tile, t) + records.layout.cells[step.cell()] + place;
      if (z >= 0) {
        System.arraycopy(v, cell, v, records.record(tile, t) + z + place, length);
      }
      kernels.activate(activation, length, v, cell, v, cell);
    }
  }

  /** All units at once: a softmax of some is another one. */
  private void activateOther(CellPlan step, int t) {
    float[] v = records.values;
    int length = records.length(step.slot());
    for (int tile = 0; tile < records.tileCount; tile++) {
      int cell = records.record(tile, t) + records.layout.cells[step.cell()];
      int z = records.record(tile, t) + records.layout.preActivations[step.cell()];
      System.arraycopy(v, cell, v, z, length);
      Nd4jActivation.activate(
          plan.program.activation(step.slot()),
          records.call.isTraining,
          records.layout.lanes,
          length,
          v,
          cell);
    }
  }

  private void finish(int part, int time, int t, boolean storesOutput) {
    FusedCall call = records.call;
    Layout layout = records.layout;
    float[] v = records.values;
    int output = plan.program.outputSlot();
    for (int tile = 0; tile < records.tileCount; tile++) {
      int record = records.record(tile, t);
      int mask = records.mask(tile, t);
      for (int slot : plan.carried) {
        int place = record + records.place(slot, part);
        int handed = place + layout.handed[slot];
        int end = place + records.endCell(slot);
        if (mask >= 0) {
          int units = records.units(slot, part);
          kernels.multiplyLanes(units, layout.lanes, v, mask, v, end, v, handed);
        } else if (handed != end) {
          System.arraycopy(v, end, v, handed, records.length(slot, part));
        }
      }
      if (storesOutput) {
        call.writeTile(
            v,
            record + layout.cells[plan.ends[output]],
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

  /** The call's initial state, in front of the first segment. */
  void loadInitialState() {
    FusedCall call = records.call;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = records.record(tile, -1) + records.layout.handed[slot];
        if (call.initial[slot] == null) {
          Arrays.fill(records.values, at, at + records.length(slot), 0);
        } else {
          int tileOfBatch = records.tileBegin + tile;
          call.readTile(
              call.initial[slot],
              0,
              0,
              plan.sizes[slot],
              tileOfBatch,
              records.values,
              at,
              records.workspace(0));
        }
      }
    }
  }

  /** The state after a whole segment becomes that before the next. */
  void handOn() {
    for (int tile = 0; tile < records.tileCount; tile++) {
      int last = records.record(tile, records.call.segment - 1);
      int before = records.record(tile, -1);
      for (int slot : plan.carried) {
        int at = records.layout.handed[slot];
        System.arraycopy(
            records.values, last + at, records.values, before + at, records.length(slot));
      }
    }
  }

  /** The state after the last time step, to the call. */
  void storeLastState() {
    FusedCall call = records.call;
    int last = call.segmentLength(call.segments() - 1) - 1;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = records.record(tile, last) + records.layout.handed[slot];
        int tileOfBatch = records.tileBegin + tile;
        int size = plan.sizes[slot];
        call.writeTile(
            records.values,
            at,
            -1,
            call.lastState[slot],
            0,
            0,
            size,
            tileOfBatch,
            records.workspace(0));
      }
    }
  }

  /** A copy of the state in front of the records. */
  float[] saveCarried() {
    int length = 0;
    for (int slot : plan.carried) {
      length += records.length(slot);
    }
    float[] saved = new float[length * records.tileCount];
    moveCarried(saved, true);
    return saved;
  }

  /** Puts such a copy back. */
  void restoreCarried(float[] saved) {
    moveCarried(saved, false);
  }

  private void moveCarried(float[] saved, boolean isSaving) {
    int at = 0;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int length = records.length(slot);
        int place = records.record(tile, -1) + records.layout.handed[slot];
        if (isSaving) {
          System.arraycopy(records.values, place, saved, at, length);
        } else {
          System.arraycopy(saved, at, records.values, place, length);
        }
        at += length;
      }
    }
  }
}
