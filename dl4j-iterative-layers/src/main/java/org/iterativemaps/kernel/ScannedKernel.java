package org.iterativemaps.kernel;

import java.util.Arrays;
import org.iterativemaps.iterate.MapProgram;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Long sequences of few examples, of a program whose recurrence is linear: chunks of time are
 * examples of a batch, which another kernel runs side by side. It runs them twice, first for the
 * states between the chunks, which from zeros are wrong by what {@link LinearRecurrence} says; and
 * so it does on the way back, whose gradients of the state are linear, too. That is twice the work
 * in a few of the many steps one after the other, whose vectors one example does not fill.
 *
 * <p>The parallel scan of linear recurrences over time is Martin and Cundy's (Parallelizing Linear
 * Recurrent Neural Nets Over Sequence Length, 2018); theirs is a tree, this one has two levels.
 *
 * <p>A batch that is not small, a time mask, a time with no divisor for a number of chunks, and
 * back-propagation that stops before the first time step go through the other kernel as they are.
 */
final class ScannedKernel implements MapKernel {
  /** Examples that the chunks of a batch become, at most. */
  static final int MOST_EXAMPLES = 64;

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
      int batch,
      int chunks,
      INDArray[] parameters,
      INDArray input,
      INDArray[] initial,
      double[][] decays) {}

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
  static int chunks(int batch, int time) {
    int most = Math.min(MOST_EXAMPLES / batch, time / LEAST_LENGTH);
    for (int chunks = most; chunks >= LEAST_CHUNKS; chunks--) {
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
    int batch = Math.toIntExact(input.size(0));
    int time = Math.toIntExact(input.size(2));
    int chunks = mask == null ? chunks(batch, time) : 1;
    tape = training ? null : tape;
    last = new Call(batch, chunks, null, null, null, null);
    if (chunks == 1) {
      kernel.forward(parameters, input, mask, initial, output, training);
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      DataType type = output.dataType();
      INDArray pieces = pieces(input, chunks);
      INDArray results = Nd4j.createUninitialized(type, pieceShape(output, chunks), 'f');
      double[][] decays = recurrence.decays(parameters, time / chunks, program.slots().size());
      INDArray[] first = inFirst(initial, type, batch, chunks, 0);
      kernel.forward(parameters, pieces, null, first, results, false);
      double[][] ends = LinearRecurrence.numbers(kernel.lastState());
      INDArray[] states =
          sums(first, recurrence.chain(ends, decays, batch, chunks, false), type, batch * chunks);
      kernel.forward(parameters, pieces, null, states, results, training);
      output.assign(whole(results, chunks));
      if (training) {
        tape = new Call(batch, chunks, parameters, input.dup('f'), copies(initial), decays);
      }
    }
  }

  private INDArray[] copies(INDArray[] state) {
    return state == null ? null : KernelPasses.copies(state, program.schedule().carried());
  }

  /** [batch, size, time] as [chunks * batch, size, time / chunks], chunk after chunk. */
  private static INDArray pieces(INDArray sequence, int chunks) {
    long[] shape = pieceShape(sequence, chunks);
    return (sequence.ordering() == 'f' ? sequence : sequence.dup('f'))
        .reshape('f', sequence.size(0), shape[1], shape[2], chunks)
        .permute(0, 3, 1, 2)
        .dup('f')
        .reshape('f', shape);
  }

  private static long[] pieceShape(INDArray sequence, int chunks) {
    return new long[] {chunks * sequence.size(0), sequence.size(1), sequence.size(2) / chunks};
  }

  /** The way back of {@link #pieces}. */
  private static INDArray whole(INDArray pieces, int chunks) {
    long batch = pieces.size(0) / chunks;
    return pieces
        .reshape('f', batch, chunks, pieces.size(1), pieces.size(2))
        .permute(0, 2, 3, 1)
        .dup('f')
        .reshape('f', batch, pieces.size(1), chunks * pieces.size(2));
  }

  /** A state by slot in one chunk, zeros in the others. */
  private INDArray[] inFirst(INDArray[] state, DataType type, int batch, int chunks, int chunk) {
    INDArray[] all = new INDArray[program.slots().size()];
    for (int slot : program.schedule().carried()) {
      if (state != null && state[slot] != null) {
        all[slot] = Nd4j.zeros(type, (long) batch * chunks, program.size(slot));
        rows(all[slot], batch, chunk).assign(state[slot]);
      }
    }
    return all;
  }

  private static INDArray rows(INDArray all, int batch, int chunk) {
    return all.get(
        NDArrayIndex.interval((long) chunk * batch, (chunk + 1L) * batch), NDArrayIndex.all());
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

  /** A chunk's rows of a state. */
  private INDArray[] of(INDArray[] all, Call call, int chunk) {
    if (call.chunks == 1) {
      return all;
    }
    INDArray[] rows =
        Arrays.stream(all)
            .map(slot -> slot == null ? null : rows(slot, call.batch, chunk))
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
      INDArray output = outputGradient.ulike();
      kernel.forward(tape.parameters, tape.input, null, tape.initial, output, true);
      tape = null;
    }
    if (tape == null) {
      kernel.backward(outputGradient, lastStateGradient, firstTimeStep, gradients, inputGradient);
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      int batch = tape.batch;
      int chunks = tape.chunks;
      DataType type = inputGradient.dataType();
      INDArray pieces = pieces(outputGradient, chunks);
      INDArray results = Nd4j.createUninitialized(type, pieceShape(inputGradient, chunks), 'f');
      INDArray[] lastOnly = inFirst(lastStateGradient, type, batch, chunks, chunks - 1);
      kernel.backward(pieces, lastOnly, 0, gradients, results);
      double[][] begins = LinearRecurrence.numbers(kernel.stateGradient());
      INDArray[] states =
          sums(
              lastOnly,
              recurrence.chain(begins, tape.decays, batch, chunks, true),
              type,
              batch * chunks);
      kernel.backward(pieces, states, 0, gradients, results);
      inputGradient.assign(whole(results, chunks));
      stateGradient = of(kernel.stateGradient(), tape, 0);
    }
  }

  @Override
  public INDArray[] stateGradient() {
    return stateGradient == null
        ? kernel.stateGradient()
        : KernelPasses.copies(stateGradient, program.schedule().carried());
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
