package org.iterativemaps.dynamics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.AttentionBlock;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One step of a map on a held token, as a function of its state in double precision:
 *
 * <pre>    z  &lt;-  F(z; x)</pre>
 *
 * <p>The state is what one step hands to the next: the units of all state slots that some later
 * step reads, in the order of the slots, one after the other. A slot that is only read from outside
 * is no part of it; {@link #outputs} gives the output slot whether or not it is.
 *
 * <p>States are rows, so that many starts go through one call. Values that are not finite are
 * returned as they are. Computed by the reference kernel; an object keeps its arrays, and is not
 * for several threads at once.
 */
public final class MapStep {
  private final MapWeights weights;
  private final MapProgram program;
  private final INDArray[] parameters;
  private final double[] token;
  private final ReferenceKernel kernel;
  private final List<Integer> carried;
  private final int[] first; // of each carried slot its first unit, and the size
  private final LinearPart linear; // null if the map is another one

  private MapStep(MapWeights weights, MapProgram program, INDArray[] parameters, double[] token) {
    this.weights = weights;
    this.program = program;
    this.parameters = parameters;
    this.token = token;
    this.kernel = new ReferenceKernel(program);
    this.carried = program.schedule().carried();
    this.first = new int[carried.size() + 1];
    for (int i = 0; i < carried.size(); i++) {
      first[i + 1] = Math.addExact(first[i], program.size(carried.get(i)));
    }
    this.linear = LinearPart.of(weights, program, token, first);
  }

  /**
   * A step of a map.
   *
   * @param weights the map and its numbers, as {@code LayerWeights.read} gives them
   * @param defaultActivation of slots that name none, a layer's; may be null if all do
   * @param token what the input slot holds, nIn numbers; of a map whose input is an impulse, zeros
   *     for every step but the first
   * @throws IllegalArgumentException if the token or a parameter does not fit or is not finite, no
   *     step depends on the state before it, or attention mixes the rows
   */
  public static MapStep of(MapWeights weights, IActivation defaultActivation, double... token) {
    MapProgram program = MapProgram.sequence(weights.realized(), 1, defaultActivation);
    for (AttentionBlock block : AttentionBlock.of(weights.map())) {
      if (block.time() > 1) {
        throw new IllegalArgumentException(
            "attention block "
                + block.name()
                + ": found examples of "
                + block.time()
                + " tokens, whose states depend on each other; expected maps of one token at a"
                + " time");
      }
    }
    if (program.schedule().carried().isEmpty()) {
      throw new IllegalArgumentException(
          "map: found no state that a step reads: the output follows from the token alone;"
              + " expected a map with a loop, or of several layers");
    }
    INDArray[] parameters =
        weights.realized().parameters().stream()
            .map(p -> Nd4j.createFromArray(finite(weights.values(p.key()), p.key())))
            .toArray(INDArray[]::new);
    return new MapStep(weights, program, parameters, checkToken(token, weights));
  }

  /**
   * The same map on another token.
   *
   * @param otherToken nIn numbers
   * @throws IllegalArgumentException if it does not fit or is not finite
   */
  public MapStep withToken(double... otherToken) {
    return new MapStep(weights, program, parameters, checkToken(otherToken, weights));
  }

  private static double[] checkToken(double[] token, MapWeights weights) {
    int expected = weights.map().input().size();
    if (token.length != expected) {
      throw new IllegalArgumentException(
          "token: found " + token.length + " numbers, expected nIn = " + expected);
    }
    return finite(token.clone(), "token");
  }

  static double[] finite(double[] values, String what) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            what + ": found " + values[i] + " at " + i + ", expected finite numbers");
      }
    }
    return values;
  }

  /** The map and its numbers. */
  public MapWeights weights() {
    return weights;
  }

  /** What the input slot holds, in a new array. */
  public double[] token() {
    return token.clone();
  }

  /** How many units the state has. */
  public int size() {
    return first[first.length - 1];
  }

  /** The slots that are the state, in order. */
  public List<Slot> slots() {
    return carried.stream().map(slot -> program.slots().get(slot)).toList();
  }

  /**
   * The number of a slot's first unit in the state.
   *
   * @throws IllegalArgumentException if the slot is no part of it
   */
  public int offset(String slot) {
    for (int i = 0; i < carried.size(); i++) {
      if (program.slots().get(carried.get(i)).name().equals(slot)) {
        return first[i];
      }
    }
    throw new IllegalArgumentException(
        "slot: found '"
            + slot
            + "', expected one of the state: "
            + slots().stream().map(Slot::name).toList());
  }

  /**
   * The states after one step.
   *
   * @param states [rows][size]
   * @return [rows][size], in new arrays
   */
  public double[][] apply(double[][] states) {
    forward(states, false);
    return join(kernel.lastState(), states.length);
  }

  /** The state after one step, of one row. */
  public double[] apply(double[] state) {
    return apply(new double[][] {state})[0];
  }

  /**
   * The output slot after one step.
   *
   * @param states before it, [rows][size]
   * @return [rows][nOut]
   */
  public double[][] outputs(double[][] states) {
    return matrix(forward(states, false).get(NDArrayIndex.all(), NDArrayIndex.all(), at(0)));
  }

  /**
   * J^T v at each state, J = dF/dz being the Jacobian there.
   *
   * @param states [rows][size]
   * @param vectors v, [rows][size]
   * @return [rows][size]
   */
  public double[][] vectorJacobian(double[][] states, double[][] vectors) {
    if (vectors.length != states.length) {
      throw new IllegalArgumentException(
          "vectors: found "
              + vectors.length
              + " rows, expected as many as states "
              + states.length);
    }
    INDArray output = forward(states, true);
    INDArray[] gradients = Arrays.stream(parameters).map(p -> p.ulike()).toArray(INDArray[]::new);
    INDArray ofInput = Nd4j.create(DataType.DOUBLE, states.length, token.length, 1);
    kernel.backward(Nd4j.zerosLike(output), split(vectors, "vectors"), 0, gradients, ofInput);
    kernel.dropTape();
    return join(kernel.stateGradient(), states.length);
  }

  /**
   * J v at each state.
   *
   * @param states [rows][size]
   * @param vectors v, [rows][size]
   * @return [rows][size]
   * @throws IllegalArgumentException as {@link #jacobian}
   */
  public double[][] jacobianVector(double[][] states, double[][] vectors) {
    if (vectors.length != states.length) {
      throw new IllegalArgumentException(
          "vectors: found "
              + vectors.length
              + " rows, expected as many as states "
              + states.length);
    }
    double[][] products = new double[states.length][];
    Arrays.setAll(products, row -> jacobian(states[row]).times(vectors[row]));
    return products;
  }

  /**
   * The Jacobian J = dF/dz at a state, exact but for rounding.
   *
   * @param state of size numbers
   * @throws IllegalArgumentException if the state does not fit, or J is not finite, or, of a map
   *     that is not linear between its slots, too large for the heap
   */
  public Jacobian jacobian(double... state) {
    checkRows(new double[][] {state}, "state");
    finite(state, "state");
    return new Jacobian(linear == null ? JacobianRows.of(this, state) : linear.jacobian(state));
  }

  private INDArray forward(double[][] states, boolean isTraining) {
    INDArray[] initial = split(states, "states");
    INDArray input = Nd4j.create(DataType.DOUBLE, states.length, token.length, 1);
    input
        .get(NDArrayIndex.all(), NDArrayIndex.all(), at(0))
        .assign(Nd4j.createFromArray(token).reshape(1, token.length).broadcast(rows(states)));
    int nOut = program.size(program.outputSlot());
    INDArray output = Nd4j.create(DataType.DOUBLE, states.length, nOut, 1);
    kernel.forward(parameters, input, null, initial, output, isTraining);
    return output;
  }

  private long[] rows(double[][] states) {
    return new long[] {states.length, token.length};
  }

  private static INDArrayIndex at(int point) {
    return NDArrayIndex.point(point);
  }

  private void checkRows(double[][] rows, String what) {
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

  /** By slot, null where it is not carried. */
  private INDArray[] split(double[][] rows, String what) {
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

  private double[][] join(INDArray[] bySlot, int rows) {
    double[][] joined = new double[rows][size()];
    for (int i = 0; i < carried.size(); i++) {
      INDArray part = bySlot[carried.get(i)];
      double[][] values = part == null ? null : matrix(part); // null: zeros
      for (int row = 0; values != null && row < rows; row++) {
        System.arraycopy(values[row], 0, joined[row], first[i], values[row].length);
      }
    }
    return joined;
  }

  private static double[][] matrix(INDArray array) {
    double[] values = array.dup('c').data().asDouble();
    int width = (int) array.size(1);
    List<double[]> rows = new ArrayList<>();
    for (int start = 0; start < values.length; start += width) {
      rows.add(Arrays.copyOfRange(values, start, start + width));
    }
    return rows.toArray(double[][]::new);
  }
}
