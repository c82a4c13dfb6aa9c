package org.iterativemaps.kernel;

import java.lang.ref.Reference;
import java.util.Locale;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.Injection;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Inference with so many steps per token that their cells cannot be held side by side: K steps on
 * one token are one step on each token of a sequence that repeats it K times (with {@link
 * Injection#IMPULSE}, that goes on with zeros). The sequence is given to another kernel a piece at
 * a time, so memory does not depend on K.
 *
 * <p>It does not train: back-propagation needs the states of all K steps.
 */
final class ManyStepsKernel implements MapKernel {
  /** Evaluations per token up to which the other kernels are asked, which hold all of them. */
  static final int MOST_EVALUATIONS = 1 << 17;

  /** Steps in a piece, unless the batch is large. */
  static final int STEPS_AT_A_TIME = 4096;

  // Numbers of input and output in a piece, at most.
  private static final long PIECE = 1 << 22;

  private final MapProgram program;
  private final MapKernel oneStep;
  private INDArray[] lastState;

  /**
   * A kernel for one layer.
   *
   * @param oneStep runs {@link MapProgram#withOneStep()}
   */
  ManyStepsKernel(MapProgram program, MapKernel oneStep) {
    this.program = program;
    this.oneStep = oneStep;
  }

  /** Whether a program has too many updates for the other kernels. */
  static boolean isFor(MapProgram program) {
    return program.schedule().evaluations().size() > MOST_EVALUATIONS;
  }

  @Override
  public void forward(
      INDArray[] parameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean training) {
    if (training) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "training keeps every one of the %d evaluations per token of K = %d steps, at most %d; train"
                  + " with fewer steps (inference runs with any K)",
              program.schedule().evaluations().size(),
              program.schedule().steps(),
              MOST_EVALUATIONS));
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      DataType type = output.dataType();
      INDArray tokens = input.castTo(type);
      INDArray timeMask = mask == null ? null : mask.castTo(type);
      INDArray[] state = initial;
      for (int t = 0; t < input.size(2); t++) {
        INDArray last = Nd4j.create(type, new long[] {output.size(0), output.size(1), 1}, 'f');
        state = token(parameters, tokens, t, state, last);
        INDArray column = timeMask == null ? null : timeMask.getColumn(t, true);
        for (int slot = 0; slot < state.length; slot++) {
          state[slot] = state[slot] == null ? null : masked(state[slot], column);
        }
        INDArray result = last.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(0));
        output
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t))
            .assign(masked(result, column));
      }
      lastState = state;
    }
  }

  /** All steps of one token: the state after them, and the output into the last array. */
  private INDArray[] token(
      INDArray[] parameters, INDArray tokens, int t, INDArray[] initial, INDArray last) {
    INDArray token =
        tokens.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(t, t + 1));
    boolean isHeld = program.realized().map().injection() == Injection.HOLD;
    INDArray[] state = initial;
    int steps = program.schedule().steps();
    long wide = Math.max(1, PIECE / (token.size(0) * (token.size(1) + last.size(1))));
    int atATime = (int) Math.min(Math.min(wide, STEPS_AT_A_TIME), steps);
    INDArray piece = isHeld ? token.repeat(2, atATime) : impulse(token, atATime);
    for (int done = 0; done < steps; ) {
      int count = Math.min(atATime, steps - done);
      if (count < piece.size(2)) {
        piece =
            piece
                .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, count))
                .dup();
      }
      INDArray outputs =
          Nd4j.create(last.dataType(), new long[] {last.size(0), last.size(1), count}, 'f');
      oneStep.forward(parameters, piece, null, state, outputs, false);
      state = oneStep.lastState();
      done += count;
      if (!isHeld && done == count) {
        piece = Nd4j.zeros(piece.dataType(), piece.shape());
      }
      if (done == steps) {
        last.assign(
            outputs.get(
                NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(count - 1, count)));
      }
    }
    return state;
  }

  private static INDArray impulse(INDArray token, int count) {
    INDArray piece = Nd4j.zeros(token.dataType(), token.size(0), token.size(1), count);
    piece.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 1)).assign(token);
    return piece;
  }

  private static INDArray masked(INDArray value, INDArray column) {
    if (column == null) {
      return value;
    }
    INDArray product = value.mulColumnVector(column);
    Reference.reachabilityFence(column); // its memory is read natively
    return product;
  }

  @Override
  public INDArray[] lastState() {
    return KernelPasses.copies(
        KernelPasses.required(lastState, "forward"), program.schedule().carried());
  }

  @Override
  public void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] gradients,
      INDArray inputGradient) {
    KernelPasses.requiredTape(null);
  }

  @Override
  public INDArray[] stateGradient() {
    return KernelPasses.required(null, "backward");
  }

  @Override
  public boolean hasTape() {
    return false;
  }

  @Override
  public void dropTape() {
    // there is none
  }

  @Override
  public void rest() {
    oneStep.rest();
  }
}
