package org.iterativemaps.dynamics;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.iterativemaps.map.pattern.Heap;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.Eigenvalue;
import org.iterativemaps.map.values.SparseMatrix;

/**
 * Solves F^p(z) = z by Newton's method with halved steps: z &lt;- z - t (J - I)^-1 (F^p(z) - z), J
 * being the Jacobian of F^p, and t the largest of 1, 1/2, 1/4, … that brings the residual down.
 */
final class ClosedOrbit {
  private static final int MOST_ITERATIONS = 60;
  private static final double SHORTEST_STEP = 1.0 / 1024;
  private static final double SINGULAR = 1e-14;

  /** Relative to the state: what rounding leaves of a residual, and what counts as solved. */
  private static final double ROUNDING = 1e-15;

  private static final double SOLVED = 1e-10;

  private final Stepping step;
  private final int period;
  private double[][] states;
  private double[] residual;

  private ClosedOrbit(Stepping step, int period) {
    this.step = step;
    this.period = period;
  }

  /**
   * From a first guess.
   *
   * @return the orbit with the least period; null if the method does not get there
   * @throws IllegalArgumentException if a Jacobian is too large for the heap
   */
  static Attractor solve(Stepping step, int period, double[] guess) {
    double cells = (double) step.size() * step.size();
    Heap.check("Jacobians of " + step.size() + " units", 4 * Double.BYTES * cells);
    ClosedOrbit orbit = new ClosedOrbit(step, period);
    return orbit.moveTo(guess) && orbit.newton() ? orbit.shortest() : null;
  }

  /** Runs one round; false, and nothing has changed, if the map blows up in it. */
  private boolean moveTo(double[] start) {
    double[][] round = new double[period][];
    double[] state = start;
    for (int i = 0; i < period; i++) {
      if (States.hasBlownUp(state)) {
        return false;
      }
      round[i] = state;
      state = step.apply(new double[][] {state})[0];
    }
    if (States.hasBlownUp(state)) {
      return false;
    }
    states = round;
    residual = new double[state.length];
    for (int i = 0; i < state.length; i++) {
      residual[i] = state[i] - start[i];
    }
    return true;
  }

  private double size() {
    return new ArrayRealVector(residual, false).getNorm();
  }

  private double largestResidual() {
    return new ArrayRealVector(residual, false).getLInfNorm();
  }

  private boolean newton() {
    double scale = States.scale(states[0]);
    for (int i = 0; i < MOST_ITERATIONS && largestResidual() > ROUNDING * scale; i++) {
      if (!newtonStep()) {
        break; // as near as it gets
      }
    }
    return largestResidual() <= SOLVED * scale;
  }

  private boolean newtonStep() {
    double[] from = states[0];
    RealMatrix system = jacobian().subtract(MatrixUtils.createRealIdentityMatrix(residual.length));
    LUDecomposition lu = new LUDecomposition(system, SINGULAR);
    if (!lu.getSolver().isNonSingular()) {
      return false;
    }
    RealVector whole = lu.getSolver().solve(new ArrayRealVector(residual, false));
    double before = size();
    double[] oldResidual = residual;
    double[][] oldStates = states;
    for (double share = 1; share >= SHORTEST_STEP; share /= 2) {
      double t = share;
      double[] to = new double[from.length];
      Arrays.setAll(to, i -> from[i] - t * whole.getEntry(i));
      if (moveTo(to) && size() < before) {
        return true;
      }
    }
    residual = oldResidual;
    states = oldStates;
    return false;
  }

  /** Of one round, by the chain rule. */
  private RealMatrix jacobian() {
    RealMatrix product = null;
    for (double[] state : states) {
      RealMatrix own = new Array2DRowRealMatrix(step.jacobian(state).toDense(), false);
      product = product == null ? own : own.multiply(product);
    }
    return product;
  }

  private List<Eigenvalue> eigenvalues() {
    if (period == 1) {
      return Eigenvalue.of(step.jacobian(states[0])); // by what is sparse in it
    }
    double[] cells = Arrays.stream(jacobian().getData()).flatMapToDouble(Arrays::stream).toArray();
    return Eigenvalue.of(SparseMatrix.of(WeightMask.dense(step.size(), step.size()), cells));
  }

  /** A round that is several shorter ones is one of them. */
  private Attractor shortest() {
    double close = 1e3 * SOLVED * States.scale(states[0]);
    for (int p = 1; p < period; p++) {
      if (period % p == 0 && States.distance(states[p], states[0]) <= close) {
        Attractor shorter = solve(step, p, states[0]);
        if (shorter != null) {
          return shorter;
        }
      }
    }
    return Attractor.of(states, eigenvalues(), largestResidual());
  }
}
