package org.iterativemaps.kernel.fused;

import java.util.List;
import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.kernel.plan.CellPlan.Product;
import org.iterativemaps.kernel.plan.CellPlan.Value;
import org.iterativemaps.kernel.plan.ProgramPlan.InputProduct;
import org.iterativemaps.lanes.LaneKernels;

/**
 * What arrives at a cell, in every time step of one worker's tiles: forward and the way back. With
 * b the slot's bias and x the token,
 *
 * <pre>    drive = b + sum over matrices from the input W x     the same in all steps of the map
 *    u = drive + sum over the other matrices W source + sum over terms v  or  v w
 *    ddrive += du,  dsource += Wᵀ du,  dv += du  or  dv += w du, dw += v du</pre>
 *
 * Where the slot is normalised, its bias comes later and is not part of this.
 */
final class CellSum {
  private final CellPlan cell;
  private final TileRecords records;
  private final GradientRecords gradients;
  private final FusedPlan plan;
  private final LaneKernels kernels;
  private final int bias; // index of the parameter, -1 where there is none

  CellSum(CellPlan cell, TileRecords records, GradientRecords gradients) {
    this.cell = cell;
    this.records = records;
    this.gradients = gradients;
    this.plan = records.plan;
    this.kernels = records.kernels;
    this.bias = plan.gains[cell.slot()] >= 0 ? -1 : plan.biases[cell.slot()];
  }

  private int sum(int tile, int t) {
    return records.record(tile, t) + records.layout.sums[cell.cell()];
  }

  private int gradient(int tile, int t) {
    return gradients.record(tile, t) + records.layout.sums[cell.cell()];
  }

  /** Bias and the input's contribution, for all time steps of a segment at once. */
  void drive(int part, int count) {
    if (!cell.isFirstDriven()) {
      return;
    }
    RecordLayout layout = records.layout;
    float[] v = records.values;
    int drive = layout.drives[cell.cell()];
    for (int tile = 0; tile < records.tileCount; tile++) {
      for (int t = 0; t < count; t++) {
        fillBias(part, records.record(tile, t) + drive);
      }
      int at = records.record(tile, 0);
      for (InputProduct product : plan.inputProducts) {
        if (product.slot() == cell.slot()) {
          records.blocks[product.matrix()].multiplyAdd(
              part, count, v, at + layout.token, layout.length, v, at + drive, layout.length);
        }
      }
    }
  }

  private void fillBias(int part, int at) {
    kernels.fill(
        bias < 0 ? null : records.parameters[bias],
        records.begin(cell.slot(), part),
        records.units(cell.slot(), part),
        records.layout.lanes,
        records.values,
        at + records.place(cell.slot(), part));
  }

  /** A part's units of the sum of a time step. */
  void forward(int part, int t) {
    RecordLayout layout = records.layout;
    float[] v = records.values;
    int place = layout.sums[cell.cell()];
    int drive = layout.drives[cell.cell()];
    // What comes first need not be added to zeros.
    boolean isWritten =
        !cell.isDriven() && bias < 0 && cell.products().isEmpty() && !cell.terms().isEmpty();
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = records.record(tile, t);
      if (!cell.isDriven() && !isWritten) {
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
      int source = at + layout.source(product.source());
      records.blocks[product.matrix()].multiplyAdd(
          part, records.tileCount, v, source, stride, v, at + place, stride);
    }
    for (List<Value> term : cell.terms()) {
      for (int tile = 0; tile < records.tileCount; tile++) {
        addTerm(term, part, tile, t, isWritten);
      }
      isWritten = false;
    }
  }

