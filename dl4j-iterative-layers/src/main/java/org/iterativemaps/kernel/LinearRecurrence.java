package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a program's state from one time step to the next is a linear function, unit by unit: every
 * slot that is carried reads the input and, through a diagonal block, itself, without activation:
 *
 * <pre>    h(t) = d^K h(t - 1) + what the input gives        d the block's diagonal, K steps</pre>
 *
 * What other slots make of it does not matter. The state after n time steps from h is then d^(K n)
 * h more than from zeros.
 *
 * @param slots what is known of every slot that is carried
 */
record LinearRecurrence(List<Carried> slots) {

  /**
   * One slot.
   *
   * @param slot its index
   * @param block of itself to itself
   * @param steps how often it is computed in a time step
   */
  record Carried(int slot, RealizedBlock block, long steps) {

    /**
     * What the state's share of the state so many time steps later is, unit by unit.
     *
     * @param parameters of the program
     */
    double[] decay(INDArray[] parameters, int timeSteps) {
      double[] diagonal =
          block.fixedValues() != null
              ? block.fixedValues()
              : parameters[block.parameter()].dup().data().asDouble();
      double exponent = (double) steps * timeSteps;
      return DoubleStream.of(diagonal).map(d -> StrictMath.pow(d, exponent)).toArray();
    }
  }

  /** Of a program; empty if its state is carried in another way, or not at all. */
  static Optional<LinearRecurrence> of(MapProgram program) {
    if (!program.realized().map().isLinear()) {
      return Optional.empty();
    }
    List<Carried> slots = new ArrayList<>();
    for (int slot : program.schedule().carried()) {
      Optional<RealizedBlock> own = ownBlock(program, slot);
      if (own.isEmpty() || !(program.activation(slot) instanceof ActivationIdentity)) {
        return Optional.empty();
      }
      slots.add(new Carried(slot, own.get(), program.schedule().evaluationCount(slot)));
    }
    return slots.isEmpty() ? Optional.empty() : Optional.of(new LinearRecurrence(slots));
  }

  /** The diagonal block of a slot to itself, if it reads nothing else but the input. */
  private static Optional<RealizedBlock> ownBlock(MapProgram program, int slot) {
    Optional<RealizedBlock> own = Optional.empty();
    for (Evaluation evaluation : program.schedule().evaluations()) {
      if (evaluation.target().slot() == slot) {
        own = Optional.empty(); // every evaluation has to read it
        for (Read read : evaluation.reads()) {
          RealizedBlock block = program.realized().blocks().get(read.block());
          if (block.from() == slot && block.mask().isDiagonal() && own.isEmpty()) {
            own = Optional.of(block);
          } else if (block.from() != program.inputSlot()) {
            return Optional.empty();
          }
        }
        if (own.isEmpty()) {
          return own;
        }
      }
    }
    return own;
  }

  /**
   * The states before every one of some chunks of time, one behind the other.
   *
   * @param ends by slot, [chunks, size]: the state after each chunk, from zeros but for the first,
   *     whose is right
   * @param decays by slot: {@link Carried#decay} of a chunk
   * @param isBackward whether the chunks follow each other from the last to the first, as gradients
   *     do
   * @return by slot, in ends' places, what goes into each chunk; zeros for the first
   */
  double[][] chain(double[][] ends, double[][] decays, int chunks, boolean isBackward) {
    double[][] into = new double[ends.length][];
    for (Carried carried : slots) {
      double[] end = ends[carried.slot];
      double[] decay = decays[carried.slot];
      double[] before = new double[end.length];
      double[] state = new double[decay.length];
      for (int i = 0; i < chunks; i++) {
        int at = (isBackward ? chunks - 1 - i : i) * state.length;
        System.arraycopy(state, 0, before, at, state.length);
        for (int unit = 0; unit < state.length; unit++) {
          state[unit] = end[at + unit] + decay[unit] * state[unit];
        }
      }
      into[carried.slot] = before;
    }
    return into;
  }

  /** One array for each slot of the program, null but for those that are carried. */
  double[][] decays(INDArray[] parameters, int timeSteps, int slotCount) {
    double[][] decays = new double[slotCount][];
    slots.forEach(carried -> decays[carried.slot] = carried.decay(parameters, timeSteps));
    return decays;
  }

  /** As numbers, row after row. */
  static double[][] numbers(INDArray[] bySlot) {
    return Arrays.stream(bySlot)
        .map(array -> array == null ? null : array.dup('c').data().asDouble())
        .toArray(double[][]::new);
  }
}
