package org.iterativemaps.kernel;

import java.util.Arrays;
import org.iterativemaps.kernel.FusedPlan.InputProduct;
import org.iterativemaps.kernel.FusedPlan.Layout;
import org.iterativemaps.kernel.FusedPlan.Product;
import org.iterativemaps.kernel.FusedPlan.Step;

/** One worker's tiles through the time steps of a segment: every cell's value. */
final class ForwardPass {
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
    for (int tile = 0; tile < records.tileCount; tile++) {
      read(tile, begin, count);
      drive(tile, count);
    }
    for (int t = 0; t < count; t++) {
      for (Step step : plan.steps) {
        compute(step, t);
      }
      finishTimeStep(begin + t, t, storesOutput);
    }
  }

  private void read(int tile, int begin, int count) {
    FusedCall call = records.call;
    int units = plan.sizes[plan.program.inputSlot()];
    float[] v = records.values;
    int tileOfBatch = records.tileBegin + tile;
    for (int t = 0; t < count; t++) {
      int token = records.record(tile, t) + records.layout.token;
      call.readTile(call.input, begin + t, units, tileOfBatch, v, token);
      if (call.mask != null) {
        call.readTile(call.mask, begin + t, 1, tileOfBatch, v, records.mask(tile, t));
      }
    }
  }

  /** Bias and the input's contribution, for all time steps of a tile at once. */
  private void drive(int tile, int count) {
    Layout layout = records.layout;
    float[] v = records.values;
    for (Step step : plan.steps) {
      if (step.isFirstDriven()) {
        int drive = layout.drive(step);
        for (int t = 0; t < count; t++) {
          fillBias(step.slot(), records.record(tile, t) + drive);
        }
        for (InputProduct product : plan.inputProducts) {
          if (product.slot() == step.slot()) {
            int at = records.record(tile, 0);
            records.blocks[product.block()].multiplyAdd(
                count, v, at + layout.token, layout.length, v, at + drive, layout.length);
          }
        }
      }
    }
  }

  private void fillBias(int slot, int at) {
    int parameter = plan.biases[slot];
    float[] bias = parameter < 0 ? null : records.parameters[parameter];
    kernels.fill(bias, plan.sizes[slot], records.layout.lanes, records.values, at);
  }

  private void compute(Step step, int t) {
    Layout layout = records.layout;
    float[] v = records.values;
    int length = records.length(step.slot());
    int cell = layout.cells[step.cell()];
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = records.record(tile, t);
      if (!step.isDriven()) {
        fillBias(step.slot(), at + cell);
      } else if (layout.drive(step) != cell) {
        System.arraycopy(v, at + layout.drive(step), v, at + cell, length);
      }
    }
    int at = records.record(0, t);
    int stride = records.tileStride;
    for (Product product : step.products()) {
      records.blocks[product.block()].multiplyAdd(
          records.tileCount, v, at + layout.source(product), stride, v, at + cell, stride);
    }
    for (int tile = 0; tile < records.tileCount; tile++) {
      activate(step, records.record(tile, t), length);
    }
  }

  private void activate(Step step, int record, int length) {
    float[] v = records.values;
    int cell = record + records.layout.cells[step.cell()];
    int z = records.layout.preActivations[step.cell()];
    if (z >= 0) {
      System.arraycopy(v, cell, v, record + z, length);
    }
    LaneActivation activation = plan.activations[step.slot()];
    if (activation != null) {
      kernels.activate(activation, length, v, cell, v, cell);
    } else {
      OtherActivation.activate(
          plan.program.activation(step.slot()),
          records.call.isTraining,
          records.layout.lanes,
          length,
          v,
          cell);
    }
  }

  private void finishTimeStep(int time, int t, boolean storesOutput) {
    FusedCall call = records.call;
    Layout layout = records.layout;
    float[] v = records.values;
    int output = plan.program.outputSlot();
    for (int tile = 0; tile < records.tileCount; tile++) {
      int record = records.record(tile, t);
      int mask = records.mask(tile, t);
      for (int slot : plan.carried) {
        int handed = record + layout.handed[slot];
        int end = record + records.end(slot);
        if (mask >= 0) {
          kernels.multiplyLanes(plan.sizes[slot], layout.lanes, v, mask, v, end, v, handed);
        } else if (handed != end) {
          System.arraycopy(v, end, v, handed, records.length(slot));
        }
      }
      if (storesOutput) {
        int end = record + layout.cells[plan.ends[output]];
        int tileOfBatch = records.tileBegin + tile;
        call.writeTile(v, end, mask, call.output, time, plan.sizes[output], tileOfBatch);
      }
    }
  }

  /** The call's initial state, in front of the first segment. */
  void loadInitialState() {
    FusedCall call = records.call;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = records.record(tile, -1) + records.layout.handed[slot];
        if (call.initial == null || call.initial[slot] == null) {
          Arrays.fill(records.values, at, at + records.length(slot), 0);
        } else {
          int tileOfBatch = records.tileBegin + tile;
          call.readTile(call.initial[slot], 0, plan.sizes[slot], tileOfBatch, records.values, at);
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
        call.writeTile(
            records.values, at, -1, call.lastState[slot], 0, plan.sizes[slot], tileOfBatch);
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
