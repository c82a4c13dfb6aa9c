package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.kernel.plan.CellPlan.Value;

/**
 * Where the numbers of a {@link FusedPlan} lie.
 *
 * <p>All that belongs to one time step of one tile is a <b>record</b> of floats: the token, the
 * driven sums, the cells, and where needed sums, pre-activations, normalised values and masked
 * states. Records of successive time steps follow each other, in front of them the end of one more
 * with the initial state, so that the state carried into a time step is read where the time step
 * before left it. Gradients lie in a second array in the same places.
 *
 * <p>Places are in floats from the beginning of the record.
 */
final class RecordLayout {
  private final FusedPlan plan;
  final int lanes;
  final int token;
  // By cell: its value; what arrives at it, and then the activated sum, which is the cell itself
  // unless an update follows; its slot's drive, which may be that sum; and what its derivative is
  // computed from, the pre-activation if that is kept, else the activated sum.
  final int[] cells;
  final int[] sums;
  final int[] drives;
  final int[] derivatives;
  // By cell that is normalised: the normalised sum, and what it was divided by in every lane.
  final int[] normalised;
  final int[] roots;
  // By slot that is carried: the state handed on to the next time step.
  final int[] handed;
  // By slot that is carried or the output: its value after all steps, which is the state as it
  // came in where the slot is never computed.
  final int[] ends;
  final int length;
  // What is in front of the first record: the end of one, as far as a state is handed on in it.
  final int front;
  private long at;

  RecordLayout(FusedPlan plan, int lanes, boolean isMasked) {
    this.plan = plan;
    this.lanes = lanes;
    int count = plan.cells.size();
    this.cells = new int[count];
    this.sums = new int[count];
    this.drives = new int[count];
    this.derivatives = new int[count];
    this.normalised = new int[count];
    this.roots = new int[count];
    this.handed = new int[plan.sizes.length];
    this.ends = new int[plan.sizes.length];
    this.token = area(plan.program.inputSlot());
    Integer[] shared = new Integer[plan.sizes.length]; // drives that several cells read
    for (int slot = 0; slot < shared.length; slot++) {
      shared[slot] = plan.drivenCells[slot] > 1 ? area(slot) : null;
    }
    for (CellPlan cell : plan.cells) {
      place(cell, shared[cell.slot()]);
    }
    for (int slot = 0; slot < plan.program.slots().size(); slot++) {
      ends[slot] = plan.endCell(slot) == null ? 0 : cells[plan.endCell(slot)];
    }
    Set<Integer> given = new HashSet<>(); // ends that a slot hands on in their place
    for (int slot : plan.carried) {
      // Two slots that end alike may have begun with different states.
      boolean hasOwn = isMasked || plan.endCell(slot) == null || !given.add(ends[slot]);
      handed[slot] = hasOwn ? area(slot) : ends[slot];
    }
    if (at > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%,d floats for one time step of %d examples are too many for the fused kernel; set"
                  + " -D%s=reference",
              at,
              lanes,
              KernelSelection.PROPERTY));
    }
    this.length = (int) at;
    for (int slot : plan.carried) {
      ends[slot] = plan.endCell(slot) == null ? handed[slot] - length : ends[slot];
    }
    this.front =
        length - Arrays.stream(plan.carried).map(slot -> handed[slot]).min().orElse(length);
  }

  private void place(CellPlan cell, Integer sharedDrive) {
    int c = cell.cell();
    int slot = cell.slot();
    cells[c] = area(slot);
    sums[c] = plan.isCombined(slot) ? area(slot) : cells[c];
    drives[c] = sharedDrive != null ? sharedDrive : sums[c];
    derivatives[c] = plan.keepsPreActivation(slot) ? area(slot) : sums[c];
    if (plan.gains[slot] >= 0) {
      normalised[c] = area(slot);
      roots[c] = take(lanes);
    }
  }

  private int area(int slot) {
    return take((long) plan.sizes[slot] * lanes);
  }

  private int take(long floats) {
    int place = (int) at; // checked when all are taken
    at += floats;
    return place;
  }

  /** Where a value lies that is read in a time step: before the record if it was handed on. */
  int source(Value value) {
    if (value.cell() != null) {
      return cells[value.cell()];
    }
    return value.slot() == plan.program.inputSlot() ? token : handed[value.slot()] - length;
  }
}
