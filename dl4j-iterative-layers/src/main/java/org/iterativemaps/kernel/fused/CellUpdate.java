package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.kernel.plan.CellPlan.Value;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.SlotKernels;
import org.iterativemaps.map.Update;

/**
 * From the activated sum a of a cell to its value z', in every time step of one worker's tiles, and
 * back:
 *
 * <pre>
 *   residual(s)     z' = z + s a             dz += dz',    da = s dz'
 *   leaky(r)        z' = (1 - r) z + r a     dz += (1 - r) dz',  da = r dz'
 *   one gate g      z' = g z + (1 - g) a     dz += g dz',  da = (1 - g) dz',  dg += (z - a) dz'
 *   two gates f, i  z' = f z + i a           dz += f dz',  da = i dz',  df += z dz',  di += a dz'
 * </pre>
 *
 * What is not there is zero for certain. A part's units follow from the same units of the others.
 */
final class CellUpdate {
  private static final int SOME = 1024; // a multiple of every number of lanes

  private final CellPlan cell;
  private final TileRecords records;
  private final GradientRecords gradients;
  private final Update update;
  private final SlotKernels kernels;
  private final LaneKernels lanes;
  private final float[] kept; // 1 - r of a leaky update, again and again; else null

  CellUpdate(CellPlan cell, TileRecords records, GradientRecords gradients) {
    this.cell = cell;
    this.records = records;
    this.gradients = gradients;
    this.update = records.plan.update(cell.slot());
    this.kernels = records.kernels.slots();
    this.lanes = records.kernels;
    this.kept = update.kind() == Update.Kind.LEAKY ? new float[SOME] : null;
    if (kept != null) {
      Arrays.fill(kept, (float) (1 - update.scale()));
    }
  }

  /** A part's units of a time step. */
  void forward(int part, int t) {
    float[] v = records.values;
    int length = records.length(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int at = records.record(tile, t) + records.place(cell.slot(), part);
      int a = at + records.layout.sums[cell.cell()];
      int z = at + records.layout.cells[cell.cell()];
      switch (update.kind()) {
        case REPLACE -> {} // the value lies where the sum was
        case RESIDUAL -> {
          kernels.scale(length, (float) update.scale(), v, a, v, z);
          if (cell.old() != null) {
            lanes.add(length, v, at + place(cell.old()), v, z);
          }
        }
        case LEAKY -> leak(length, a, z, cell.old() == null ? -1 : at + place(cell.old()));
        case GATED -> {
          System.arraycopy(v, a, v, z, length);
          if (cell.keep() != null) {
            kernels.subtractProduct(length, v, at + place(cell.keep()), v, a, v, z);
            addProduct(length, cell.keep(), cell.old(), at, z);
          }
        }
        case TWO_GATES -> {
          if (cell.write() == null) {
            Arrays.fill(v, z, z + length, 0);
          } else {
            kernels.multiply(length, v, at + place(cell.write()), v, a, v, z);
          }
          addProduct(length, cell.keep(), cell.old(), at, z);
        }
      }
    }
  }

  /** Some units at a time, so that what is written is still near when it is added to. */
  private void leak(int length, int a, int z, int old) {
    float[] v = records.values;
    for (int i = 0; i < length; i += kept.length) {
      int some = Math.min(kept.length, length - i);
      kernels.scale(some, (float) update.scale(), v, a + i, v, z + i);
      if (old >= 0) {
        kernels.addProduct(some, kept, 0, v, old + i, v, z + i);
      }
    }
  }

  /** Where a value is from the record's beginning. */
  private int place(Value value) {
    return records.layout.source(value);
  }

  private void addProduct(int length, Value u, Value v, int at, int into) {
    if (u != null && v != null) {
      float[] values = records.values;
      kernels.addProduct(length, values, at + place(u), values, at + place(v), values, into);
    }
  }

  /** From the gradient of a part's units of the value to those of all that it is made of. */
  void backward(int part, int t) {
    int unit = records.place(cell.slot(), part);
    int length = records.length(cell.slot(), part);
    for (int tile = 0; tile < records.tileCount; tile++) {
      int values = records.record(tile, t) + unit;
      backward(length, values, gradients.record(tile, t) + unit);
    }
  }

  private void backward(int length, int values, int at) {
    float[] v = records.values;
    float[] g = gradients.floats;
    int a = values + records.layout.sums[cell.cell()];
    int da = at + records.layout.sums[cell.cell()];
    int dz = at + records.layout.cells[cell.cell()];
    switch (update.kind()) {
      case REPLACE -> {}
      case RESIDUAL -> {
        kernels.scale(length, (float) update.scale(), g, dz, g, da);
        if (cell.old() != null) {
          lanes.add(length, g, dz, g, at + place(cell.old()));
        }
      }
      case LEAKY -> {
        kernels.scale(length, (float) update.scale(), g, dz, g, da);
        for (int i = 0; i < length && cell.old() != null; i += kept.length) {
          int some = Math.min(kept.length, length - i);
          kernels.addProduct(some, kept, 0, g, dz + i, g, at + place(cell.old()) + i);
        }
      }
      case GATED -> {
        System.arraycopy(g, dz, g, da, length);
        if (cell.keep() != null) {
          int keep = place(cell.keep());
          kernels.subtractProduct(length, v, values + keep, g, dz, g, da);
          kernels.subtractProduct(length, v, a, g, dz, g, at + keep);
        }
        backOld(length, values, at, dz);
      }
      case TWO_GATES -> {
        if (cell.write() == null) {
          Arrays.fill(g, da, da + length, 0);
        } else {
          int write = place(cell.write());
          kernels.multiply(length, v, values + write, g, dz, g, da);
          kernels.addProduct(length, v, a, g, dz, g, at + write);
        }
        backOld(length, values, at, dz);
      }
    }
  }

  /** Of keep times old. */
  private void backOld(int length, int values, int at, int dz) {
    if (cell.old() != null && cell.keep() != null) {
      float[] v = records.values;
      float[] g = gradients.floats;
      int old = place(cell.old());
      int keep = place(cell.keep());
      kernels.addProduct(length, v, values + keep, g, dz, g, at + old);
      kernels.addProduct(length, v, values + old, g, dz, g, at + keep);
    }
  }
}
