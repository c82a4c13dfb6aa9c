package org.iterativemaps.kernel.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.kernel.plan.CellPlan.Product;
import org.iterativemaps.kernel.plan.CellPlan.Value;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * A program in numbers: what is computed in every time step, from what. Where it lies is the matter
 * of those who compute it.
 *
 * <p>The <b>drive</b> of a slot is the sum of its bias and of what the input contributes by
 * matrices, the same in all steps of a time step. Where only one cell reads it, it is computed in
 * place.
 *
 * <p>The two linear images of a {@link BlockFunctions.LinearProduct} are computed as slots of their
 * own would be, without bias and activation: they have numbers behind the program's slots. A cell
 * that only repeats one of the same time step, as the memory of an LSTM does, is that cell.
 *
 * <p>A <b>phase</b> is a run of cells of which none multiplies a matrix with another's value:
 * threads that share a tile wait for each other after every phase.
 */
public class ProgramPlan {
  /**
   * A matrix that the input is multiplied with.
   *
   * @param matrix index of the matrix
   * @param slot its target
   */
  public record InputProduct(int matrix, int slot) {}

  /** What is computed. */
  public final MapProgram program;

  /** All matrices. */
  public final List<BlockMatrix> matrices;

  /** All parameters. */
  public final List<Parameter> parameters;

  /** By parameter, its matrix; -1 for those of slots. */
  public final int[] matrixOfParameter;

  /** By slot, how many units: the program's slots, then the images. */
  public final int[] sizes;

  /** By slot, the index of its bias among the parameters; -1 where there is none. */
  public final int[] biases;

  /** By slot, the index of its gain; -1 where it is not normalised. */
  public final int[] gains;

  /** By slot, to how many of its cells the input contributes. */
  public final int[] drivenCells;

  /** What is computed in a time step, in this order. */
  public final List<CellPlan> cells = new ArrayList<>();

  /** The cells by phases. */
  public final List<List<CellPlan>> phases = new ArrayList<>();

  /** What the input is multiplied with. */
  public final List<InputProduct> inputProducts = new ArrayList<>();

  /** Slots whose state is handed on to the next time step. */
  public final int[] carried;

  private final boolean[] isWhole; // the program's slots that are not activated unit by unit
  private final int[] imageSlots; // by matrix, -1 where it is a block's of its own
  private final int[] firstMatrices; // by block, -1 where it has none
  private final Map<Cell, Integer> computed = new HashMap<>();
  private final Map<Product, Integer> images = new HashMap<>();

  /**
   * Plans.
   *
   * @param isElementwise which activations are computed unit by unit; others need all of a slot
   */
  public ProgramPlan(MapProgram program, Predicate<IActivation> isElementwise) {
    this.program = program;
    this.matrices = BlockMatrix.of(program.realized());
    this.parameters = program.realized().parameters();
    this.matrixOfParameter = BlockMatrix.byParameter(program.realized());
    this.imageSlots = new int[matrices.size()];
    this.firstMatrices = new int[program.realized().blocks().size()];
    Arrays.fill(firstMatrices, -1);
    int slots = program.slots().size();
    for (int m = 0; m < imageSlots.length; m++) {
      imageSlots[m] = isImage(matrices.get(m)) ? slots++ : -1;
      if (matrices.get(m).part() == 0) {
        firstMatrices[matrices.get(m).block()] = m;
      }
    }
    this.sizes = new int[slots];
    this.biases = new int[slots];
    this.gains = new int[slots];
    this.isWhole = new boolean[program.slots().size()];
    this.drivenCells = new int[slots];
    describeSlots(isElementwise);
    for (Evaluation evaluation : program.schedule().evaluations()) {
      plan(evaluation);
    }
    for (int m = 0; m < matrices.size(); m++) {
      if (matrices.get(m).from() == program.inputSlot() && drivenCells[target(m)] > 0) {
        inputProducts.add(new InputProduct(m, target(m)));
      }
    }
    this.carried = program.schedule().carried().stream().mapToInt(Integer::intValue).toArray();
    divide();
  }

  private boolean isImage(BlockMatrix matrix) {
    return program.realized().blocks().get(matrix.block()).mask() == null;
  }

  /** The slot that a matrix contributes to, or that is its image. */
  private int target(int matrix) {
    int block = matrices.get(matrix).block();
    return imageSlots[matrix] >= 0
        ? imageSlots[matrix]
        : program.realized().blocks().get(block).to();
  }

  private void describeSlots(Predicate<IActivation> isElementwise) {
    Arrays.fill(biases, -1);
    Arrays.fill(gains, -1);
    for (int slot = 0; slot < program.slots().size(); slot++) {
      sizes[slot] = program.size(slot);
      biases[slot] = program.realized().biasParameter(slot);
      gains[slot] = program.realized().gainParameter(slot);
      isWhole[slot] = slot != program.inputSlot() && !isElementwise.test(program.activation(slot));
    }
    for (int m = 0; m < imageSlots.length; m++) {
      if (imageSlots[m] >= 0) {
        sizes[imageSlots[m]] = matrices.get(m).mask().toSize();
      }
    }
  }