  private void addTerm(List<Value> term, int part, int tile, int t, boolean isFirst) {
    float[] v = records.values;
    int unit = records.place(cell.slot(), part);
    int length = records.length(cell.slot(), part);
    int record = records.record(tile, t) + unit;
    int sum = sum(tile, t) + unit;
    int one = record + records.layout.source(term.get(0));
    if (term.size() == 1) {
      if (isFirst) {
        System.arraycopy(v, one, v, sum, length);
      } else {
        kernels.add(length, v, one, v, sum);
      }
      return;
    }
    int other = record + records.layout.source(term.get(1));
    if (isFirst) {
      kernels.slots().multiply(length, v, one, v, other, v, sum);
    } else {
      kernels.slots().addProduct(length, v, one, v, other, v, sum);
    }
  }

  /** From the gradient of a part's units of the sum to drive, bias and terms. */
  void backward(int part, int t) {
    float[] g = gradients.floats;
    int unit = records.place(cell.slot(), part);
    int length = records.length(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = gradient(tile, t) + unit;
      int drive = gradients.record(tile, t) + records.layout.drives[cell.cell()] + unit;
      if (!cell.isDriven()) {
        gradients.slots.add(bias, unit, length, g, at);
      } else if (drive != at) {
        kernels.add(length, g, at, g, drive);
      }
      for (List<Value> term : cell.terms()) {
        backTerm(term, unit, length, tile, t);
      }
    }
  }

  private void backTerm(List<Value> term, int unit, int length, int tile, int t) {
    float[] v = records.values;
    float[] g = gradients.floats;
    int sum = gradient(tile, t) + unit;
    int one = records.layout.source(term.get(0)) + unit;
    int ofOne = gradients.record(tile, t) + one;
    if (term.size() == 1) {
      kernels.add(length, g, sum, g, ofOne);
      return;
    }
    int other = records.layout.source(term.get(1)) + unit;
    int ofOther = gradients.record(tile, t) + other;
    int record = records.record(tile, t);
    kernels.slots().addProduct(length, g, sum, v, record + other, g, ofOne);
    kernels.slots().addProduct(length, g, sum, v, record + one, g, ofOther);
  }

  /** From the gradient of a time step's sum to what it multiplies: a part of the sources' units. */
  void backProducts(int part, int t) {
    float[] g = gradients.floats;
    int record = gradients.record(0, t);
    int stride = records.tileStride;
    int sum = record + records.layout.sums[cell.cell()];
    for (Product product : cell.products()) {
      int source = record + records.layout.source(product.source());
      records.blocks[product.matrix()].multiplyTransposedAdd(
          part, records.tileCount, g, sum, stride, g, source, stride);
    }
  }

  /** What {@link #drive} leaves, to the bias and to the tokens of a segment's time steps. */
  void backDrives(int part, int first, int count) {
    if (!cell.isFirstDriven()) {
      return;
    }
    RecordLayout layout = records.layout;
    float[] g = gradients.floats;
    int unit = records.place(cell.slot(), part);
    int length = records.length(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int record = gradients.record(tile, first);
      int drive = record + layout.drives[cell.cell()];
      for (int t = 0; t < count - first; t++) {
        gradients.slots.add(bias, unit, length, g, drive + t * layout.length + unit);
      }
      for (InputProduct product : plan.inputProducts) {
        if (product.slot() == cell.slot()) {
          int token = record + layout.token;
          records.blocks[product.matrix()].multiplyTransposedAdd(
              part, count - first, g, drive, layout.length, g, token, layout.length);
        }
      }
    }
  }

  /** Says of every product of a tile in a segment what the gradient of its weights is made of. */
  void collectTerms(int tile, int first, int count) {
    RecordLayout layout = records.layout;
    int sum = layout.sums[cell.cell()];
    for (Product product : cell.products()) {
      int source = layout.source(product.source());
      gradients.addTerms(product.matrix(), tile, first, count, sum, source);
    }
    for (InputProduct product : plan.inputProducts) {
      if (cell.isFirstDriven() && product.slot() == cell.slot()) {
        int drive = layout.drives[cell.cell()];
        gradients.addTerms(product.matrix(), tile, first, count, drive, layout.token);
      }
    }
  }
}
