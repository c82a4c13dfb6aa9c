package org.iterativemaps.kernel;

import java.util.Arrays;
import org.iterativemaps.iterate.MapProgram;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Long sequences of one example, of a program whose recurrence is linear: chunks of time are
 * examples of a batch, which another kernel runs side by side, reading and writing the sequence
 * where it lies. It runs them twice, first for the states between the chunks, which from zeros are
 * wrong by what {@link LinearRecurrence} says; and so it does on the way back, whose gradients of
 * the state are linear, too. That is twice the work in a few of the many time steps one after the
 * other, whose vectors one example does not fill.
 *
 * <p>The parallel scan of linear recurrences over time is Martin and Cundy's (Parallelizing Linear
 * Recurrent Neural Nets Over Sequence Length, 2018); theirs is a tree, this one has two levels.
 *
 * <p>A larger batch, a time mask, a time with no divisor for a number of chunks, and
 * back-propagation that stops before the first time step go through the other kernel as they are.
 */
final class ScannedKernel implements MapKernel {
  /** Four vectors of the widest. */
  static final int MOST_CHUNKS = 64;

  // Fewer chunks do not make up for two passes; shorter ones are all boundary.
  private static final int LEAST_CHUNKS = 8;
  private static final int LEAST_LENGTH = 4;

  private final MapProgram program;
  private final LinearRecurrence recurrence;
  private final MapKernel kernel;
  private Call last; // null before the first; of the last forward pass
  private Call tape; // of the last training pass, if that was in chunks
  private INDArray[] stateGradient; // null where the other kernel has it

  /** A forward pass, and in training what runs it again. */
  private record Call(
      int chunks, INDArray[] parameters, INDArray input, INDArray[] initial, double[][] decays) {}

  /**
   * A kernel for one layer.
   *
   * @param kernel runs the same program
   */
  ScannedKernel(MapProgram program, LinearRecurrence recurrence, MapKernel kernel) {
    this.program = program;
    this.recurrence = recurrence;
    this.kernel = kernel;
  }

  /** How many chunks to cut a call into: a divisor of the time, or 1. */
  static int chunks(long batch, int time) {
    int most = Math.min(MOST_CHUNKS, time / LEAST_LENGTH);
    for (int chunks = batch == 1 ? most : 1; chunks >= LEAST_CHUNKS; chunks--) {
      if (time % chunks == 0) {
        return chunks;
      }
    }
    return 1;
  }

  @Override
  public void forward(
      INDArray[] parameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean training) {
    int time = Math.toIntExact(input.size(2));
    int chunks = mask == null ? chunks(input.size(0), time) : 1;
    tape = training ? null : tape;
    last = new Call(chunks, null, null, null, null);
    if (chunks == 1) {
      kernel.forward(parameters, input, mask, initial, output, training);
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      DataType type = output.dataType();
      INDArray pieces = pieces(plain(input), chunks);
      INDArray writable = isPlain(output) ? output : fresh(output);
      INDArray results = pieces(writable, chunks);
      double[][] decays = recurrence.decays(parameters, time / chunks, program.slots().size());
      INDArray[] first = inOne(initial, type, chunks, 0);
      kernel.forward(parameters, pieces, null, first, results, false);
      double[][] ends = LinearRecurrence.numbers(kernel.lastState());
      INDArray[] states = sums(first, recurrence.chain(ends, decays, chunks, false), type, chunks);
      kernel.forward(parameters, pieces, null, states, results, training);
      if (writable != output) {
        output.assign(writable);
      }
      if (training) {
        tape = new Call(chunks, parameters, input.dup('f'), copies(initial), decays);
      }
    }
  }

  private INDArray[] copies(INDArray[] state) {
    return state == null ? null : KernelPasses.copies(state, program.schedule().carried());
  }

  /** [1, size, time] as a view [chunks, size, time / chunks]. */
  private static INDArray pieces(INDArray plain, int chunks) {
    return plain.reshape('f', plain.size(1), plain.size(2) / chunks, chunks).permute(2, 0, 1);
  }

  private static INDArray plain(INDArray sequence) {
    return isPlain(sequence) ? sequence : sequence.dup('f');
  }

  private static INDArray fresh(INDArray sequence) {
    return Nd4j.createUninitialized(sequence.dataType(), sequence.shape(), 'f');
  }

