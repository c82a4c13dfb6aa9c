package org.iterativemaps.kernel.reference;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.kernel.KernelPasses;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.map.AttentionBlock;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The specification: any map on plain ND4J operations, for any backend and floating type.
 *
 * <p>Sparse weights are spread into dense matrices once per call, and their dense gradients
 * gathered back to the weights that exist; nothing is masked inside the loop. The contribution of
 * the input is one matrix product for the whole sequence. Readable before fast: {@link #step} is
 * the equation, {@link TokenPass} the same equation for those cells alone that somebody reads, and
 * back.
 */
public final class ReferenceKernel implements MapKernel {
  private final MapProgram program;
  private final Spreading spreading;
  // The arrays of a kind of pass stay until the next of its kind: an inference pass may come
  // between a training pass and its way back.
  private final ArrayPool training = new ArrayPool();
  private final ArrayPool inference = new ArrayPool();
  private final ArrayPool wayBack = new ArrayPool();
  private Tape tape;
  private INDArray[] lastState;
  private INDArray[] stateGradient;

  /**
   * A kernel for one layer.
   *
   * @throws IllegalArgumentException if a block has too many cells to be spread into a matrix
   */
  public ReferenceKernel(MapProgram program) {
    this.program = program;
    this.spreading = new Spreading(program.realized());
  }

  /** All that backward needs of a forward pass. */
  private record Tape(
      MapValues values, Tokens tokens, INDArray mask, List<TokenPass> passes, long[] shape) {}

  /**
   * One step of the map: z_i &lt;- U_i( z_i, A_i( N_i( sum_j F_ij(z_j) ) + b_i ) ), wires first,
   * then state slots.
   *
   * @param parameters as in {@link #forward}
   * @param z the values of input and state slots, [rows, size] by slot; not changed
   * @return the values after the step, those of wires too
   */
  public INDArray[] step(INDArray[] parameters, INDArray[] z) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      DataType type = z[program.inputSlot()].dataType();
      ArrayPool pool = new ArrayPool();
      MapValues values = new MapValues(spreading, parameters, type, pool);
      BlockArithmetic functions = new BlockArithmetic(program, values, pool, false);
      INDArray[] seen = z.clone(); // and the wires of this step
      for (int i = 0; i < seen.length; i++) {
        if (slot(i).isWire()) {
          seen[i] = next(i, seen, values, functions, pool);
        }
      }
      INDArray[] next = seen.clone();
      for (int i = 0; i < seen.length; i++) {
        if (slot(i).isState()) {
          next[i] = next(i, seen, values, functions, pool);
        }
      }
      return next;
    }
  }

  private INDArray next(
      int i, INDArray[] z, MapValues values, BlockArithmetic functions, ArrayPool pool) {
    INDArray sum = pool.zeros(values.type, z[program.inputSlot()].size(0), program.size(i));
    List<RealizedBlock> blocks = program.realized().blocks();
    for (int b = 0; b < blocks.size(); b++) {
      if (blocks.get(b).to() == i) {
        INDArray[] from = blocks.get(b).sources().stream().map(j -> z[j]).toArray(INDArray[]::new);
        sum.addi(functions.value(b, from).value());
      }
    }
    String keep = slot(i).update().keep();
    String write = slot(i).update().write();
    SlotArithmetic.Others others =
        new SlotArithmetic.Others(
            z[i],
            keep == null ? null : z[program.realized().map().indexOf(keep)],
            write == null ? null : z[program.realized().map().indexOf(write)]);
    return new SlotArithmetic(program, i, values, pool).value(sum, others, false).value();
  }

  private Slot slot(int index) {
    return program.slots().get(index);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the batch is no whole examples of an attention block
   */
  @Override
  public void forward(
      INDArray[] parameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean isTraining) {
    AttentionBlock.obstacle(program.realized().map(), input.size(0))
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("input: " + reason);
            });
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      ArrayPool pool = isTraining ? training : inference;
      pool.begin();
      lastState = null; // until it is whole
      tape = isTraining ? null : tape;
      DataType type = output.dataType();
      long batch = input.size(0);
      MapValues values = new MapValues(spreading, parameters, type, pool);
      Tokens tokens = new Tokens(program, values, rowsOfTimeSteps(input, type, pool), batch, pool);
      INDArray timeMask = mask == null ? null : mask.castTo(type);
      List<TokenPass> passes = new ArrayList<>();
      INDArray[] state = startingState(initial, batch, type, pool);
      for (int t = 0; t < input.size(2); t++) {
        TokenPass pass = new TokenPass(program, values, tokens, t, state, pool, isTraining);
        output
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t))
            .assign(masked(pass.end(program.outputSlot()), timeMask, t));
        for (int slot : schedule().carried()) {
          state[slot] = masked(pass.end(slot), timeMask, t);
        }
        if (isTraining) {
          passes.add(pass);
        } else {
          pass.release(state);
        }
      }
      if (isTraining) {
        tape = new Tape(values, tokens, timeMask, passes, input.shape().clone());
      }
      lastState = state;
    }
  }

  @Override
  public INDArray[] lastState() {
    return KernelPasses.copies(KernelPasses.required(lastState, "forward"), schedule().carried());
  }

  @Override
  public void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] gradients,
      INDArray inputGradient) {
    KernelPasses.requiredTape(tape);
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      stateGradient = null; // until it is whole
      wayBack.begin();
      MapGradients sums = new MapGradients(tape.values, wayBack, gradients != null);
      Tokens.WayBack ofTokens = tape.tokens.wayBack(wayBack);
      TokenPass.WayBack way = new TokenPass.WayBack(sums, ofTokens, wayBack, null);
      INDArray epsilon = outputGradient.castTo(tape.values.type);
      INDArray[] ofState = new INDArray[program.slots().size()];
      for (int slot : schedule().carried()) {
        boolean isGiven = lastStateGradient != null && lastStateGradient[slot] != null;
        ofState[slot] = isGiven ? lastStateGradient[slot].castTo(tape.values.type) : null;
      }
      for (int t = tape.passes.size() - 1; t >= firstTimeStep; t--) {
        INDArray ofOutput =
            epsilon.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t));
        back(t, ofOutput, ofState, way);
      }
      if (gradients != null) {
        // [time * batch, nIn] back to [batch, nIn, time]
        INDArray ofRows = ofTokens.finish(sums);
        inputGradient.assign(
            ofRows.reshape('f', tape.shape[0], tape.shape[2], tape.shape[1]).permute(0, 2, 1));
        sums.finish(gradients);
      }
      stateGradient = ofState;
    }
  }

  /**
   * Back through a time step.
   *
   * @param ofState gradient of the state after it, by slot, null for zeros; then of that before it
   */
  private void back(int t, INDArray ofOutput, INDArray[] ofState, TokenPass.WayBack way) {
    TokenPass pass = tape.passes.get(t);
    Map<Cell, INDArray> gradients = new HashMap<>();
    pass.gradient(schedule().end(program.outputSlot()), gradients, way)
        .addi(masked(ofOutput, tape.mask, t));
    for (int slot : schedule().carried()) {
      if (ofState[slot] != null) {
        pass.gradient(schedule().end(slot), gradients, way)
            .addi(masked(ofState[slot], tape.mask, t));
        way.pool().giveBack(ofState[slot]);
      }
    }
    pass.back(gradients, way);
    for (int slot : schedule().carried()) {
      ofState[slot] = gradients.get(new Cell(slot, 0));
    }
  }

  @Override
  public INDArray[] stateGradient() {
    return KernelPasses.copies(
        KernelPasses.required(stateGradient, "backward"), schedule().carried());
  }

  @Override
  public boolean hasTape() {
    return tape != null;
  }

  @Override
  public void dropTape() {
    tape = null;
  }

  @Override
  public void rest() {
    dropTape();
    pools().forEach(ArrayPool::rest);
  }

  /** Numbers in the arrays that are kept from call to call. */
  long held() {
    return pools().mapToLong(ArrayPool::held).sum();
  }

  private Stream<ArrayPool> pools() {
    return Stream.of(training, inference, wayBack);
  }

  private Schedule schedule() {
    return program.schedule();
  }

  /** [batch, nIn, time] to [time * batch, nIn] with the time steps one after the other. */
  private static INDArray rowsOfTimeSteps(INDArray input, DataType type, ArrayPool pool) {
    INDArray tokens = pool.take(type, input.size(0) * input.size(2), input.size(1));
    tokens.reshape('f', input.size(0), input.size(2), input.size(1)).assign(input.permute(0, 2, 1));
    return tokens;
  }

  private static INDArray masked(INDArray value, INDArray mask, int t) {
    if (mask == null) {
      return value;
    }
    INDArray column = mask.getColumn(t, true);
    INDArray product = value.mulColumnVector(column);
    // The native operation reads the view's memory; Java may let go of the view before it is done.
    Reference.reachabilityFence(column);
    return product;
  }

  private INDArray[] startingState(INDArray[] initial, long batch, DataType type, ArrayPool pool) {
    INDArray[] state = new INDArray[program.slots().size()];
    for (int slot : schedule().carried()) {
      state[slot] = pool.zeros(type, batch, program.size(slot));
      if (initial != null && initial[slot] != null) {
        state[slot].assign(initial[slot]);
      }
    }
    return state;
  }
}
