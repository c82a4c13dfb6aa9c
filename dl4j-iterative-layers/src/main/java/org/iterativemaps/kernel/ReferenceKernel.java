package org.iterativemaps.kernel;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** All that backward needs of a forward pass. */
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
      boolean training) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      DataType type = output.dataType();
      INDArray[] weights = new INDArray[blocks.size()];
      for (int b = 0; b < weights.length; b++) {
        weights[b] = blocks.get(b).matrix(parameters, type);
      }
      INDArray tokens = rowsOfTimeSteps(input.castTo(type));
      INDArray timeMask = mask == null ? null : mask.castTo(type);
      long batch = input.size(0);
      Map<Integer, INDArray> fromInput = inputContributions(weights, tokens);
      List<TimeStep> timeSteps = new ArrayList<>();
      INDArray[] state = startingState(initial, batch, type);
      for (int t = 0; t < input.size(2); t++) {
        TimeStep now = new TimeStep(new HashMap<>(), new HashMap<>());
        for (int slot : schedule().carried()) {
          now.values.put(new Cell(slot, 0), state[slot]);
        }
        for (Update update : schedule().updates()) {
          compute(update, now, parameters, weights, fromInput, t, batch, type, training);
        }
        output
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t))
            .assign(masked(endValue(now, program.outputSlot()), timeMask, t));
        for (int slot : schedule().carried()) {
          state[slot] = masked(endValue(now, slot), timeMask, t);
        }
        timeSteps.add(training ? now : null);
      }
      tape =
          training ? new Tape(weights, tokens, timeMask, timeSteps, input.shape().clone()) : tape;
      lastState = state;
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
      DataType type,
      boolean training) {
    int slot = update.target().slot();
    INDArray z = Nd4j.create(type, new long[] {batch, program.size(slot)}, 'f');
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
        Nd4j.gemm(now.values.get(read.source()), weights[read.block()], z, false, true, 1, 1);
      }
    }
    now.preActivations.put(update.target(), z);
    INDArray value = program.activation(slot).getActivation(z.dup('f'), training);
    now.values.put(update.target(), value);
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
    private final INDArray[] weightGradients = new INDArray[blocks.size()];
    private final INDArray[] biasGradients = new INDArray[program.slots().size()];
    // dL/dz of all updates that read the input, rows as in Tape.tokens, summed over the K steps.
    private final Map<Integer, INDArray> inputDeltas = new HashMap<>();
    final INDArray[] stateGradient = new INDArray[program.slots().size()];

    Sweep(Tape tape) {
      this.tape = tape;
      this.batch = tape.shape[0];
      this.type = tape.tokens.dataType();
      for (int b = 0; b < weightGradients.length; b++) {
        weightGradients[b] = Nd4j.zeros(type, tape.weights[b].shape());
      }
      for (int slot = 0; slot < biasGradients.length; slot++) {
        biasGradients[slot] = Nd4j.zeros(type, program.size(slot));
      }
    }

    void back(int t, INDArray epsilon) {
      TimeStep now = tape.timeSteps.get(t);
      Map<Cell, INDArray> gradients = new HashMap<>();
      add(gradients, schedule().end(program.outputSlot()), masked(epsilon.dup('f'), tape.mask, t));
      for (int slot : schedule().carried()) {
        if (stateGradient[slot] != null) {
          add(gradients, schedule().end(slot), masked(stateGradient[slot], tape.mask, t));
        }
      }
      List<Update> updates = schedule().updates();
      for (int u = updates.size() - 1; u >= 0; u--) {
        Update update = updates.get(u);
        INDArray gradient = gradients.remove(update.target());
        if (gradient != null) {
          back(update, now, gradient, gradients, t);
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
      biasGradients[slot].addi(delta.sum(0));
      if (readsInput(update)) {
        INDArray all =
            inputDeltas.computeIfAbsent(
                slot,
                s -> Nd4j.create(type, new long[] {tape.tokens.size(0), program.size(s)}, 'f'));
        rows(all, t, batch).addi(delta);
      }
      for (Read read : update.reads()) {
        if (!isInput(read)) {
          INDArray source = now.values.get(read.source());
          Nd4j.gemm(delta, source, weightGradients[read.block()], true, false, 1, 1);
          add(gradients, read.source(), delta.mmul(tape.weights[read.block()]));
        }
      }
    }

    void finish(INDArray[] gradients, INDArray inputGradient) {
      INDArray tokenGradients =
          Nd4j.create(type, new long[] {tape.tokens.size(0), tape.tokens.size(1)}, 'f');
      for (int b = 0; b < weightGradients.length; b++) {
        INDArray delta = inputDeltas.get(blocks.get(b).to());
        if (blocks.get(b).from() == program.inputSlot() && delta != null) {
          Nd4j.gemm(delta, tape.tokens, weightGradients[b], true, false, 1, 1);
          Nd4j.gemm(delta, tape.weights[b], tokenGradients, false, false, 1, 1);
        }
      }
      List<Parameter> parameters = program.realized().parameters();
      for (int p = 0; p < parameters.size(); p++) {
        Parameter parameter = parameters.get(p);
        INDArray gradient =
            parameter.isBias()
                ? biasGradients[parameter.slot()]
                : blocks.get(parameter.block()).entries(weightGradients[parameter.block()]);
        gradients[p].assign(gradient.reshape(gradients[p].shape()));
      }
      // [time * batch, nIn] back to [batch, nIn, time]
      inputGradient.assign(
          tokenGradients.reshape('f', batch, tape.shape[2], tape.shape[1]).permute(0, 2, 1));
    }

    private void add(Map<Cell, INDArray> gradients, Cell cell, INDArray gradient) {
      gradients.merge(cell, gradient, INDArray::add);
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
  private Map<Integer, INDArray> inputContributions(INDArray[] weights, INDArray tokens) {
    Map<Integer, INDArray> contributions = new HashMap<>();
    for (int b = 0; b < weights.length; b++) {
      if (blocks.get(b).from() == program.inputSlot()) {
        INDArray product = tokens.mmul(weights[b].transpose());
        contributions.merge(blocks.get(b).to(), product, INDArray::addi);
      }
    }
    return contributions;
  }

  /** [batch, nIn, time] to [time * batch, nIn] with the time steps one after the other. */
  private static INDArray rowsOfTimeSteps(INDArray input) {
    return input
        .permute(0, 2, 1)
        .dup('f')
        .reshape('f', input.size(0) * input.size(2), input.size(1));
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

  private INDArray[] startingState(INDArray[] initial, long batch, DataType type) {
    INDArray[] state = new INDArray[program.slots().size()];
    for (int slot : schedule().carried()) {
      state[slot] =
          initial == null || initial[slot] == null
              ? Nd4j.create(type, new long[] {batch, program.size(slot)}, 'f')
              : initial[slot].castTo(type).dup('f');
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
