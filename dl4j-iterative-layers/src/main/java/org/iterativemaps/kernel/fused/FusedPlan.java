package org.iterativemaps.kernel.fused;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.linalg.activations.IActivation;

/**
 * A program in numbers: what is computed in every time step, from what, and where it lies.
 *
 * <p>All that belongs to one time step of one tile is a <b>record</b> of floats: the token, the
 * driven sums, the cells, and where needed pre-activations and masked states. Records of successive
 * time steps follow each other, in front of them the end of one more with the initial state, so
 * that the state carried into a time step is read where the time step before left it. Gradients lie
 * in a second array in the same places.
 *
 * <p>The <b>drive</b> of a slot is the sum of its bias and of what the input contributes, the same
 * in all steps of a time step. Where only one evaluation reads it, it is computed in place.
 */
final class FusedPlan {
  /**
   * One product of an evaluation.
   *
   * @param block index of the block
   * @param cell index of the source cell; null if it is the carried state of a slot
   * @param slot the source slot
   */
  record Product(int block, Integer cell, int slot) {}

  /**
   * One cell to compute.
   *
   * @param slot its slot
   * @param cell its index
   * @param isDriven whether the input contributes
   * @param isFirstDriven whether it does, and to no evaluation of the slot before
   * @param products what else does
   */
  record CellPlan(
      int slot, int cell, boolean isDriven, boolean isFirstDriven, List<Product> products) {}

  /**
   * A block from the input.
   *
   * @param block index of the block
   * @param slot its target
   */
  record InputProduct(int block, int slot) {}

  final MapProgram program;
  final int[] sizes;
  final List<CellPlan> cellPlans;
  final List<InputProduct> inputProducts;
  final int[] carried;
  // By slot: index of the cell with its value after the last step, null where it is not computed.
  private final Integer[] endCells;
  // By slot: how many evaluations the input contributes to.
  final int[] drivenEvaluations;
  // By slot; null where ND4J has to compute it.
  final LaneActivation[] activations;
  final int[] cellSlots;
  // By block: whether its weights are parameters.
  final boolean[] isTrained;
  // By slot: index of its bias's parameter, -1 where it has none.
  final int[] biases;
  private final Map<Integer, Layout> layouts = new HashMap<>(); // by lanes, negative if masked

  FusedPlan(MapProgram program) {
    this.program = program;
    Schedule schedule = program.schedule();
    int slots = program.slots().size();
    this.sizes = new int[slots];
    Arrays.setAll(sizes, program::size);
    this.biases = new int[slots];
    Arrays.setAll(biases, program.realized()::biasParameter);
    Map<Cell, Integer> cells = new HashMap<>();
    for (Evaluation evaluation : schedule.evaluations()) {
      cells.put(evaluation.target(), cells.size());
    }
    this.cellSlots = new int[cells.size()];
    cells.forEach((cell, index) -> cellSlots[index] = cell.slot());
    this.drivenEvaluations = new int[slots];
    this.cellPlans = new ArrayList<>();
    for (Evaluation evaluation : schedule.evaluations()) {
      cellPlans.add(cellPlan(evaluation, cells));
    }
    this.inputProducts = new ArrayList<>();
    List<RealizedBlock> blocks = program.realized().blocks();
    this.isTrained = new boolean[blocks.size()];
    for (int b = 0; b < blocks.size(); b++) {
      isTrained[b] = blocks.get(b).parameter() >= 0;
      if (blocks.get(b).from() == program.inputSlot()
          && drivenEvaluations[blocks.get(b).to()] > 0) {
        inputProducts.add(new InputProduct(b, blocks.get(b).to()));
      }
    }
    this.carried = schedule.carried().stream().mapToInt(Integer::intValue).toArray();
    this.endCells = new Integer[slots];
    Arrays.setAll(endCells, slot -> cells.get(schedule.end(slot)));
    this.activations = new LaneActivation[slots];
    for (CellPlan cell : cellPlans) {
      IActivation activation = program.activation(cell.slot);
      activations[cell.slot] = LaneActivation.of(activation).orElse(null);
    }
  }