  private void plan(Evaluation evaluation) {
    int slot = evaluation.target().slot();
    Integer repeated = repeated(evaluation);
    if (repeated != null) {
      computed.put(evaluation.target(), repeated);
      return;
    }
    boolean isDriven = false;
    List<Product> products = new ArrayList<>();
    List<List<Value>> terms = new ArrayList<>();
    for (Read read : evaluation.reads()) {
      int first = firstMatrices[read.block()];
      if (first < 0) {
        terms.add(read.sources().stream().map(this::value).toList());
      } else if (imageSlots[first] >= 0) {
        terms.add(List.of(image(first, read.sources(), 0), image(first + 1, read.sources(), 1)));
      } else if (isInput(read.source())) {
        isDriven = true;
      } else {
        products.add(new Product(first, value(read.source())));
      }
    }
    Value old = value(evaluation.old());
    Value keep = value(evaluation.keep());
    computed.put(
        evaluation.target(),
        add(slot, isDriven, products, terms, old, keep, value(evaluation.write())));
  }

  private int add(
      int slot,
      boolean isDriven,
      List<Product> products,
      List<List<Value>> terms,
      Value old,
      Value keep,
      Value write) {
    boolean isFirst = isDriven && drivenCells[slot] == 0;
    drivenCells[slot] += isDriven ? 1 : 0;
    int cell = cells.size();
    cells.add(new CellPlan(slot, cell, isDriven, isFirst, products, terms, old, keep, write));
    return cell;
  }

  /** The cell that an evaluation only repeats; null if it does anything else. */
  private Integer repeated(Evaluation evaluation) {
    int slot = evaluation.target().slot();
    if (evaluation.reads().size() != 1
        || isCombined(slot)
        || gains[slot] >= 0
        || biases[slot] >= 0
        || !isIdentity(program.activation(slot))) {
      return null;
    }
    Read read = evaluation.reads().get(0);
    boolean isIdentity =
        program.realized().blocks().get(read.block()).block().function()
            instanceof BlockFunctions.Identity;
    return isIdentity ? computed.get(read.source()) : null;
  }

  private static boolean isIdentity(IActivation activation) {
    return StableActivations.sameFunction(activation).getClass() == ActivationIdentity.class;
  }

  /** A matrix times what it reads, computed once for all that read it. */
  private Value image(int matrix, List<Cell> sources, int part) {
    Value source = value(sources.get(part));
    int slot = imageSlots[matrix];
    boolean isDriven = isInput(sources.get(part));
    Product product = new Product(matrix, source);
    Integer cell = images.get(product);
    if (cell == null) {
      List<Product> products = isDriven ? List.of() : List.of(product);
      cell = add(slot, isDriven, products, List.of(), null, null, null);
      images.put(product, cell);
    }
    return new Value(cell, slot);
  }

  private boolean isInput(Cell cell) {
    return cell.slot() == program.inputSlot();
  }

  /** Null for none, and for zeros. */
  private Value value(Cell cell) {
    return cell == null || cell.isZero() ? null : new Value(computed.get(cell), cell.slot());
  }

  private void divide() {
    Set<Integer> inPhase = new HashSet<>();
    boolean isWhole = false;
    for (CellPlan cell : cells) {
      boolean reads = cell.products().stream().anyMatch(p -> inPhase.contains(p.source().cell()));
      if (phases.isEmpty() || reads || isWhole || needsAllUnits(cell.slot())) {
        phases.add(new ArrayList<>());
        inPhase.clear();
      }
      isWhole = needsAllUnits(cell.slot());
      phases.get(phases.size() - 1).add(cell);
      inPhase.add(cell.cell());
    }
  }

  /** Whether a unit's value follows from the sums of all units. */
  public final boolean needsAllUnits(int slot) {
    return (slot < isWhole.length && isWhole[slot]) || gains[slot] >= 0;
  }

  /** How a slot's new value is combined with its old one. */
  public final Update update(int slot) {
    return slot < program.slots().size() ? slot(slot).update() : Update.replace();
  }

  /** Whether something is done with the activated value. */
  public final boolean isCombined(int slot) {
    return update(slot).readsOldValue();
  }

  /** A slot of the program. */
  public final Slot slot(int slot) {
    return program.slots().get(slot);
  }

  /** How many products of a time step's backward pass are a matrix's: the input's are one. */
  public final int uses(int matrix) {
    int uses = 0;
    for (CellPlan cell : cells) {
      uses += (int) cell.products().stream().filter(p -> p.matrix() == matrix).count();
      if (cell.isFirstDriven()) {
        uses +=
            (int)
                inputProducts.stream()
                    .filter(p -> p.matrix == matrix && p.slot == cell.slot())
                    .count();
      }
    }
    return uses;
  }

  /** Index of the cell with a slot's value after the last step, null where it is not computed. */
  public final Integer endCell(int slot) {
    Schedule schedule = program.schedule();
    return computed.get(schedule.end(slot));
  }
}
