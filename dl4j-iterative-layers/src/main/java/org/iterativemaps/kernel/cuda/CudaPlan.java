package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.kernel.cuda.Updates.Head;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Slot;

/**
 * A program as {@code iterative_map.cu} wants it: the rows of a time step's record, the updates of
 * the sweeps forward and back, and the pairs of rows whose products the parameters' gradients are
 * sums of. Immutable.
 *
 * <p>The <b>drive</b> of a slot is its bias and what the input contributes, the same in all steps
 * of a time step and computed for all time steps side by side. Every row has one writer: on the way
 * back the gradient of a cell is collected from all updates that read it.
 */
final class CudaPlan {
  private static final int NO_ROW = -1;

  /** Rows of a record. */
  final int rows;

  /** The first row of the token. */
  final int token;

  /** By slot, the row of its state as it is handed to the next time step; -1 if it is not. */
  private final int[] handed;

  /** By slot, the row of the gradient that comes from outside of the map; -1 if none does. */
  private final int[] outer;

  private final MapProgram program;
  private final boolean isMasked;
  private final List<Evaluation> evaluations;
  private final Map<Cell, Integer> values = new HashMap<>(); // rows
  private final Map<Cell, Integer> preActivations = new HashMap<>(); // rows
  private final CudaActivation[] activations; // by slot
  private final int[] drives; // rows by slot; -1 where the input contributes nothing
  private final int[] biases; // places by slot among all parameters; -1 without one

  /**
   * Lays out a program that has no {@link #obstacle}.
   *
   * @param isMasked whether there is a time mask
   */
  CudaPlan(MapProgram program, boolean isMasked) {
    this.program = program;
    this.isMasked = isMasked;
    this.evaluations = List.copyOf(program.schedule().evaluations());
    int slots = program.slots().size();
    this.activations = new CudaActivation[slots];
    this.drives = filled(slots);
    this.handed = filled(slots);
    this.outer = filled(slots);
    this.biases = filled(slots);
    int row = 0;
    this.token = row;
    row += program.size(program.inputSlot());
    for (Evaluation evaluation : evaluations) {
      int slot = evaluation.target().slot();
      int size = program.size(slot);
      activations[slot] = CudaActivation.of(program.activation(slot)).orElseThrow();
      if (isDriven(evaluation) && drives[slot] < 0) {
        drives[slot] = row;
        row += size;
      }
      values.put(evaluation.target(), row);
      row += size;
      if (activations[slot].isFromPreActivation()) {
        preActivations.put(evaluation.target(), row);
        row += size;
      }
    }
    for (int slot : program.schedule().carried()) {
      handed[slot] = isMasked ? row : values.get(program.schedule().end(slot));
      row += isMasked ? program.size(slot) : 0;
    }
    for (int slot = 0; slot < slots; slot++) {
      if (slot == program.outputSlot() || handed[slot] >= 0) {
        outer[slot] = row;
        row += program.size(slot);
      }
    }
    this.rows = row;
    int place = 0;
    for (Parameter parameter : program.realized().parameters()) {
      if (parameter.isBias()) {
        biases[parameter.slot()] = place;
      }
      place += parameter.length();
    }
  }

  private static int[] filled(int length) {
    int[] places = new int[length];
    Arrays.fill(places, NO_ROW);
    return places;
  }

  /** Why a program cannot run here, in words that can follow "because"; empty if it can. */
  static Optional<String> obstacle(MapProgram program) {
    for (Block block : program.realized().map().blocks()) {
      if (!block.isLinear()) {
        return Optional.of("block " + block.name() + " is " + block.function());
      }
    }
    for (Slot slot : program.slots()) {
      if (slot.isNormalised() || slot.update().readsOldValue()) {
        return Optional.of("slot '" + slot.name() + "' is normalised, residual or gated");
      }
      int index = program.realized().map().indexOf(slot.name());
      if (!slot.isInput() && CudaActivation.of(program.activation(index)).isEmpty()) {
        return Optional.of(
            "slot '" + slot.name() + "' has the activation " + program.activation(index));
      }
    }
    return Optional.empty();
  }

  private boolean isDriven(Evaluation evaluation) {
    return evaluation.reads().stream().anyMatch(this::isOfInput);
  }

  private boolean isOfInput(Read read) {
    return read.source().slot() == program.inputSlot() && !read.source().isZero();
  }

  /** Whether a read is of the state that the time step before handed on. */
  private static boolean isOfState(Read read) {
    return read.source().step() == 0;
  }

  /** Reads of other slots than the input, but for those of zeros. */
  private List<Read> products(Evaluation evaluation) {
    return evaluation.reads().stream()
        .filter(read -> read.source().slot() != program.inputSlot() && !read.source().isZero())
        .toList();
  }

  private int sourceRow(Read read) {
    return isOfState(read) ? handed[read.source().slot()] : values.get(read.source());
  }

  private static int shift(Read read) {
    return isOfState(read) ? -1 : 0;
  }

  private int start(int slot) {
    return biases[slot] < 0 ? Updates.NOTHING : Updates.BIAS;
  }

  /** Slots whose state is handed on. */
  List<Integer> carried() {
    return program.schedule().carried();
  }

  int handed(int slot) {
    return handed[slot];
  }

  int outer(int slot) {
    return outer[slot];
  }

  /** The row of the output. */
  int output() {
    return values.get(program.schedule().end(program.outputSlot()));
  }

