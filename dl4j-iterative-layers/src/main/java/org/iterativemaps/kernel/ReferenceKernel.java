package org.iterativemaps.kernel;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.iterativemaps.map.RealizedMap.Parameter;
import org.iterativemaps.map.Schedule;
import org.iterativemaps.map.Schedule.Cell;
import org.iterativemaps.map.Schedule.Read;
import org.iterativemaps.map.Schedule.Update;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The specification: the map on plain ND4J operations, for any backend and floating type.
 *
 * <p>Each block is spread into a dense matrix once per call, and its dense gradient gathered back
 * to the weights that exist; nothing is masked inside the loop. The contribution of the input is
 * one matrix product for the whole sequence. Readable before fast.
 */
public final class ReferenceKernel implements MapKernel {
  private final MapProgram program;
  private final List<DenseBlock> blocks;
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
    this.blocks = program.realized().blocks().stream().map(DenseBlock::new).toList();
  }

  /** All that backward needs of a forward pass; of the weights W^T[from, to]. */
  private record Tape(
      INDArray[] weights, INDArray tokens, INDArray mask, List<TimeStep> timeSteps, long[] shape) {}

  /** Values and pre-activations of the cells of one time step. */
  private record TimeStep(Map<Cell, INDArray> values, Map<Cell, INDArray> preActivations) {}

  @Override
  public void forward(
      INDArray[] parameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean isTraining) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      ArrayPool pool = isTraining ? training : inference;
      pool.begin();
      lastState = null; // until it is whole
      tape = isTraining ? null : tape;
      DataType type = output.dataType();
      INDArray[] weights = new INDArray[blocks.size()];
      for (int b = 0; b < weights.length; b++) {
        DenseBlock block = blocks.get(b);
        weights[b] = pool.take(type, program.size(block.from()), program.size(block.to()));
        block.spreadTransposed(parameters, weights[b]);
      }
      INDArray tokens = rowsOfTimeSteps(input, type, pool);
      INDArray timeMask = mask == null ? null : mask.castTo(type);
      long batch = input.size(0);
      Map<Integer, INDArray> fromInput = inputContributions(weights, tokens, pool);
      List<TimeStep> timeSteps = new ArrayList<>();
      INDArray[] state = startingState(initial, batch, type, pool);
      for (int t = 0; t < input.size(2); t++) {
        TimeStep now = new TimeStep(new HashMap<>(), new HashMap<>());
        for (int slot : schedule().carried()) {
          now.values.put(new Cell(slot, 0), state[slot]);
        }
        for (Update update : schedule().updates()) {
          compute(update, now, parameters, weights, fromInput, t, batch, pool, isTraining);
        }
        output
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t))
            .assign(masked(endValue(now, program.outputSlot()), timeMask, t));
        for (int slot : schedule().carried()) {
          state[slot] = masked(endValue(now, slot), timeMask, t);
        }
        timeSteps.add(isTraining ? now : null);
        if (!isTraining) {
          giveBack(now, state);
        }
      }
      if (isTraining) {
        tape = new Tape(weights, tokens, timeMask, timeSteps, input.shape().clone());
      }
      lastState = state;
    }
  }

  /** What a time step of inference leaves that the next does not read. */
  private void giveBack(TimeStep past, INDArray[] state) {
    for (INDArray value : past.values.values()) {
      if (Arrays.stream(state).noneMatch(next -> next == value)) {
        inference.giveBack(value);
      }
    }
  }

  @Override
  public INDArray[] lastState() {
    return copies(lastState, "forward");
  }

  @Override
  public INDArray[] stateGradient() {
    return copies(stateGradient, "backward");
  }

  private void compute(
      Update update,
      TimeStep now,
      INDArray[] parameters,
      INDArray[] weights,
      Map<Integer, INDArray> fromInput,
      int t,
      long batch,
      ArrayPool pool,
      boolean isTraining) {
    int slot = update.target().slot();
    DataType type = weights[0].dataType();
    INDArray z = pool.zeros(type, batch, program.size(slot));
    if (readsInput(update)) {
      INDArray contribution = rows(fromInput.get(slot), t, batch);
      z.addi(contribution);
      Reference.reachabilityFence(contribution);
    }
    int bias = program.realized().biasParameter(slot);
    if (bias >= 0) {
      z.addiRowVector(parameters[bias].castTo(type).reshape(1, program.size(slot)));
    }
    for (Read read : update.reads()) {
      if (!isInput(read)) {
        Nd4j.gemm(now.values.get(read.source()), weights[read.block()], z, false, false, 1, 1);
      }
    }
    INDArray value = z;
    if (isTraining) {
      now.preActivations.put(update.target(), z);
      value = pool.copy(z);
    }
    now.values.put(update.target(), program.activation(slot).getActivation(value, isTraining));
  }

  @Override
  public void backward(
      INDArray outputGradient, int firstTimeStep, INDArray[] gradients, INDArray inputGradient) {
    if (tape == null) {
      throw new IllegalStateException("backward needs a training forward pass before it");
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Tape last = tape;
      tape = null;
      stateGradient = null; // until it is whole
      wayBack.begin();
      Sweep sweep = new Sweep(last);
      INDArray epsilon = outputGradient.castTo(last.tokens.dataType());
      for (int t = last.timeSteps.size() - 1; t >= firstTimeStep; t--) {
        sweep.back(t, epsilon.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t)));
      }
      sweep.finish(gradients, inputGradient);
      stateGradient = sweep.stateGradient;
    }
  }

  /** One backward pass: sums over time steps, and the gradient handed to the time step before. */
  private final class Sweep {
    private final Tape tape;
    private final long batch;
    private final DataType type;
    // [from, to]
    private final INDArray[] weightGradients = new INDArray[blocks.size()];
    // By slot; null where there is no bias.
    private final INDArray[] biasGradients = new INDArray[program.slots().size()];
    // dL/dz of all updates that read the input, rows as in Tape.tokens, summed over the K steps.
    private final Map<Integer, INDArray> inputDeltas = new HashMap<>();
    final INDArray[] stateGradient = new INDArray[program.slots().size()];

    Sweep(Tape tape) {
      this.tape = tape;
      this.batch = tape.shape[0];
      this.type = tape.tokens.dataType();
      for (int b = 0; b < weightGradients.length; b++) {
        weightGradients[b] = wayBack.zeros(type, tape.weights[b].size(0), tape.weights[b].size(1));
      }
      for (int slot = 0; slot < biasGradients.length; slot++) {
        if (program.realized().biasParameter(slot) >= 0) {
          biasGradients[slot] = wayBack.zeros(type, 1, program.size(slot));
        }
      }
    }

    void back(int t, INDArray epsilon) {
      TimeStep now = tape.timeSteps.get(t);
      Map<Cell, INDArray> gradients = new HashMap<>();
      of(schedule().end(program.outputSlot()), gradients).addi(masked(epsilon, tape.mask, t));
      for (int slot : schedule().carried()) {
        if (stateGradient[slot] != null) {
          of(schedule().end(slot), gradients).addi(masked(stateGradient[slot], tape.mask, t));
          wayBack.giveBack(stateGradient[slot]);
        }
      }
      List<Update> updates = schedule().updates();
      for (int u = updates.size() - 1; u >= 0; u--) {
        Update update = updates.get(u);
        INDArray gradient = gradients.remove(update.target());
        if (gradient != null) {
          back(update, now, gradient, gradients, t);
          wayBack.giveBack(gradient);
        }
      }
      for (int slot : schedule().carried()) {
        stateGradient[slot] = gradients.get(new Cell(slot, 0));
      }
    }

    private void back(
        Update update, TimeStep now, INDArray gradient, Map<Cell, INDArray> gradients, int t) {
      int slot = update.target().slot();
      INDArray z = now.preActivations.get(update.target());
      INDArray delta = program.activation(slot).backprop(z, gradient).getFirst();
      if (biasGradients[slot] != null) {
        biasGradients[slot].addi(delta.sum(true, 0));
      }
      if (readsInput(update)) {
        INDArray all =
            inputDeltas.computeIfAbsent(
                slot, s -> wayBack.zeros(type, tape.tokens.size(0), program.size(s)));
        rows(all, t, batch).addi(delta);
      }
      for (Read read : update.reads()) {
        if (!isInput(read)) {
          INDArray source = now.values.get(read.source());
          INDArray sourceGradient = of(read.source(), gradients);
          Nd4j.gemm(source, delta, weightGradients[read.block()], true, false, 1, 1);
          Nd4j.gemm(delta, tape.weights[read.block()], sourceGradient, false, true, 1, 1);
        }
      }
    }

    void finish(INDArray[] gradients, INDArray inputGradient) {
      INDArray tokenGradients = wayBack.zeros(type, tape.tokens.size(0), tape.tokens.size(1));
      for (int b = 0; b < weightGradients.length; b++) {
        INDArray delta = inputDeltas.get(blocks.get(b).to());
        if (blocks.get(b).from() == program.inputSlot() && delta != null) {
          Nd4j.gemm(tape.tokens, delta, weightGradients[b], true, false, 1, 1);
          Nd4j.gemm(delta, tape.weights[b], tokenGradients, false, true, 1, 1);
        }
      }
      List<Parameter> parameters = program.realized().parameters();
      for (int p = 0; p < parameters.size(); p++) {
        Parameter parameter = parameters.get(p);
        if (parameter.isBias()) {
          gradients[p].assign(biasGradients[parameter.slot()].reshape(gradients[p].shape()));
        } else {
          int block = parameter.block();
          blocks.get(block).gatherTransposed(weightGradients[block], gradients[p]);
        }
      }
      // [time * batch, nIn] back to [batch, nIn, time]
      inputGradient.assign(
          tokenGradients.reshape('f', batch, tape.shape[2], tape.shape[1]).permute(0, 2, 1));
    }

    /** A cell's gradient, to be added to; zeros at first. */
    private INDArray of(Cell cell, Map<Cell, INDArray> gradients) {
      return gradients.computeIfAbsent(
          cell, c -> wayBack.zeros(type, batch, program.size(c.slot())));
    }
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

  private boolean isInput(Read read) {
    return read.source().slot() == program.inputSlot();
  }

  private boolean readsInput(Update update) {
    return update.reads().stream().anyMatch(this::isInput);
  }

  /** Sum over the blocks from the input into each slot, for all time steps at once. */
  private Map<Integer, INDArray> inputContributions(
      INDArray[] weights, INDArray tokens, ArrayPool pool) {
    Map<Integer, INDArray> contributions = new HashMap<>();
    for (int b = 0; b < weights.length; b++) {
      if (blocks.get(b).from() == program.inputSlot()) {
        INDArray sum =
            contributions.computeIfAbsent(
                blocks.get(b).to(),
                slot -> pool.zeros(tokens.dataType(), tokens.size(0), program.size(slot)));
        Nd4j.gemm(tokens, weights[b], sum, false, false, 1, 1);
      }
    }
    return contributions;
  }

  /** [batch, nIn, time] to [time * batch, nIn] with the time steps one after the other. */
  private static INDArray rowsOfTimeSteps(INDArray input, DataType type, ArrayPool pool) {
    INDArray tokens = pool.take(type, input.size(0) * input.size(2), input.size(1));
    tokens.reshape('f', input.size(0), input.size(2), input.size(1)).assign(input.permute(0, 2, 1));
    return tokens;
  }

  private static INDArray rows(INDArray allRows, int t, long batch) {
    return allRows.get(NDArrayIndex.interval(t * batch, (t + 1) * batch), NDArrayIndex.all());
  }

  private INDArray endValue(TimeStep now, int slot) {
    return now.values.get(schedule().end(slot));
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

  private static INDArray[] copies(INDArray[] arrays, String pass) {
    if (arrays == null) {
      throw new IllegalStateException("there was no " + pass + " pass yet");
    }
    INDArray[] copies = new INDArray[arrays.length];
    for (int i = 0; i < arrays.length; i++) {
      try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        copies[i] = arrays[i] == null ? null : arrays[i].dup('f');
      }
    }
    return copies;
  }
}
