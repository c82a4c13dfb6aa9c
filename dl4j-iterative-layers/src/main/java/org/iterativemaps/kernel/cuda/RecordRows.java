package org.iterativemaps.kernel.cuda;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.iterativemaps.kernel.cuda.Updates.Place;
import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.kernel.plan.CellPlan.Value;
import org.iterativemaps.kernel.plan.ProgramPlan;

/**
 * Where the numbers of a time step lie: the rows of a record of {@code iterative_map.cu}, of values
 * and in the same places of their gradients. Rows of a slot follow each other; named is the first.
 */
final class RecordRows {
  static final int NO_ROW = -1;

  /** Of a record. */
  final int count;

  /** The token. */
  final int token;

  /** By slot, images too: its drive; -1 where the input contributes nothing. */
  final int[] drives;

  /** By cell: its value z'. */
  final int[] cells;

  /** By cell: the activated sum a, which is z' unless an update follows; of gradients, du. */
  final int[] activated;

  /** By cell: what the derivative is computed from, the pre-activation if that is kept, else a. */
  final int[] derivatives;

  /** By cell that is normalised: the sum before; else -1. */
  final int[] sums;

  /** By cell that is normalised: the normalised sum; of gradients, dz. */
  final int[] normalised;

  /** By cell that is normalised: what it was divided by, one row. */
  final int[] roots;

  /** By slot: its state as it is handed to the next time step; -1 if it is not. */
  final int[] handed;

  /** By slot: the gradient of the state that comes from later time steps; -1 if none does. */
  final int[] outer;

  /** The gradient of the output that comes from outside of the map. */
  final int output;

  private final ProgramPlan plan;
  private int next;

  /**
   * Lays out.
   *
   * @param activations by slot
   * @param isMasked whether the state handed on is the masked one
   */
  RecordRows(ProgramPlan plan, CudaActivation[] activations, boolean isMasked) {
    this.plan = plan;
    this.drives = none(plan.sizes.length);
    this.cells = none(plan.cells.size());
    this.activated = none(cells.length);
    this.derivatives = none(cells.length);
    this.sums = none(cells.length);
    this.normalised = none(cells.length);
    this.roots = none(cells.length);
    this.handed = none(plan.program.slots().size());
    this.outer = none(handed.length);
    this.token = rows(plan.program.inputSlot());
    for (int slot = 0; slot < drives.length; slot++) {
      drives[slot] = plan.drivenCells[slot] > 0 ? rows(slot) : NO_ROW;
    }
    for (CellPlan cell : plan.cells) {
      place(cell, activations[cell.slot()]);
    }
    Set<Integer> given = new HashSet<>(); // ends that a slot hands on in their place
    for (int slot : plan.carried) {
      // Two slots that end alike may have begun with different states.
      boolean hasOwn = isMasked || !given.add(plan.endCell(slot));
      handed[slot] = hasOwn ? rows(slot) : cells[plan.endCell(slot)];
    }
    for (int slot : plan.carried) {
      outer[slot] = rows(slot);
    }
    this.output = rows(plan.program.outputSlot());
    this.count = next;
  }

  /** No record of a plan has more rows. */
  static long atMost(ProgramPlan plan) {
    long rows = 0;
    for (int slot = 0; slot < plan.sizes.length; slot++) {
      rows += 4L * plan.sizes[slot]; // token or drive, state handed on, gradients from outside
    }
    for (CellPlan cell : plan.cells) {
      rows += 5L * plan.sizes[cell.slot()] + 1;
    }
    return rows;
  }

  private static int[] none(int length) {
    int[] rows = new int[length];
    Arrays.fill(rows, NO_ROW);
    return rows;
  }

  private int rows(int slot) {
    return take(plan.sizes[slot]);
  }

  private int take(int rows) {
    int first = next;
    next = Math.addExact(next, rows);
    return first;
  }

  private void place(CellPlan cell, CudaActivation activation) {
    int c = cell.cell();
    int slot = cell.slot();
    cells[c] = rows(slot);
    activated[c] = plan.isCombined(slot) ? rows(slot) : cells[c];
    derivatives[c] = activation.isFromPreActivation() ? rows(slot) : activated[c];
    if (plan.gains[slot] >= 0) {
      sums[c] = rows(slot);
      normalised[c] = rows(slot);
      roots[c] = take(1);
    }
  }

  /** Where a value is that is read in a time step. */
  Place of(Value value) {
    if (value == null) {
      return Place.NONE;
    }
    if (value.cell() != null) {
      return new Place(cells[value.cell()], 0);
    }
    return value.slot() == plan.program.inputSlot()
        ? new Place(token, 0)
        : new Place(handed[value.slot()], -1);
  }

  /** Whether a slot's state has rows beside those of the cell that it is. */
  boolean handsOn(int slot) {
    return handed[slot] >= 0 && handed[slot] != cells[plan.endCell(slot)];
  }
}
