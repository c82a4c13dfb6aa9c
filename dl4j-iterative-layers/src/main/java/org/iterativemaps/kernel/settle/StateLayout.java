package org.iterativemaps.kernel.settle;

import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Where the units of the carried slots are in one state, one slot behind the other. */
final class StateLayout {
  final List<Integer> slots; // that a step carries
  final int[] first; // by place in the list, its first unit
  final int[] sizes;
  final int slotCount;
  final int units;

  StateLayout(MapProgram oneStep) {
    this.slots = oneStep.schedule().carried();
    this.slotCount = oneStep.slots().size();
    this.first = new int[slots.size()];
    this.sizes = slots.stream().mapToInt(oneStep::size).toArray();
    int at = 0;
    for (int i = 0; i < first.length; i++) {
      first[i] = at;
      at = Math.addExact(at, sizes[i]);
    }
    this.units = at;
  }

  /** Matrices [samples, size] by slot, null for slots that are not carried. */
  INDArray[] matrices(DataType type, int samples) {
    INDArray[] matrices = new INDArray[slotCount];
    for (int i = 0; i < sizes.length; i++) {
      matrices[slots.get(i)] = Nd4j.createUninitialized(type, new long[] {samples, sizes[i]}, 'f');
    }
    return matrices;
  }

  /** Overwrites matrices with a state. */
  <A> void write(Columns<A> columns, A state, int samples, INDArray[] matrices) {
    for (int i = 0; i < sizes.length; i++) {
      columns.write(state, first[i] * samples, matrices[slots.get(i)]);
    }
  }

  /** Overwrites a state, with zeros where there is no matrix. */
  <A> void read(Columns<A> columns, INDArray[] matrices, int samples, A state) {
    for (int i = 0; i < sizes.length; i++) {
      INDArray matrix = matrices == null ? null : matrices[slots.get(i)];
      if (matrix == null) {
        columns.clear(state, first[i] * samples, (first[i] + sizes[i]) * samples);
      } else {
        columns.read(matrix, state, first[i] * samples);
      }
    }
  }
}
