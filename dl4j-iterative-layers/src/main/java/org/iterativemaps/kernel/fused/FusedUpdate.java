package org.iterativemaps.kernel.fused;

import java.util.function.IntConsumer;
import org.iterativemaps.kernel.fused.FusedPlan.CellPlan;
import org.iterativemaps.kernel.fused.FusedPlan.InputProduct;
import org.iterativemaps.kernel.fused.FusedPlan.Layout;
import org.iterativemaps.kernel.fused.FusedPlan.Product;
import org.iterativemaps.kernel.fused.LaneActivation.Kind;

/**
 * One update of a slot, in every time step of one worker's tiles: forward and the way back. With f
 * the slot's activation, b its bias and u the token,
 *
 * <pre>    drive = b + sum over blocks from the input W u     the same in all steps of the map
 *    z = drive + sum over the other blocks W source,  cell = f(z)
 *    dz = f'(z) dcell,  ddrive += dz,  dsource += Wᵀ dz</pre>
 *
 * What is said to be a part's is done for its units of the slot.
 */
final class FusedUpdate {
  private static final IntConsumer NOTHING = part -> {};

  private final CellPlan cell;
  private final LaneActivation activation; // null where ND4J has to compute it
  private final TileRecords records;
  private final GradientRecords gradients;
  private final FusedPlan plan;
  private final LaneKernels kernels;

  FusedUpdate(CellPlan cell, TileRecords records, GradientRecords gradients) {
    this.cell = cell;
    this.records = records;
    this.gradients = gradients;
    this.plan = records.plan;
    this.kernels = records.kernels;
    this.activation = plan.activations[cell.slot()];
  }