  /** Of every time step alone: what the input contributes, and biases. */
  Updates drives() {
    Updates updates = new Updates();
    for (int slot = 0; slot < drives.length; slot++) {
      if (drives[slot] >= 0) {
        updates.add(
            Head.sum(
                drives[slot], program.size(slot), start(slot), false, Math.max(0, biases[slot])));
        for (int block : inputBlocks(slot)) {
          updates.read(block, token, program.size(program.inputSlot()), 0, false);
        }
      }
    }
    return updates;
  }

  /** Blocks from the input to a slot. */
  private List<Integer> inputBlocks(int slot) {
    List<Integer> found = new ArrayList<>();
    for (int block = 0; block < program.realized().blocks().size(); block++) {
      var realized = program.realized().blocks().get(block);
      if (realized.from() == program.inputSlot() && realized.to() == slot) {
        found.add(block);
      }
    }
    return found;
  }

  /** All cells of a time step after the other. */
  Updates forward() {
    Updates updates = new Updates();
    for (Evaluation evaluation : evaluations) {
      Cell cell = evaluation.target();
      int slot = cell.slot();
      boolean isHanded = isMasked && handed[slot] >= 0 && isEnd(cell);
      updates.add(
          new Head(
              values.get(cell),
              program.size(slot),
              isDriven(evaluation) ? drives[slot] : start(slot),
              false,
              Math.max(0, biases[slot]),
              activations[slot],
              preActivations.getOrDefault(cell, Updates.NOTHING),
              isHanded ? handed[slot] : Updates.NOTHING));
      for (Read read : products(evaluation)) {
        int units = program.size(read.source().slot());
        updates.read(read.block(), sourceRow(read), units, shift(read), false);
      }
    }
    return updates;
  }

  private boolean isEnd(Cell cell) {
    return program.schedule().end(cell.slot()).equals(cell);
  }

  /** dL/dz of all cells of a time step before the other. */
  Updates backward() {
    Updates updates = new Updates();
    for (int i = evaluations.size() - 1; i >= 0; i--) {
      Cell cell = evaluations.get(i).target();
      int slot = cell.slot();
      updates.add(
          new Head(
              values.get(cell),
              program.size(slot),
              isEnd(cell) && outer[slot] >= 0 ? outer[slot] : Updates.NOTHING,
              isMasked,
              0,
              activations[slot],
              preActivations.getOrDefault(cell, values.get(cell)),
              Updates.NOTHING));
      if (isEnd(cell) && handed[slot] >= 0) {
        readNext(updates, slot, isMasked);
      }
      for (Evaluation reader : evaluations) {
        for (Read read : products(reader)) {
          if (!isOfState(read) && read.source().equals(cell)) {
            readGradient(updates, reader, read, 0, false);
          }
        }
      }
    }
    return updates;
  }

  /** What the next time step says of a state that was handed to it. */
  private void readNext(Updates updates, int slot, boolean isMaskedThere) {
    for (Evaluation reader : evaluations) {
      for (Read read : products(reader)) {
        if (isOfState(read) && read.source().slot() == slot) {
          readGradient(updates, reader, read, 1, isMaskedThere);
        }
      }
    }
  }

  private void readGradient(
      Updates updates, Evaluation reader, Read read, int shift, boolean isMaskedThere) {
    Cell target = reader.target();
    updates.read(
        read.block(), values.get(target), program.size(target.slot()), shift, isMaskedThere);
  }

  /** Of the state before a time step, to where it is handed on. */
  Updates stateGradients() {
    Updates updates = new Updates();
    for (int slot : carried()) {
      updates.add(Head.sum(handed[slot], program.size(slot), Updates.NOTHING, false, 0));
      readNext(updates, slot, false);
    }
    return updates;
  }

  /** Of the tokens, of every time step alone. */
  Updates inputGradients() {
    Updates updates = new Updates();
    updates.add(Head.sum(token, program.size(program.inputSlot()), Updates.NOTHING, false, 0));
    for (int slot = 0; slot < drives.length; slot++) {
      if (drives[slot] >= 0) {
        for (int block : inputBlocks(slot)) {
          updates.read(block, drives[slot], program.size(slot), 0, false);
        }
      }
    }
    return updates;
  }

  /** By slot: the row of its drive, -1 without one. */
  int drive(int slot) {
    return drives[slot];
  }

  /** The rows whose gradients make up that of a slot's drive. */
  int[] driveTerms(int slot) {
    return Updates.words(
        evaluations.stream()
            .filter(evaluation -> evaluation.target().slot() == slot && isDriven(evaluation))
            .map(evaluation -> new int[] {values.get(evaluation.target()), 0, 0})
            .toList());
  }

  /** Of the gradient of a block's weights: rows of gradients and of values, the latter's shift. */
  int[] weightTerms(int block) {
    var realized = program.realized().blocks().get(block);
    if (realized.from() == program.inputSlot()) {
      int drive = drives[realized.to()];
      return drive < 0 ? new int[0] : new int[] {drive, token, 0};
    }
    List<int[]> terms = new ArrayList<>();
    for (Evaluation evaluation : evaluations) {
      for (Read read : products(evaluation)) {
        if (read.block() == block) {
          terms.add(new int[] {values.get(evaluation.target()), sourceRow(read), shift(read)});
        }
      }
    }
    return Updates.words(terms);
  }

  /** Of the gradient of a slot's bias. */
  int[] biasTerms(int slot) {
    List<int[]> terms = new ArrayList<>();
    if (drives[slot] >= 0) {
      terms.add(new int[] {drives[slot], 0, 0});
    }
    for (Evaluation evaluation : evaluations) {
      if (evaluation.target().slot() == slot && !isDriven(evaluation)) {
        terms.add(new int[] {values.get(evaluation.target()), 0, 0});
      }
    }
    return Updates.words(terms);
  }
}