  /** Whether units lie side by side and time steps one behind the other. */
  private static boolean isPlain(INDArray sequence) {
    return sequence.ordering() == 'f'
        && sequence.stride(1) == 1
        && sequence.stride(2) == sequence.size(1);
  }

  /** A state by slot in one chunk, zeros in the others. */
  private INDArray[] inOne(INDArray[] state, DataType type, int chunks, int chunk) {
    INDArray[] all = new INDArray[program.slots().size()];
    for (int slot : program.schedule().carried()) {
      if (state != null && state[slot] != null) {
        all[slot] = Nd4j.zeros(type, chunks, program.size(slot));
        all[slot].putRow(chunk, state[slot]);
      }
    }
    return all;
  }

  private INDArray[] sums(INDArray[] first, double[][] more, DataType type, int rows) {
    INDArray[] sums = new INDArray[more.length];
    for (int slot : program.schedule().carried()) {
      sums[slot] = Nd4j.create(more[slot], new long[] {rows, program.size(slot)}, type);
      if (first[slot] != null) {
        sums[slot].addi(first[slot]);
      }
    }
    return sums;
  }

  @Override
  public INDArray[] lastState() {
    Call call = KernelPasses.required(last, "forward");
    return of(kernel.lastState(), call, call.chunks - 1);
  }

  /** A chunk's state. */
  private INDArray[] of(INDArray[] all, Call call, int chunk) {
    if (call.chunks == 1) {
      return all;
    }
    INDArray[] rows =
        Arrays.stream(all)
            .map(slot -> slot == null ? null : slot.getRow(chunk, true))
            .toArray(INDArray[]::new);
    return KernelPasses.copies(rows, program.schedule().carried());
  }

  @Override
  public void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] gradients,
      INDArray inputGradient) {
    stateGradient = null;
    if (tape != null && firstTimeStep > 0) { // a pass in chunks cannot stop in the midst of one
      INDArray output = fresh(outputGradient);
      kernel.forward(tape.parameters, tape.input, null, tape.initial, output, true);
      tape = null;
    }
    if (tape == null) {
      kernel.backward(outputGradient, lastStateGradient, firstTimeStep, gradients, inputGradient);
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      int chunks = tape.chunks;
      DataType type = outputGradient.dataType();
      INDArray pieces = pieces(plain(outputGradient), chunks);
      boolean isPlain = inputGradient == null || isPlain(inputGradient);
      INDArray writable = isPlain ? inputGradient : fresh(inputGradient);
      INDArray results = writable == null ? null : pieces(writable, chunks);
      INDArray[] lastOnly = inOne(lastStateGradient, type, chunks, chunks - 1);
      kernel.backward(pieces, lastOnly, 0, gradients, results);
      double[][] begins = LinearRecurrence.numbers(kernel.stateGradient());
      double[][] later = recurrence.chain(begins, tape.decays, chunks, true);
      kernel.backward(pieces, sums(lastOnly, later, type, chunks), 0, gradients, results);
      if (writable != inputGradient) {
        inputGradient.assign(writable);
      }
      stateGradient = of(kernel.stateGradient(), tape, 0);
    }
  }

  @Override
  public INDArray[] lastState(INDArray[] reuse) {
    boolean isWhole = KernelPasses.required(last, "forward").chunks == 1;
    return isWhole ? kernel.lastState(reuse) : lastState();
  }

  @Override
  public INDArray[] stateGradient(INDArray[] reuse) {
    return stateGradient == null ? kernel.stateGradient(reuse) : stateGradient();
  }

  @Override
  public INDArray[] stateGradient() {
    return stateGradient == null
        ? kernel.stateGradient()
        : KernelPasses.copies(stateGradient, program.schedule().carried());
  }

  /** For one time step. */
  @Override
  public boolean keepsParameters() {
    return kernel.keepsParameters();
  }

  @Override
  public boolean runsBesideOthers() {
    return kernel.runsBesideOthers();
  }

  @Override
  public boolean hasTape() {
    return kernel.hasTape();
  }

  @Override
  public void dropTape() {
    tape = null;
    kernel.dropTape();
  }

  @Override
  public void rest() {
    tape = null;
    kernel.rest();
  }
}
