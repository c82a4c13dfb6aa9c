package org.iterativemaps.dynamics;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.SparseMatrix;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The units of all slots that one step hands to the next, one slot after the other. */
final class StateLayout {
  static final String NO_STATE =
      "found no state that a step reads: the output follows from the token alone; expected a map"
          + " with a loop, or of several layers";

  private final MapProgram program;
  private final List<Integer> carried;
  private final int[] first; // of each carried slot its first unit, and the size

  private StateLayout(MapProgram program) {
    this.program = program;
    this.carried = program.schedule().carried();
    this.first = new int[carried.size() + 1];
    for (int i = 0; i < carried.size(); i++) {
      first[i + 1] = Math.addExact(first[i], program.size(carried.get(i)));
    }
  }

  /** Refuses a map without any. */
  static StateLayout of(MapWeights weights, IActivation defaultActivation) {
    StateLayout layout =
        new StateLayout(MapProgram.sequence(weights.realized(), 1, defaultActivation));
    if (layout.carried.isEmpty()) {
      throw new IllegalArgumentException("map: " + NO_STATE);
    }
    return layout;
  }

  MapProgram program() {
    return program;
  }

  int size() {
    return first[carried.size()];
  }

  /** How many slots. */
  int count() {
    return carried.size();
  }

  /** The place of a slot of the map among these; -1 if it is none. */
  int place(int slot) {
    return carried.indexOf(slot);
  }

  /** The index in the map of the slot at a place. */
  int index(int place) {
    return carried.get(place);
  }

  Slot slot(int place) {
    return program.slots().get(carried.get(place));
  }

  List<Slot> slots() {
    return carried.stream().map(slot -> program.slots().get(slot)).toList();
  }

  IActivation activation(int place) {
    return program.activation(carried.get(place));
  }

  int first(int place) {
    return first[place];
  }

  /** All linear blocks between these slots, as one matrix. */
  SparseMatrix weights(MapWeights weights) {
    SparseMatrix sum = empty(size());
    for (RealizedBlock block : weights.realized().blocks()) {
      int from = place(block.from());
      int to = place(block.to());
      if (from >= 0 && to >= 0) {
        sum =
            sum.plus(
                SparseMatrix.of(block.mask(), weights.values(block))
                    .placed(size(), size(), first[from], first[to]));
      }
    }
    return sum;
  }

  /** The linear blocks from the input. */
  SparseMatrix inputWeights(MapWeights weights) {
    int nIn = weights.map().input().size();
    SparseMatrix sum = empty(nIn);
    for (RealizedBlock block : weights.realized().blocks()) {
      int to = place(block.to());
      if (to >= 0 && block.from() == program.inputSlot()) {
        sum =
            sum.plus(
                SparseMatrix.of(block.mask(), weights.values(block))
                    .placed(nIn, size(), 0, first[to]));
      }
    }
    return sum;
  }

  private SparseMatrix empty(int fromSize) {
    return SparseMatrix.of(WeightMask.ofCells(fromSize, size(), new long[0]), new double[0]);
  }

  double[] biases(MapWeights weights) {
    double[] biases = new double[size()];
    for (int i = 0; i < carried.size(); i++) {
      int bias = weights.realized().biasParameter(carried.get(i));
      if (bias >= 0) {
        double[] values = weights.values(weights.realized().parameters().get(bias).key());
        System.arraycopy(values, 0, biases, first[i], values.length);
      }
    }
    return biases;
  }

  /** Rows of the state to arrays by slot of the map, null where it is none of these. */
  INDArray[] split(double[][] rows, String what) {
    checkRows(rows, what);
    INDArray[] bySlot = new INDArray[program.slots().size()];
    for (int i = 0; i < carried.size(); i++) {
      double[][] part = new double[rows.length][];
      for (int row = 0; row < rows.length; row++) {
        part[row] = Arrays.copyOfRange(rows[row], first[i], first[i + 1]);
      }
      bySlot[carried.get(i)] = Nd4j.createFromArray(part);
    }
    return bySlot;
  }

  /** And back; null is zeros. */
  double[][] join(INDArray[] bySlot, int rows) {
    double[][] joined = new double[rows][size()];
    for (int i = 0; i < carried.size(); i++) {
      INDArray part = bySlot[carried.get(i)];
      for (int row = 0; part != null && row < rows; row++) {
        double[] values = part.getRow(row).dup('c').data().asDouble();
        System.arraycopy(values, 0, joined[row], first[i], values.length);
      }
    }
    return joined;
  }

  void checkRows(double[][] rows, String what) {
    if (rows.length == 0) {
      throw new IllegalArgumentException(what + ": found no rows, expected at least 1");
    }
    for (int row = 0; row < rows.length; row++) {
      if (rows[row].length != size()) {
        throw new IllegalArgumentException(
            what
                + ": found "
                + rows[row].length
                + " numbers in row "
                + row
                + ", expected "
                + size());
      }
    }
  }
}
