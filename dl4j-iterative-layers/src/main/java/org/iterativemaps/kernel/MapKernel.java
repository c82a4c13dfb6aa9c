package org.iterativemaps.kernel;

import org.iterativemaps.iterate.MapProgram;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs one {@link MapProgram} over a batch of sequences, forward and backward.
 *
 * <p>For each time step t the token is written into the input slot and the scheduled cells of the K
 * steps are computed: a = A(sum W z + b). Where a time mask is given, the output of a masked time
 * step and the state it hands on are zero, as in DL4J's SimpleRnn (its LSTM computes masked time
 * steps like any other, except in LastTimeStep).
 *
 * <p>A kernel holds the tape of its last {@code forward} and reusable buffers: it belongs to one
 * layer and is not thread-safe. Arguments are not checked here; the layers do that. States are
 * arrays by slot index, [batch, size], null meaning zeros; a kernel never changes the arrays it is
 * given as state and hands out others, outside of any workspace, when asked for them.
 */
public interface MapKernel {

  /**
   * Runs all time steps.
   *
   * @param parameters the parameter vectors in the order of {@link
   *     org.iterativemaps.map.RealizedMap#parameters()}, each with as many elements; not changed
   * @param input [batch, nIn, time]; not changed
   * @param mask [batch, time] of 0 and 1, or null
   * @param initial state before the first time step by slot, or null for zeros
   * @param output [batch, nOut, time]; overwritten
   * @param training whether activations are told that this is training, and the tape is kept for
   *     {@link #backward}
   */
  void forward(
      INDArray[] parameters,
      INDArray input,
      INDArray mask,
      INDArray[] initial,
      INDArray output,
      boolean training);

  /**
   * The state after the last time step of the last forward pass, by slot; null where no later time
   * step needs it.
   *
   * @throws IllegalStateException if there was none
   */
  INDArray[] lastState();

  /**
   * The same, in arrays that an earlier call gave, where there are such and they fit.
   *
   * @param reuse by slot, overwritten, outside of any workspace; null, and null entries, for fresh
   *     ones
   */
  default INDArray[] lastState(INDArray[] reuse) {
    return lastState();
  }

  /**
   * Back-propagates through the last training forward pass. The tape stays, so that the same pass
   * can be gone back through again with other gradients, until {@link #dropTape} or the next
   * training pass.
   *
   * @param outputGradient dL/d(output), [batch, nOut, time]; not changed
   * @param lastStateGradient dL/d(state after the last time step) by slot, beside what the output
   *     says of it; null, and null entries, for zeros; not changed
   * @param firstTimeStep back-propagation stops after this time step, counted from 0 (truncated
   *     BPTT): outputs before it are given no gradient
   * @param gradients by parameter; overwritten; null where that of the state is all that is wanted
   * @param inputGradient dL/d(input), [batch, nIn, time]; overwritten; null where the others are
   * @throws IllegalStateException if there is no tape
   */
  void backward(
      INDArray outputGradient,
      INDArray[] lastStateGradient,
      int firstTimeStep,
      INDArray[] gradients,
      INDArray inputGradient);

  /** The same where the last state has no gradient of its own. */
  default void backward(
      INDArray outputGradient, int firstTimeStep, INDArray[] gradients, INDArray inputGradient) {
    backward(outputGradient, null, firstTimeStep, gradients, inputGradient);
  }

  /**
   * dL/d(state before time step firstTimeStep) of the last backward pass, by slot; null where the
   * map does not carry the slot.
   *
   * @throws IllegalStateException if there was none
   */
  INDArray[] stateGradient();

  /**
   * The same, in arrays that an earlier call gave, where there are such and they fit.
   *
   * @param reuse by slot, overwritten, outside of any workspace; null, and null entries, for fresh
   *     ones
   */
  default INDArray[] stateGradient(INDArray[] reuse) {
    return stateGradient();
  }

  /**
   * Whether matrices [batch, size] do for input, output and their gradients where there is one time
   * step: to have ND4J make an array of three axes of each takes as long as a small call.
   */
  default boolean takesMatrices() {
    return false;
  }

  /**
   * Whether {@link #forward} may be given null as parameters: those of the last call of its kind,
   * training or not, have not changed. To read a hundred thousand takes as long as to multiply with
   * them.
   */
  default boolean keepsParameters() {
    return false;
  }

  /**
   * Whether kernels of this kind run side by side, each in a thread of its own, as well as one of
   * them in all threads.
   */
  default boolean runsBesideOthers() {
    return false;
  }

  /** Whether there is a tape to go back on. */
  boolean hasTape();

  /** Drops the tape. */
  void dropTape();

  /**
   * Drops the tape and leaves the arrays whose size follows from the last calls to the garbage
   * collector: the next call uses those that are still there. State and state gradient stay.
   */
  void rest();
}
