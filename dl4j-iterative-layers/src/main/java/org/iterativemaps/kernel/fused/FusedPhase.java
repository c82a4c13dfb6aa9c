package org.iterativemaps.kernel.fused;

import java.util.List;
import java.util.function.IntConsumer;
import org.iterativemaps.kernel.plan.CellPlan;

/**
 * The cells of one phase, see {@link FusedPlan}, in every time step of one worker's tiles: forward
 * and the way back. What is said to be a part's is done for its units of the slots.
 */
final class FusedPhase {
  private static final IntConsumer NOTHING = part -> {};

  /** The three stages of a cell. */
  private record Stages(CellSum sum, CellActivation activation, CellUpdate update) {}

  private final TileRecords records;
  private final List<Stages> cells;
  private final boolean isWhole; // its one cell needs the sums of all units

  FusedPhase(List<CellPlan> cells, TileRecords records, GradientRecords gradients) {
    this.records = records;
    this.cells =
        cells.stream()
            .map(
                cell ->
                    new Stages(
                        new CellSum(cell, records, gradients),
                        new CellActivation(cell, records, gradients),
                        new CellUpdate(cell, records, gradients)))
            .toList();
    this.isWhole = records.plan.needsAllUnits(cells.get(0).slot());
  }

  /** Biases and the input's contribution, for all time steps of a segment at once. */
  void drive(int part, int count) {
    cells.forEach(cell -> cell.sum.drive(part, count));
  }

  /** The cells of a time step. */
  void forward(int t) {
    forward(t, NOTHING);
  }

  /** The cells of a time step, and what a part may do with its units afterwards. */
  void forward(int t, IntConsumer afterwards) {
    if (isWhole) {
      Stages cell = cells.get(0);
      records.each(part -> cell.sum.forward(part, t));
      cell.activation.forwardWhole(t);
      records.each(
          part -> {
            cell.update.forward(part, t);
            afterwards.accept(part);
          });
      return;
    }
    records.each(
        part -> {
          for (Stages cell : cells) {
            cell.sum.forward(part, t);
            cell.activation.forward(part, t);
            cell.update.forward(part, t);
          }
          afterwards.accept(part);
        });
  }

  /**
   * From the gradients of the cells of a time step to those of their sums, and of what the sums are
   * made of unit by unit. What matrices multiply waits for {@link #backProducts}.
   *
   * @param before what a part has to do first
   */
  void backward(int t, IntConsumer before) {
    if (isWhole) {
      Stages cell = cells.get(0);
      records.each(
          part -> {
            before.accept(part);
            cell.update.backward(part, t);
          });
      cell.activation.backwardWhole(t);
      records.each(part -> cell.sum.backward(part, t));
      return;
    }
    records.each(
        part -> {
          before.accept(part);
          for (int c = cells.size() - 1; c >= 0; c--) {
            cells.get(c).update.backward(part, t);
            cells.get(c).activation.backward(part, t);
            cells.get(c).sum.backward(part, t);
          }
        });
  }

  /** From the gradients of a time step's sums to what they multiply: a part of its units. */
  void backProducts(int part, int t) {
    cells.forEach(cell -> cell.sum.backProducts(part, t));
  }

  /** From the drives to biases and to the tokens of a segment's time steps. */
  void backDrives(int part, int first, int count) {
    cells.forEach(cell -> cell.sum.backDrives(part, first, count));
  }

  /** Says of every product of a tile in a segment what the gradient of its weights is made of. */
  void collectTerms(int tile, int first, int count) {
    cells.forEach(cell -> cell.sum.collectTerms(tile, first, count));
  }
}