  /** Bias and the input's contribution, for all time steps of a segment at once. */
  void drive(int part, int count) {
    if (!cell.isFirstDriven()) {
      return;
    }
    Layout layout = records.layout;
    float[] v = records.values;
    int drive = layout.drives[cell.cell()];
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int t = 0; t < count; t++) {
        fillBias(part, records.record(tile, t) + drive);
      }
      int at = records.record(tile, 0);
      for (InputProduct product : plan.inputProducts) {
        if (product.slot() == cell.slot()) {
          records.blocks[product.block()].multiplyAdd(
              part, count, v, at + layout.token, layout.length, v, at + drive, layout.length);
        }
      }
    }
  }

  private void fillBias(int part, int at) {
    int parameter = plan.biases[cell.slot()];
    float[] bias = parameter < 0 ? null : records.parameters[parameter];
    kernels.fill(
        bias,
        records.begin(cell.slot(), part),
        records.units(cell.slot(), part),
        records.layout.lanes,
        records.values,
        at + records.place(cell.slot(), part));
  }

  /** The cell of a time step. */
  void forward(int t) {
    forward(t, NOTHING);
  }

  /** The cell of a time step, and what a part may do with its units afterwards. */
  void forward(int t, IntConsumer afterwards) {
    if (activation != null) {
      records.each(
          part -> {
            sum(part, t);
            activate(part, t);
            afterwards.accept(part);
          });
    } else {
      records.each(part -> sum(part, t));
      activateWhole(t);
      if (afterwards != NOTHING) {
        records.each(afterwards);
      }
    }
  }

  private void sum(int part, int t) {
    Layout layout = records.layout;
    float[] v = records.values;
    int place = layout.cells[cell.cell()];
    int drive = layout.drives[cell.cell()];
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = records.record(tile, t);
      if (!cell.isDriven()) {
        fillBias(part, at + place);
      } else if (drive != place) {
        int unit = records.place(cell.slot(), part);
        int length = records.length(cell.slot(), part);
        System.arraycopy(v, at + drive + unit, v, at + place + unit, length);
      }
    }
    int at = records.record(0, t);
    int stride = records.tileStride;
    for (Product product : cell.products()) {
      records.blocks[product.block()].multiplyAdd(
          part, records.tileCount, v, at + layout.source(product), stride, v, at + place, stride);
    }
  }

  private void activate(int part, int t) {
    float[] v = records.values;
    int unit = records.place(cell.slot(), part);
    int length = records.length(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = records.record(tile, t) + unit;
      int place = at + records.layout.cells[cell.cell()];
      int z = at + records.layout.derivatives[cell.cell()];
      if (z != place) {
        System.arraycopy(v, place, v, z, length);
      }
      if (activation.kind() == Kind.IDENTITY) {
        continue;
      }
      if (records.call.count(records.tileBegin + tile) == 1) {
        activateLone(records.units(cell.slot(), part), place, records.workspace(part));
      } else {
        kernels.activate(activation, length, v, place, v, place);
      }
    }
  }

  /** A lone example is in all lanes: its values are computed once. */
  private void activateLone(int units, int place, float[] workspace) {
    float[] v = records.values;
    int lanes = records.layout.lanes;
    int vector = kernels.vectorLanes();
    for (int unit = 0; unit < units; unit += FusedCall.LONE) {
      int some = Math.min(FusedCall.LONE, units - unit);
      int at = place + unit * lanes;
      records.call.packLone(some, v, at, workspace);
      int length = (some + vector - 1) / vector * vector;
      kernels.activate(activation, length, workspace, 0, workspace, 0);
      kernels.fill(workspace, 0, some, lanes, v, at);
    }
  }

  /** All units at once: a softmax of some is another one. */
  private void activateWhole(int t) {
    float[] v = records.values;
    int length = records.length(cell.slot());
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = records.record(tile, t);
      int place = at + records.layout.cells[cell.cell()];
      System.arraycopy(v, place, v, at + records.layout.derivatives[cell.cell()], length);
      Nd4jActivation.activate(
          plan.program.activation(cell.slot()),
          records.call.isTraining,
          records.layout.lanes,
          length,
          v,
          place);
    }
  }

  /**
   * From the gradient of the cell of a time step to that of its sum, drive and bias.
   *
   * @param before what a part has to do first
   */
  void backward(int t, IntConsumer before) {
    if (activation != null) {
      records.each(
          part -> {
            before.accept(part);
            backActivation(part, t);
            backDrive(part, t);
          });
    } else {
      records.each(before);
      backWholeActivation(t);
      records.each(part -> backDrive(part, t));
    }
  }

  private void backActivation(int part, int t) {
    int unit = records.place(cell.slot(), part);
    int length = records.length(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      kernels.multiplyByDerivative(
          activation,
          length,
          records.values,
          records.record(tile, t) + records.layout.derivatives[cell.cell()] + unit,
          gradients.floats,
          gradient(tile, t) + unit);
    }
  }

  private void backWholeActivation(int t) {
    for (int tile = 0; tile < records.tileCount; tile++) {
      Nd4jActivation.multiplyByDerivative(
          plan.program.activation(cell.slot()),
          records.layout.lanes,
          records.length(cell.slot()),
          records.values,
          records.record(tile, t) + records.layout.derivatives[cell.cell()],
          gradients.floats,
          gradient(tile, t));
    }
  }

  private void backDrive(int part, int t) {
    float[] g = gradients.floats;
    int unit = records.place(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = gradient(tile, t) + unit;
      int drive = gradients.record(tile, t) + records.layout.drives[cell.cell()] + unit;
      if (!cell.isDriven()) {
        gradients.biases.add(cell.slot(), part, g, at);
      } else if (drive != at) {
        kernels.add(records.length(cell.slot(), part), g, at, g, drive);
      }
    }
  }

  private int gradient(int tile, int t) {
    return gradients.record(tile, t) + records.layout.cells[cell.cell()];
  }

  /** From the gradient of a time step's sum to what it reads: a part of the sources' units. */
  void backProducts(int part, int t) {
    float[] g = gradients.floats;
    int record = gradients.record(0, t);
    int stride = records.tileStride;
    for (Product product : cell.products()) {
      records.blocks[product.block()].multiplyTransposedAdd(
          part,
          records.tileCount,
          g,
          record + records.layout.cells[cell.cell()],
          stride,
          g,
          record + records.layout.source(product),
          stride);
    }
  }

  /** What {@link #drive} leaves, to the bias and to the tokens of a segment's time steps. */
  void backDrives(int part, int first, int count) {
    if (!cell.isFirstDriven()) {
      return;
    }
    Layout layout = records.layout;
    float[] g = gradients.floats;
    for (int tile = 0; tile < records.tileCount; tile++) {
      int record = gradients.record(tile, first);
      int drive = record + layout.drives[cell.cell()];
      for (int t = 0; t < count - first; t++) {
        int at = drive + t * layout.length + records.place(cell.slot(), part);
        gradients.biases.add(cell.slot(), part, g, at);
      }
      for (InputProduct product : plan.inputProducts) {
        if (product.slot() == cell.slot()) {
          records.blocks[product.block()].multiplyTransposedAdd(
              part,
              count - first,
              g,
              drive,
              layout.length,
              g,
              record + layout.token,
              layout.length);
        }
      }
    }
  }

  /** Says of every product of a tile in a segment what the gradient of its weights is made of. */
  void collectTerms(int tile, int first, int count) {
    Layout layout = records.layout;
    for (Product product : cell.products()) {
      gradients.addTerms(
          product.block(), tile, first, count, layout.cells[cell.cell()], layout.source(product));
    }
    for (InputProduct product : plan.inputProducts) {
      if (cell.isFirstDriven() && product.slot() == cell.slot()) {
        gradients.addTerms(
            product.block(), tile, first, count, layout.drives[cell.cell()], layout.token);
      }
    }
  }
}
