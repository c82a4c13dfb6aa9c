package org.iterativemaps.kernel.fused;

import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.LaneActivation.Kind;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.map.Normalisation;

/**
 * From the sum u of a cell to its activated value, in the sum's place, and back: a = A(u), or with
 * a normalisation N, gain g and bias b of the slot
 *
 * <pre>    a = A(z),  z = g N(u) + b
 *    dz = A'(z) da,  db += dz,  dg += N(u) dz,  du = N'(u) (g dz)</pre>
 */
final class CellActivation {
  private final CellPlan cell;
  private final LaneActivation activation; // null where ND4J has to compute it
  private final TileRecords records;
  private final GradientRecords gradients;
  private final FusedPlan plan;
  private final LaneKernels kernels;
  private final int gain; // index of the parameter, -1 without a normalisation
  private final boolean isCentred;

  CellActivation(CellPlan cell, TileRecords records, GradientRecords gradients) {
    this.cell = cell;
    this.records = records;
    this.gradients = gradients;
    this.plan = records.plan;
    this.kernels = records.kernels;
    this.activation = plan.activations[cell.slot()];
    this.gain = plan.gains[cell.slot()];
    this.isCentred = gain >= 0 && plan.slot(cell.slot()).normalisation() == Normalisation.LAYER;
  }

  /** A part's units, of a slot whose units are activated one by one. */
  void forward(int part, int t) {
    int unit = records.place(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      keep(tile, t, unit, records.length(cell.slot(), part));
      activate(tile, t, unit, records.units(cell.slot(), part), records.workspace(part));
    }
  }

  /** All units at once: a softmax, or a normalisation, of some is another one. */
  void forwardWhole(int t) {
    int units = plan.sizes[cell.slot()];
    int length = records.length(cell.slot());
    for (int tile = 0; tile < records.tileCount; tile++) {
      if (gain >= 0) {
        normalise(tile, t, units);
      }
      keep(tile, t, 0, length);
      if (activation != null) {
        activate(tile, t, 0, units, records.workspace(0));
      } else {
        Nd4jActivation.activate(
            plan.program.activation(cell.slot()),
            records.call.isTraining,
            records.layout.lanes,
            length,
            records.values,
            sum(tile, t));
      }
    }
  }

  private void normalise(int tile, int t, int units) {
    float[] v = records.values;
    int lanes = records.layout.lanes;
    int sum = sum(tile, t);
    int n = normalised(tile, t);
    int bias = plan.biases[cell.slot()];
    kernels.slots().normalise(isCentred, units, lanes, v, sum, v, n, v, root(tile, t));
    kernels
        .slots()
        .scaleUnits(
            records.parameters[gain],
            bias < 0 ? null : records.parameters[bias],
            units,
            lanes,
            v,
            n,
            v,
            sum);
  }

  private int normalised(int tile, int t) {
    return records.record(tile, t) + records.layout.normalised[cell.cell()];
  }

  private int root(int tile, int t) {
    return records.record(tile, t) + records.layout.roots[cell.cell()];
  }

  private int sum(int tile, int t) {
    return records.record(tile, t) + records.layout.sums[cell.cell()];
  }

  private int derivative(int tile, int t) {
    return records.record(tile, t) + records.layout.derivatives[cell.cell()];
  }

  private int gradient(int tile, int t) {
    return gradients.record(tile, t) + records.layout.sums[cell.cell()];
  }

  /** Keeps the pre-activation where the derivative follows from it. */
  private void keep(int tile, int t, int unit, int length) {
    float[] v = records.values;
    int place = sum(tile, t) + unit;
    int z = derivative(tile, t) + unit;
    if (z != place) {
      System.arraycopy(v, place, v, z, length);
    }
  }

  private void activate(int tile, int t, int unit, int units, float[] workspace) {
    float[] v = records.values;
    int place = sum(tile, t) + unit;
    if (activation.kind() == Kind.IDENTITY) {
      return;
    }
    if (records.call.count(records.tileBegin + tile) == 1) {
      activateLone(units, place, workspace);
    } else {
      kernels.activate(activation, units * records.layout.lanes, v, place, v, place);
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

  /** From the gradient of a part's activated units to that of their sums. */
  void backward(int part, int t) {
    int unit = records.place(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      kernels.multiplyByDerivative(
          activation,
          records.length(cell.slot(), part),
          records.values,
          derivative(tile, t) + unit,
          gradients.floats,
          gradient(tile, t) + unit);
    }
  }

  /** The way back of {@link #forwardWhole}. */
  void backwardWhole(int t) {
    int length = records.length(cell.slot());
    float[] v = records.values;
    float[] g = gradients.floats;
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = gradient(tile, t);
      int z = derivative(tile, t);
      if (activation != null) {
        kernels.multiplyByDerivative(activation, length, v, z, g, at);
      } else {
        int lanes = records.layout.lanes;
        Nd4jActivation.multiplyByDerivative(
            plan.program.activation(cell.slot()), lanes, length, v, z, g, at);
      }
      if (gain >= 0) {
        backNormalisation(tile, t, length, at);
      }
    }
  }

  private void backNormalisation(int tile, int t, int length, int at) {
    float[] v = records.values;
    float[] g = gradients.floats;
    int lanes = records.layout.lanes;
    int units = plan.sizes[cell.slot()];
    int n = normalised(tile, t);
    gradients.slots.add(plan.biases[cell.slot()], 0, length, g, at);
    gradients.slots.addProduct(gain, length, g, at, v, n);
    kernels.slots().scaleUnits(records.parameters[gain], null, units, lanes, g, at, g, at);
    kernels.slots().normaliseBack(isCentred, units, lanes, v, n, v, root(tile, t), g, at);
  }
}
