package org.iterativemaps.kernel;

import java.util.Arrays;
import org.iterativemaps.kernel.FusedPlan.InputProduct;
import org.iterativemaps.kernel.FusedPlan.Layout;
import org.iterativemaps.kernel.FusedPlan.Product;
import org.iterativemaps.kernel.FusedPlan.Step;

/**
 * One worker's tiles back through the time steps of a segment: the gradient of every cell, then of
 * what the segment's time steps have in common.
 */
final class BackwardPass {
  private final TileRecords records;
  private final FusedPlan plan;
  private final LaneKernels kernels;
  private final ParameterGradients parameters;
  private LaneMemory memory;
  private float[] gradients;

  BackwardPass(TileRecords records) {
    this.records = records;
    this.plan = records.plan;
    this.kernels = records.kernels;
    this.parameters = new ParameterGradients(records);
  }

  /** Before the first segment of a call. */
  void prepare() {
    if (!LaneMemory.holds(memory, records.length())) {
      memory = null; // the old may go before the new comes
      gradients = null;
      memory = LaneMemory.ofFloats(records.length());
      gradients = memory.array;
    }
    parameters.clear();
  }

  private int record(int tile, int t) {
    return memory.base + records.offset(tile, t);
  }

  /**
   * Goes back through a segment whose values are in the records.
   *
   * @param first the segment's first time step that has gradients
   * @param isLast whether no gradient comes from behind the segment
   */
  void run(int segment, int first, boolean isLast) {
    int count = records.call.segmentLength(segment);
    clear(count, isLast);
    for (int t = count - 1; t >= first; t--) {
      backTimeStep(segment * records.call.segment + t, t);
    }
    for (int tile = 0; tile < records.tileCount && first < count; tile++) {
      finishTile(tile, first, count);
    }
    storeInputGradients(segment, first, count);
  }

  /** Zeros everywhere, but for the gradient of the state that the segment behind this one left. */
  private void clear(int count, boolean isLast) {
    float[] g = gradients;
    for (int tile = 0; tile < records.tileCount; tile++) {
      float[][] kept = new float[plan.sizes.length][];
      for (int slot : plan.carried) {
        int at = record(tile, -1) + records.layout.handed[slot];
        kept[slot] = isLast ? null : Arrays.copyOfRange(g, at, at + records.length(slot));
      }
      Arrays.fill(g, record(tile, -1), record(tile, count), 0);
      for (int slot : plan.carried) {
        if (kept[slot] != null) {
          int at = record(tile, count - 1) + records.layout.handed[slot];
          System.arraycopy(kept[slot], 0, g, at, kept[slot].length);
        }
      }
    }
  }

  private void backTimeStep(int time, int t) {
    FusedCall call = records.call;
    Layout layout = records.layout;
    float[] g = gradients;
    float[] v = records.values;
    int output = plan.program.outputSlot();
    for (int tile = 0; tile < records.tileCount; tile++) {
      int record = record(tile, t);
      int mask = records.mask(tile, t);
      for (int slot : plan.carried) {
        int handed = record + layout.handed[slot];
        int end = record + records.end(slot);
        if (mask >= 0) {
          kernels.multiplyLanesAdd(plan.sizes[slot], layout.lanes, v, mask, g, handed, g, end);
        } else if (handed != end) {
          kernels.add(records.length(slot), g, handed, g, end);
        }
      }
      int end = record + layout.cells[plan.ends[output]];
      int tileOfBatch = records.tileBegin + tile;
      call.addTile(call.outputGradient, time, plan.sizes[output], tileOfBatch, v, mask, g, end);
    }
    for (int s = plan.steps.size() - 1; s >= 0; s--) {
      back(plan.steps.get(s), t);
    }
  }

  private void back(Step step, int t) {
    Layout layout = records.layout;
    float[] g = gradients;
    int length = records.length(step.slot());
    int cell = layout.cells[step.cell()];
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = record(tile, t) + cell;
      backActivation(step, records.record(tile, t), at, length);
      if (step.isDriven()) {
        int drive = record(tile, t) + layout.drive(step);
        if (drive != at) {
          kernels.add(length, g, at, g, drive);
        }
      } else {
        parameters.addBias(step.slot(), g, at);
      }
    }
    int record = record(0, t);
    int stride = records.tileStride;
    for (Product product : step.products()) {
      records.blocks[product.block()].multiplyTransposedAdd(
          records.tileCount, g, record + cell, stride, g, record + layout.source(product), stride);
    }
  }

  private void backActivation(Step step, int record, int gradient, int length) {
    float[] v = records.values;
    Layout layout = records.layout;
    LaneActivation activation = plan.activations[step.slot()];
    int z = layout.preActivations[step.cell()];
    int value = record + (z >= 0 ? z : layout.cells[step.cell()]);
    if (activation != null) {
      kernels.multiplyByDerivative(activation, length, v, value, gradients, gradient);
    } else {
      OtherActivation.multiplyByDerivative(
          plan.program.activation(step.slot()),
          layout.lanes,
          length,
          v,
          value,
          gradients,
          gradient);
    }
  }

  /** Gradients of weights, biases of driven slots and tokens, from all time steps of a tile. */
  private void finishTile(int tile, int first, int count) {
    Layout layout = records.layout;
    float[] g = gradients;
    int steps = count - first;
    int values = records.record(tile, first);
    int record = record(tile, first);
    for (Step step : plan.steps) {
      for (Product product : step.products()) {
        int gradient = record + layout.cells[step.cell()];
        parameters.addOuter(product.block(), steps, g, gradient, values + layout.source(product));
      }
      if (step.isFirstDriven()) {
        int drive = record + layout.drive(step);
        for (int t = 0; t < steps; t++) {
          parameters.addBias(step.slot(), g, drive + t * layout.length);
        }
        for (InputProduct product : plan.inputProducts) {
          if (product.slot() == step.slot()) {
            parameters.addOuter(product.block(), steps, g, drive, values + layout.token);
            int token = record + layout.token;
            records.blocks[product.block()].multiplyTransposedAdd(
                steps, g, drive, layout.length, g, token, layout.length);
          }
        }
      }
    }
  }

  private void storeInputGradients(int segment, int first, int count) {
    FusedCall call = records.call;
    int units = plan.sizes[plan.program.inputSlot()];
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int t = first; t < count; t++) {
        int token = record(tile, t) + records.layout.token;
        int time = segment * call.segment + t;
        int tileOfBatch = records.tileBegin + tile;
        call.writeTile(gradients, token, -1, call.inputGradient, time, units, tileOfBatch);
      }
    }
  }

  /** The gradient of the state before a time step of the first segment run, to the call. */
  void storeStateGradients(int first) {
    FusedCall call = records.call;
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int slot : plan.carried) {
        int at = record(tile, first - 1) + records.layout.handed[slot];
        int tileOfBatch = records.tileBegin + tile;
        call.writeTile(
            gradients, at, -1, call.stateGradient[slot], 0, plan.sizes[slot], tileOfBatch);
      }
    }
  }

  /** The parameters' gradients so far. */
  ParameterGradients parameters() {
    return parameters;
  }

  /** Bytes of gradients held. */
  long bytes() {
    return (memory == null ? 0 : memory.bytes()) + parameters.bytes();
  }
}