  private CellPlan cellPlan(Evaluation evaluation, Map<Cell, Integer> cells) {
    int slot = evaluation.target().slot();
    boolean isDriven = false;
    List<Product> products = new ArrayList<>();
    for (Read read : evaluation.reads()) {
      Cell source = read.source();
      if (source.slot() == program.inputSlot()) {
        isDriven = true;
      } else {
        products.add(new Product(read.block(), cells.get(source), source.slot()));
      }
    }
    boolean isFirst = isDriven && drivenEvaluations[slot] == 0;
    drivenEvaluations[slot] += isDriven ? 1 : 0;
    return new CellPlan(slot, cells.get(evaluation.target()), isDriven, isFirst, products);
  }

  /** How many products of a time step's backward pass are a block's: the input's are one. */
  int uses(int block) {
    int uses = 0;
    for (CellPlan cell : cellPlans) {
      uses += (int) cell.products.stream().filter(p -> p.block == block).count();
      if (cell.isFirstDriven) {
        uses +=
            (int)
                inputProducts.stream().filter(p -> p.block == block && p.slot == cell.slot).count();
      }
    }
    return uses;
  }

  /** Whether a slot's derivative is computed from its pre-activation, which is then kept. */
  boolean keepsPreActivation(int slot) {
    return activations[slot] == null || activations[slot].needsPreActivation();
  }

  /**
   * The layout for tiles of so many lanes; not thread-safe.
   *
   * @param isMasked whether the state handed on is the masked one
   * @throws IllegalArgumentException if a record is too long for an array
   */
  Layout layout(int lanes, boolean isMasked) {
    return layouts.computeIfAbsent(isMasked ? -lanes : lanes, key -> new Layout(lanes, isMasked));
  }

  /** Places in a record, in floats from its beginning. */
  final class Layout {
    final int lanes;
    final int token;
    // By cell: its value; its slot's drive, which may be the cell itself; and what its derivative
    // is computed from, the pre-activation if that is kept, else the cell.
    final int[] cells = new int[cellSlots.length];
    final int[] drives = new int[cellSlots.length];
    final int[] derivatives = new int[cellSlots.length];
    // By slot that is carried: the state handed on to the next time step.
    final int[] handed = new int[sizes.length];
    // By slot that is carried or the output: its value after all steps, which is the state as it
    // came in where the slot is never computed.
    final int[] ends = new int[sizes.length];
    final int length;
    // What is in front of the first record: the end of one, as far as a state is handed on in it.
    final int front;

    private Layout(int lanes, boolean isMasked) {
      this.lanes = lanes;
      long at = 0;
      this.token = 0;
      at += area(program.inputSlot());
      Integer[] shared = new Integer[sizes.length]; // drives that several cells read
      for (int slot = 0; slot < sizes.length; slot++) {
        if (drivenEvaluations[slot] > 1) {
          shared[slot] = (int) at;
          at += area(slot);
        }
      }
      for (int cell = 0; cell < cells.length; cell++) {
        int slot = cellSlots[cell];
        cells[cell] = (int) at;
        drives[cell] = shared[slot] != null ? shared[slot] : cells[cell];
        at += area(slot);
        derivatives[cell] = cells[cell];
        if (keepsPreActivation(slot)) {
          derivatives[cell] = (int) at;
          at += area(slot);
        }
      }
      for (int slot = 0; slot < sizes.length; slot++) {
        ends[slot] = endCells[slot] == null ? 0 : cells[endCells[slot]];
      }
      for (int slot : carried) {
        handed[slot] = ends[slot];
        if (isMasked || endCells[slot] == null) {
          handed[slot] = (int) at;
          at += area(slot);
        }
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
      for (int slot : carried) {
        ends[slot] = endCells[slot] == null ? handed[slot] - length : ends[slot];
      }
      this.front = length - Arrays.stream(carried).map(slot -> handed[slot]).min().orElse(length);
    }

    private long area(int slot) {
      return (long) sizes[slot] * lanes;
    }

    /** Where a product's source lies, from the beginning of the record of its time step. */
    int source(Product product) {
      return product.cell != null ? cells[product.cell] : handed[product.slot] - length;
    }
  }
}
