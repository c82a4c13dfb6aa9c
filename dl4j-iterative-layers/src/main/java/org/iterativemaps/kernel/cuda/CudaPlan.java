package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.cuda.Updates.Place;
import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.kernel.plan.CellPlan.Product;
import org.iterativemaps.kernel.plan.CellPlan.Value;
import org.iterativemaps.kernel.plan.ProgramPlan;
import org.iterativemaps.kernel.plan.ProgramPlan.InputProduct;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A program as {@code iterative_map.cu} wants it: the updates of the sweeps forward and back, and
 * the pairs of rows whose products the parameters' gradients are sums of. Immutable.
 *
 * <p>Drives are computed for all time steps side by side. Every row has one writer: on the way back
 * the gradient of a value is collected from all that read it, see {@link #readers}.
 */
final class CudaPlan {
  /** What is computed. */
  final ProgramPlan program;

  /** Where it lies. */
  final RecordRows rows;

  private final boolean isMasked;
  private final CudaActivation[] activations; // by slot
  private final int[] places; // by parameter, where it begins among all

  /**
   * Lays out a program that has no {@link #obstacle}.
   *
   * @param isMasked whether there is a time mask
   */
  CudaPlan(MapProgram of, DataType type, boolean isMasked) {
    this.program = new ProgramPlan(of, activation -> true);
    this.isMasked = isMasked;
    this.activations = new CudaActivation[program.sizes.length];
    for (int slot = 0; slot < activations.length; slot++) {
      boolean isImage = slot >= of.slots().size();
      if (slot != of.inputSlot()) {
        activations[slot] =
            CudaActivation.of(isImage ? new ActivationIdentity() : of.activation(slot), type)
                .orElseThrow();
      }
    }
    this.rows = new RecordRows(program, activations, isMasked);
    this.places = places(program.parameters);
  }

  /** By parameter, where it begins among all; one more. */
  static int[] places(List<Parameter> parameters) {
    int[] places = new int[parameters.size() + 1];
    for (int p = 0; p < parameters.size(); p++) {
      places[p + 1] = Math.addExact(places[p], parameters.get(p).length());
    }
    return places;
  }

  /** Why a program cannot run here, in words that can follow "because"; empty if it can. */
  static Optional<String> obstacle(MapProgram program, DataType type) {
    for (Block block : program.realized().map().blocks()) {
      if (!isKnown(block.function())) {
        return Optional.of("block " + block.name() + " is " + block.function());
      }
    }
    for (Slot slot : program.slots()) {
      int index = program.realized().map().indexOf(slot.name());
      if (!slot.isInput() && CudaActivation.of(program.activation(index), type).isEmpty()) {
        return Optional.of(
            "slot '" + slot.name() + "' has the activation " + program.activation(index));
      }
    }
    ProgramPlan plan = new ProgramPlan(program, activation -> true);
    for (int slot = 0; slot < program.slots().size(); slot++) {
      boolean isWanted =
          slot == program.outputSlot() || program.schedule().carried().contains(slot);
      if (isWanted && plan.endCell(slot) == null) {
        return Optional.of(
            "slot '" + plan.slot(slot).name() + "' is what it was before, in every time step");
      }
    }
    long parameters = plan.parameters.stream().mapToLong(Parameter::length).sum();
    long rows = RecordRows.atMost(plan);
    if (Math.max(parameters, rows) > Integer.MAX_VALUE) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "it has %,d parameters and up to %,d numbers for one sample's time step, expected"
                  + " fewer than 2^31",
              parameters,
              rows));
    }
    return Optional.empty();
  }

  private static boolean isKnown(BlockFunction function) {
    return function instanceof BlockFunctions.Linear
        || function instanceof BlockFunctions.LinearProduct
        || function instanceof BlockFunctions.Identity
        || function instanceof BlockFunctions.Product;
  }

  /** Multiplications by weights in a time step, for one sample. */
  static long multiplications(MapProgram program) {
    ProgramPlan plan = new ProgramPlan(program, activation -> true);
    long count = 0;
    for (int m = 0; m < plan.matrices.size(); m++) {
      count += (long) plan.uses(m) * plan.matrices.get(m).mask().entryCount();
    }
    return count;
  }

  /** The rows of the output. */
  int output() {
    return rows.cells[program.endCell(program.program.outputSlot())];
  }

  private int place(int parameter) {
    return parameter < 0 ? Updates.NOTHING : places[parameter];
  }

  private boolean isNormalised(int slot) {
    return program.gains[slot] >= 0;
  }

  // ----------------------------------------------------------------------------------- forward

  /** Of every time step alone: what the input contributes, and biases. */
  Updates drives() {
    Updates updates = new Updates();
    for (int slot = 0; slot < rows.drives.length; slot++) {
      if (rows.drives[slot] >= 0) {
        addStarted(updates, rows.drives[slot], slot);
        for (InputProduct product : program.inputProducts) {
          if (product.slot() == slot) {
            updates.read(product.matrix(), new Place(rows.token, 0), inputSize(), false);
          }
        }
      }
    }
    return updates;
  }

  private int inputSize() {
    return program.sizes[program.program.inputSlot()];
  }

  /** A sum that starts from a slot's bias, unless that comes later. */
  private Updates.Update addStarted(Updates updates, int target, int slot) {
    int bias = isNormalised(slot) ? Updates.NOTHING : place(program.biases[slot]);
    return updates
        .add(target, program.sizes[slot])
        .start(bias < 0 ? Updates.NOTHING : Updates.BIAS, bias);
  }

  /** All cells of a time step, phase after phase. */
  Updates forward() {
    Updates updates = new Updates();
    for (List<CellPlan> phase : program.phases) {
      for (CellPlan cell : phase) {
        addForward(updates, cell);
        for (int slot : program.carried) {
          if (program.endCell(slot) == cell.cell() && rows.handsOn(slot)) {
            updates.add(rows.handed[slot], program.sizes[slot]);
            updates.term(new Place(rows.cells[cell.cell()], 0), Place.NONE, 1, isMasked);
          }
        }
      }
      updates.endPhase();
    }
    return updates;
  }

  private void addForward(Updates updates, CellPlan cell) {
    int c = cell.cell();
    int slot = cell.slot();
    boolean isNormalised = isNormalised(slot);
    int target = isNormalised ? rows.sums[c] : rows.cells[c];
    Updates.Update update =
        cell.isDriven()
            ? updates.add(target, program.sizes[slot]).start(rows.drives[slot], Updates.NOTHING)
            : addStarted(updates, target, slot);
    for (Product product : cell.products()) {
      updates.read(
          product.matrix(),
          rows.of(product.source()),
          program.sizes[product.source().slot()],
          false);
    }
    for (List<Value> term : cell.terms()) {
      Place by = term.size() == 1 ? Place.NONE : rows.of(term.get(1));
      updates.term(rows.of(term.get(0)), by, 1, false);
    }
    if (isNormalised) {
      updates.endPhase(); // all units are needed
      update =
          normalised(updates.add(rows.cells[c], program.sizes[slot]), cell)
              .start(rows.sums[c], place(program.biases[slot]));
    }
    boolean isKept = rows.derivatives[c] != rows.activated[c];
    update
        .activated(rows.activated[c])
        .activation(activations[slot], isKept ? rows.derivatives[c] : Updates.NOTHING);
    combine(update, cell);
  }

  private Updates.Update normalised(Updates.Update update, CellPlan cell) {
    int c = cell.cell();
    boolean isCentred = program.slot(cell.slot()).normalisation() == Normalisation.LAYER;
    return update.normalised(
        rows.normalised[c], rows.roots[c], place(program.gains[cell.slot()]), isCentred);
  }

  private void combine(Updates.Update update, CellPlan cell) {
    update.combination(
        program.update(cell.slot()),
        rows.of(cell.old()),
        rows.of(cell.keep()),
        rows.of(cell.write()));
  }

  // ----------------------------------------------------------------------------------- back

  /** The gradients of all cells of a time step, in the reverse of the order forward. */
  Updates backward() {
    Updates updates = new Updates();
    for (int p = program.phases.size() - 1; p >= 0; p--) {
      List<CellPlan> phase = program.phases.get(p);
      for (int i = phase.size() - 1; i >= 0; i--) {
        addBackward(updates, phase.get(i));
      }
      updates.endPhase();
    }
    return updates;
  }

  private void addBackward(Updates updates, CellPlan cell) {
    int c = cell.cell();
    int slot = cell.slot();
    boolean isNormalised = isNormalised(slot);
    Updates.Update update =
        updates
            .add(rows.cells[c], program.sizes[slot])
            .activated(isNormalised ? rows.normalised[c] : rows.activated[c])
            .activation(activations[slot], rows.derivatives[c]);
    combine(update, cell);
    readers(updates, reader -> reader.cell() != null && reader.cell() == c, 0, false);
    if (program.endCell(program.program.outputSlot()) == c) {
      updates.term(new Place(rows.output, 0), Place.NONE, 1, isMasked);
    }
    for (int of : program.carried) {
      if (program.endCell(of) == c) {
        updates.term(new Place(rows.outer[of], 0), Place.NONE, 1, isMasked);
        readersOfState(updates, of, isMasked);
      }
    }
    if (isNormalised) {
      updates.endPhase();
      normalised(updates.add(rows.activated[c], program.sizes[slot]), cell)
          .start(rows.normalised[c], Updates.NOTHING);
    }
  }

  /** Which values are meant. */
  private interface Which {
    boolean is(Value value);
  }

  /** What the next time step says of a state that was handed to it. */
  private void readersOfState(Updates updates, int slot, boolean isMaskedThere) {
    readers(updates, value -> value.cell() == null && value.slot() == slot, 1, isMaskedThere);
  }

  /**
   * The gradient of a value, from all cells that read it:
   *
   * <pre>
   *   u = ... + W v                  Wᵀ du
   *   u = ... + v w                  w du
   *   residual, v the old value      dz'
   *   leaky by r, v the old value    (1 - r) dz'
   *   z' = v z + (1 - v) a           (z - a) dz'
   *   z' = g v + (1 - g) a           g dz'
   *   z' = v z + i a                 z dz'
   *   z' = f z + v a                 a dz'
   * </pre>
   *
   * @param shift time steps to those of the readers
   */
  private void readers(Updates updates, Which which, int shift, boolean isMaskedThere) {
    for (CellPlan reader : program.cells) {
      Place du = new Place(rows.activated[reader.cell()], shift);
      for (Product product : reader.products()) {
        if (which.is(product.source())) {
          updates.read(product.matrix(), du, program.sizes[reader.slot()], isMaskedThere);
        }
      }
      for (List<Value> term : reader.terms()) {
        for (int i = 0; i < term.size(); i++) {
          if (which.is(term.get(i))) {
            Place by = term.size() == 1 ? Place.NONE : rows.of(term.get(1 - i)).later(shift);
            updates.term(du, by, 1, isMaskedThere);
          }
        }
      }
      combinations(updates, which, reader, shift, isMaskedThere);
    }
  }

  private void combinations(
      Updates updates, Which which, CellPlan reader, int shift, boolean isMaskedThere) {
    Place dz = new Place(rows.cells[reader.cell()], shift);
    Place a = new Place(rows.activated[reader.cell()], shift);
    Place old = rows.of(reader.old()).later(shift);
    Place keep = rows.of(reader.keep()).later(shift);
    var kind = program.update(reader.slot()).kind();
    if (reader.old() != null && which.is(reader.old())) {
      if (kind == org.iterativemaps.map.Update.Kind.RESIDUAL) {
        updates.term(dz, Place.NONE, 1, isMaskedThere);
      } else if (kind == org.iterativemaps.map.Update.Kind.LEAKY) {
        double kept = 1 - program.update(reader.slot()).scale();
        updates.term(dz, Place.NONE, kept, isMaskedThere);
      } else if (reader.keep() != null) {
        updates.term(dz, keep, 1, isMaskedThere);
      }
    }
    if (reader.keep() != null && which.is(reader.keep())) {
      if (reader.old() != null) {
        updates.term(dz, old, 1, isMaskedThere);
      }
      if (kind == org.iterativemaps.map.Update.Kind.GATED) {
        updates.term(dz, a, -1, isMaskedThere);
      }
    }
    if (reader.write() != null && which.is(reader.write())) {
      updates.term(dz, a, 1, isMaskedThere);
    }
  }

  /** Of the state before a time step, to where it is handed on. */
  Updates stateGradients() {
    Updates updates = new Updates();
    for (int slot : program.carried) {
      updates.add(rows.handed[slot], program.sizes[slot]);
      readersOfState(updates, slot, false);
    }
    return updates;
  }

  /** Of the tokens, of every time step alone. */
  Updates inputGradients() {
    Updates updates = new Updates();
    int input = program.program.inputSlot();
    updates.add(rows.token, inputSize());
    for (InputProduct product : program.inputProducts) {
      int slot = product.slot();
      updates.read(product.matrix(), new Place(rows.drives[slot], 0), program.sizes[slot], false);
    }
    readers(updates, value -> value.cell() == null && value.slot() == input, 0, false);
    return updates;
  }

  // ----------------------------------------------------------------------------------- parameters

  /** The rows whose gradients make up that of a slot's drive. */
  int[] driveTerms(int slot) {
    return Updates.words(
        program.cells.stream()
            .filter(cell -> cell.slot() == slot && cell.isDriven())
            .map(cell -> alone(rows.activated[cell.cell()]))
            .toList());
  }

  private static int[] alone(int gradient) {
    return new int[] {gradient, RecordRows.NO_ROW, 0};
  }

  /** Of the gradient of a parameter: rows of gradients and of values, the latter's shift. */
  int[] terms(int parameter) {
    int matrix = program.matrixOfParameter[parameter];
    return Updates.words(matrix < 0 ? ofSlot(parameter) : ofMatrix(matrix));
  }

  private List<int[]> ofMatrix(int matrix) {
    List<int[]> terms = new ArrayList<>();
    for (InputProduct product : program.inputProducts) {
      if (product.matrix() == matrix) {
        terms.add(new int[] {rows.drives[product.slot()], rows.token, 0});
      }
    }
    for (CellPlan cell : program.cells) {
      for (Product product : cell.products()) {
        if (product.matrix() == matrix) {
          Place source = rows.of(product.source());
          terms.add(new int[] {rows.activated[cell.cell()], source.row(), source.shift()});
        }
      }
    }
    return terms;
  }

  private List<int[]> ofSlot(int parameter) {
    int slot = program.parameters.get(parameter).slot();
    List<int[]> terms = new ArrayList<>();
    if (!isNormalised(slot) && rows.drives[slot] >= 0) {
      terms.add(alone(rows.drives[slot]));
    }
    for (CellPlan cell : program.cells) {
      int n = rows.normalised[cell.cell()];
      if (cell.slot() != slot) {
        continue;
      } else if (parameter == program.gains[slot]) {
        terms.add(new int[] {n, n, 0});
      } else if (isNormalised(slot)) {
        terms.add(alone(n));
      } else if (!cell.isDriven()) {
        terms.add(alone(rows.activated[cell.cell()]));
      }
    }
    return terms;
  }
}
