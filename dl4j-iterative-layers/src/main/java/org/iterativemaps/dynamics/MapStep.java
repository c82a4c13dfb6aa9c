package org.iterativemaps.dynamics;

import java.util.Arrays;
import java.util.List;
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
 * returned as they are. Maps of linear blocks and elementwise activations are computed from their
 * sparse weights, all others by the reference kernel; an object keeps its arrays and shares them
 * with those of other tokens that were made from it: they are for one thread at a time.
 */
public final class MapStep {
  private final MapWeights weights;
  private final StateLayout layout;
  private final INDArray[] parameters;
  private final ReferenceKernel kernel;
  private final LinearPart linear; // null if the map is another one
  private final double[] token;

  private MapStep(
      MapWeights weights,
      StateLayout layout,
      INDArray[] parameters,
      ReferenceKernel kernel,
      LinearPart linear,
      double[] token) {
    this.weights = weights;
    this.layout = layout;
    this.parameters = parameters;
    this.kernel = kernel;
    this.linear = linear;
    this.token = token;
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
    StateLayout layout = StateLayout.of(weights, defaultActivation);
    INDArray[] parameters =
        weights.realized().parameters().stream()
            .map(p -> Nd4j.createFromArray(finite(weights.values(p.key()), p.key())))
            .toArray(INDArray[]::new);
    return new MapStep(
        weights,
        layout,
        parameters,
        new ReferenceKernel(layout.program()),
        LinearPart.of(layout, weights),
        checkToken(token, weights));
  }

  /**
   * The same map on another token.
   *
   * @param otherToken nIn numbers
   * @throws IllegalArgumentException if it does not fit or is not finite
   */
  public MapStep withToken(double... otherToken) {
    return new MapStep(
        weights, layout, parameters, kernel, linear, checkToken(otherToken, weights));
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
    return layout.size();
  }

  /** The slots that are the state, in order. */
  public List<Slot> slots() {
    return layout.slots();
  }

  /**
   * The number of a slot's first unit in the state.
   *
   * @throws IllegalArgumentException if the slot is no part of it
   */
  public int offset(String slot) {
    List<String> names = slots().stream().map(Slot::name).toList();
    if (!names.contains(slot)) {
      throw new IllegalArgumentException(
          "slot: found '" + slot + "', expected one of the state: " + names);
    }
    return layout.first(names.indexOf(slot));
  }

  /**
   * The states after one step.
   *
   * @param states [rows][size]
   * @return [rows][size], in new arrays
   */
  public double[][] apply(double[][] states) {
    layout.checkRows(states, "states");
    if (linear != null) {
      return linear.apply(states, token);
    }
    forward(states, false);
    return layout.join(kernel.lastState(), states.length);
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
    INDArray output = forward(states, false);
    double[][] rows = new double[states.length][];
    for (int row = 0; row < rows.length; row++) {
      INDArray own = output.get(at(row), NDArrayIndex.all(), at(0));
      rows[row] = own.dup('c').data().asDouble();
    }
    return rows;
  }

  /**
   * J^T v at each state, J = dF/dz being the Jacobian there.
   *
   * @param states [rows][size]
   * @param vectors v, [rows][size]
   * @return [rows][size]
   */
  public double[][] vectorJacobian(double[][] states, double[][] vectors) {
    checkAsMany(states, vectors);
    INDArray output = forward(states, true);
    INDArray[] gradients = Arrays.stream(parameters).map(INDArray::ulike).toArray(INDArray[]::new);
    INDArray ofInput = Nd4j.create(DataType.DOUBLE, states.length, token.length, 1);
    INDArray[] ofState = layout.split(vectors, "vectors");
    kernel.backward(Nd4j.zerosLike(output), ofState, 0, gradients, ofInput);
    kernel.dropTape();
    return layout.join(kernel.stateGradient(), states.length);
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
    checkAsMany(states, vectors);
    double[][] products = new double[states.length][];
    Arrays.setAll(products, row -> jacobian(states[row]).times(vectors[row]));
    return products;
  }

  private static void checkAsMany(double[][] states, double[][] vectors) {
    if (vectors.length != states.length) {
      throw new IllegalArgumentException(
          "vectors: found "
              + vectors.length
              + " rows, expected as many as states: "
              + states.length);
    }
  }

  /**
   * The Jacobian J = dF/dz at a state, exact but for rounding.
   *
   * @param state of size numbers
   * @throws IllegalArgumentException if the state does not fit, or J is not finite, or, of a map
   *     that is not linear between its slots, too large for the heap
   */
  public Jacobian jacobian(double... state) {
    layout.checkRows(new double[][] {state}, "state");
    finite(state, "state");
    return new Jacobian(
        linear == null ? JacobianRows.of(this, state) : linear.jacobian(state, token));
  }

  private INDArray forward(double[][] states, boolean isTraining) {
    INDArray[] initial = layout.split(states, "states");
    INDArray input = Nd4j.create(DataType.DOUBLE, states.length, token.length, 1);
    input
        .get(NDArrayIndex.all(), NDArrayIndex.all(), at(0))
        .addiRowVector(Nd4j.createFromArray(token).reshape(1, token.length));
    int nOut = weights.map().output().size();
    INDArray output = Nd4j.create(DataType.DOUBLE, states.length, nOut, 1);
    kernel.forward(parameters, input, null, initial, output, isTraining);
    return output;
  }

  private static INDArrayIndex at(int point) {
    return NDArrayIndex.point(point);
  }
}
