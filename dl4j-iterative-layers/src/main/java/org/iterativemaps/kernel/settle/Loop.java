package org.iterativemaps.kernel.settle;

import java.util.Arrays;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.MapKernel;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the ways forward and back of a loop have in common.
 *
 * @param <A> float[] or double[]
 */
final class Loop<A> {
  final MapProgram program;
  final UntilSettled until;
  final MapKernel oneStep;
  final Columns<A> columns;
  final DataType type;
  final StateLayout layout;
  final int nIn;
  final int nOut;
  final int outputAt; // the output's first unit in the state; -1 if it is not carried
  private StepCalls<A> calls; // null until there are some

  Loop(
      MapProgram program,
      UntilSettled until,
      MapKernel oneStep,
      Columns<A> columns,
      DataType type) {
    this.program = program;
    this.until = until;
    this.oneStep = oneStep;
    this.columns = columns;
    this.type = type;
    this.layout = new StateLayout(program);
    this.nIn = program.size(program.inputSlot());
    this.nOut = program.size(program.outputSlot());
    int place = layout.slots.indexOf(program.outputSlot());
    this.outputAt = place < 0 ? -1 : layout.first[place];
  }

  /** The same for another thread, with a kernel of its own. */
  Loop<A> another(MapKernel kernel) {
    return new Loop<>(program, until, kernel, columns.another(), type);
  }

  /** The calls of the one step, with these parameters from now on; their arrays are kept. */
  StepCalls<A> calls(INDArray[] parameters) {
    if (calls == null) {
      calls = new StepCalls<>(oneStep, columns, layout, type, nIn, nOut);
    }
    calls.parameters(parameters);
    return calls;
  }

  /** Leaves the arrays to the garbage collector. */
  void rest() {
    calls = null;
    columns.arena().rest();
    oneStep.rest();
  }

  /** Arrays of the same shapes. */
  INDArray[] like(INDArray[] arrays) {
    return Arrays.stream(arrays)
        .map(array -> Nd4j.createUninitialized(type, array.shape(), 'f'))
        .toArray(INDArray[]::new);
  }

  /** Some samples' columns. */
  A some(A all, int units, int samples, int[] which) {
    A some = columns.make(Math.multiplyExact(units, which.length));
    columns.keep(all, units, samples, which, some);
    return some;
  }

  /** Puts some samples' columns back to their places. */
  void putBack(A some, int units, int[] places, A all, int samples) {
    int[] every = new int[places.length];
    for (int i = 0; i < every.length; i++) {
      every[i] = i;
    }
    columns.scatter(some, units, places.length, every, every.length, places, all, samples);
  }
}
