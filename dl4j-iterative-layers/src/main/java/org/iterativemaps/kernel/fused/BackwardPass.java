package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import org.iterativemaps.kernel.fused.FusedPlan.CellPlan;
import org.iterativemaps.kernel.fused.FusedPlan.InputProduct;
import org.iterativemaps.kernel.fused.FusedPlan.Layout;
import org.iterativemaps.kernel.fused.FusedPlan.Product;

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
  private final OuterTerms[] terms; // by block; null where not trained
  // The cell whose products are still to be taken back, together with the next cell's derivative;
  // null for none.
  private CellPlan open;
  private int openTime;

  BackwardPass(TileRecords records) {
    this.records = records;
    this.plan = records.plan;
    this.kernels = records.kernels;
    this.parameters = new ParameterGradients(records);
    this.terms = new OuterTerms[plan.isTrained.length];
    Arrays.setAll(terms, block -> plan.isTrained[block] ? new OuterTerms() : null);
  }

  /** Before the first segment of a call. */
  void prepare() {
    long needed = records.recordFloats();
    if (!LaneMemory.holds(memory, needed)) {
      memory = null; // the old may go before the new comes
      gradients = null;
      memory = LaneMemory.ofFloats(needed);
      gradients = memory.array;
    }
    open = null;
    parameters.prepare(records.call.parts);
    records.each(parameters::clear);
  }

  private int record(int tile, int t) {
    return memory.base + records.offset(tile, t);
  }

  /**
   * Goes back through a segment whose values are in the records.
   *
   * @param first the segment's first time step that has gradients
   * @param isLast whether the segment is the call's last
   */
  void run(int segment, int first, boolean isLast) {
    int count = records.call.segmentLength(segment);
    clear(count, isLast);
    for (int t = count - 1; t >= first; t--) {
      backTimeStep(segment * records.call.segment + t, t);
    }
    records.each(this::backProducts);
    open = null;
    collectTerms(first, count);
    records.each(
        part -> {
          finish(part, first, count);
          storeInputGradients(part, segment, first, count);
        });
    for (OuterTerms of : terms) {
      if (of != null) {
        of.clear(null, null); // the memory may go before longer one comes
      }
    }
  }

  /** Zeros everywhere, but for the gradient of the state behind the segment. */
  private void clear(int count, boolean isLast) {
    float[] g = gradients;
    for (int tile = 0; tile < records.tileCount; tile++) {
      float[][] kept = new float[plan.sizes.length][];
      for (int slot : plan.carried) {
        int at = record(tile, -1) + records.layout.handed[slot];
        kept[slot] = isLast ? null : Arrays.copyOfRange(g, at, at + records.length(slot));
      }
      int begin = record(tile, -1);
      int length = record(tile, count) - begin;
      records.each(
          part ->
              Arrays.fill(
                  g,
                  begin + LaneBlock.begin(length, part, records.call.parts),
                  begin + LaneBlock.end(length, part, records.call.parts),
                  0));
      for (int slot : plan.carried) {
        int at = record(tile, count - 1) + records.layout.handed[slot];
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
        gradients,
        at,
        records.workspace(0));
  }

  private void backTimeStep(int time, int t) {
    for (int s = plan.cellPlans.size() - 1; s >= 0; s--) {
      CellPlan step = plan.cellPlans.get(s);
      boolean isLast = s == plan.cellPlans.size() - 1;
      boolean isWhole = plan.activations[step.slot()] == null;
      records.each(
          part -> {
            backProducts(part);
            if (isLast) {
              backOutput(part, time, t);
            }
            if (!isWhole) {
              backActivation(step, part, t);
              backDrive(step, part, t);
            }
          });
      if (isWhole) {
        backOther(step, t);
        records.each(part -> backDrive(step, part, t));
      }
      open = step;
      openTime = t;
    }
  }

  /** What a time step's output and the next time step want of its last cells. */
  private void backOutput(int part, int time, int t) {
    FusedCall call = records.call;
    Layout layout = records.layout;
    float[] g = gradients;
    float[] v = records.values;
    int output = plan.program.outputSlot();
    for (int tile = 0; tile < records.tileCount; tile++) {
      int record = record(tile, t);
      int mask = records.mask(tile, t);
      for (int slot : plan.carried) {
        int place = record + records.place(slot, part);
        int handed = place + layout.handed[slot];
        int end = place + records.endCell(slot);
        if (mask >= 0) {
          int units = records.units(slot, part);
          kernels.multiplyLanesAdd(units, layout.lanes, v, mask, g, handed, g, end);
        } else if (handed != end) {
          kernels.add(records.length(slot, part), g, handed, g, end);
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
          record + layout.cells[plan.ends[output]],
          records.workspace(part));
    }
  }

  /** From the cell that was gone through last to those it reads: a part of their units. */
  private void backProducts(int part) {
    if (open == null) {
      return;
    }
    Layout layout = records.layout;
    float[] g = gradients;
    int record = record(0, openTime);
    int stride = records.tileStride;
    int cell = record + layout.cells[open.cell()];
    for (Product product : open.products()) {
      records.blocks[product.block()].multiplyTransposedAdd(
          part, records.tileCount, g, cell, stride, g, record + layout.source(product), stride);
    }
  }

  /** The gradient of a cell's sum, to the drive or the bias. */
  private void backDrive(CellPlan step, int part, int t) {
    float[] g = gradients;
    int place = records.place(step.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = record(tile, t) + records.layout.cells[step.cell()] + place;
      if (step.isDriven()) {
        int drive = record(tile, t) + records.layout.drive(step) + place;
        if (drive != at) {
          kernels.add(records.length(step.slot(), part), g, at, g, drive);
        }
      } else {
        parameters.addBias(step.slot(), part, g, at);
      }
    }
  }

  private void backActivation(CellPlan step, int part, int t) {
    LaneActivation activation = plan.activations[step.slot()];
    int place = records.place(step.slot(), part);
    int length = records.length(step.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int value = records.record(tile, t) + valueOf(step) + place;
      int gradient = record(tile, t) + records.layout.cells[step.cell()] + place;
      kernels.multiplyByDerivative(activation, length, records.values, value, gradients, gradient);
    }
  }

  private void backOther(CellPlan step, int t) {
    for (int tile = 0; tile < records.tileCount; tile++) {
      Nd4jActivation.multiplyByDerivative(
          plan.program.activation(step.slot()),
          records.layout.lanes,
          records.length(step.slot()),
          records.values,
          records.record(tile, t) + valueOf(step),
          gradients,
          record(tile, t) + records.layout.cells[step.cell()]);
    }
  }

  /** Where in a record is what a cell's derivative is computed from. */
  private int valueOf(CellPlan step) {
    int z = records.layout.preActivations[step.cell()];
    return z >= 0 ? z : records.layout.cells[step.cell()];
  }

  /** Gradients of weights, biases of driven slots and tokens, from all time steps of a segment. */
  private void finish(int part, int first, int count) {
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (CellPlan step : plan.cellPlans) {
        if (step.isFirstDriven()) {
          backDrives(step, part, tile, first, count);
        }
      }
    }
    for (int block = 0; block < records.blocks.length; block++) {
      if (terms[block] != null) {
        parameters.addOuter(block, part, terms[block]);
      }
    }
  }

  /** What the input's contribution to a slot leaves, to its bias and to the tokens. */
  private void backDrives(CellPlan step, int part, int tile, int first, int count) {
    Layout layout = records.layout;
    float[] g = gradients;
    int record = record(tile, first);
    int drive = record + layout.drive(step);
    int place = records.place(step.slot(), part);
    for (int t = 0; t < count - first; t++) {
      parameters.addBias(step.slot(), part, g, drive + t * layout.length + place);
    }
    for (InputProduct product : plan.inputProducts) {
      if (product.slot() == step.slot()) {
        records.blocks[product.block()].multiplyTransposedAdd(
            part, count - first, g, drive, layout.length, g, record + layout.token, layout.length);
      }
    }
  }

  /** Wherever a block was multiplied with: all tiles, time steps and steps of the map. */
  private void collectTerms(int first, int count) {
    Layout layout = records.layout;
    for (OuterTerms of : terms) {
      if (of != null) {
        of.clear(gradients, records.values);
      }
    }
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (CellPlan step : plan.cellPlans) {
        for (Product product : step.products()) {
          int cell = layout.cells[step.cell()];
          addTerms(product.block(), tile, first, count, cell, layout.source(product));
        }
        for (InputProduct product : plan.inputProducts) {
          if (step.isFirstDriven() && product.slot() == step.slot()) {
            addTerms(product.block(), tile, first, count, layout.drive(step), layout.token);
          }
        }
      }
    }
  }

  private void addTerms(int block, int tile, int first, int count, int target, int source) {
    for (int t = first; terms[block] != null && t < count; t++) {
      terms[block].add(record(tile, t) + target, records.record(tile, t) + source);
    }
  }

  private void storeInputGradients(int part, int segment, int first, int count) {
    FusedCall call = records.call;
    int input = plan.program.inputSlot();
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int t = first; t < count; t++) {
        call.writeTile(
            gradients,
            record(tile, t) + records.layout.token,
            -1,
            call.inputGradient,
            segment * call.segment + t,
            records.begin(input, part),
            records.end(input, part),
            records.tileBegin + tile,
            records.workspace(part));
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
        int size = plan.sizes[slot];
        call.writeTile(
            gradients,
            at,
            -1,
            call.stateGradient[slot],
            0,
            0,
            size,
            tileOfBatch,
            records.workspace(0));
      }
    }
  }

  /** The parameters' gradients so far. */
  ParameterGradients parameters() {
    return parameters;
  }

  /**
   * Bytes of places of terms held after a backward pass over some tiles of a call; for 0 tiles,
   * before it.
   */
  static long bytesOfTerms(FusedPlan plan, CallShape shape, int tiles) {
    long bytes = 0;
    for (int block = 0; block < plan.isTrained.length; block++) {
      if (plan.isTrained[block]) {
        bytes += OuterTerms.bytes((long) plan.uses(block) * tiles * shape.segment());
      }
    }
    return bytes;
  }

  /** Bytes of gradients held. */
  long bytes() {
    long bytes = (memory == null ? 0 : memory.bytes()) + parameters.bytes();
    for (OuterTerms of : terms) {
      bytes += of == null ? 0 : of.bytes();
    }
    return bytes;
  }
}
