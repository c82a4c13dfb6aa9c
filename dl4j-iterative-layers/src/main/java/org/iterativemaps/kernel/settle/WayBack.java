package org.iterativemaps.kernel.settle;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * From dL/d(output) of some samples to the gradients of parameters and tokens, at their fixed
 * points or through the steps before them.
 *
 * @param <A> float[] or double[]
 */
final class WayBack<A> {
  private final Loop<A> loop;
  private final Columns<A> columns;
  private final StepCalls<A> calls;
  private final INDArray[] gradients; // summed over the slices
  private boolean isFirst = true;

  WayBack(Loop<A> loop, INDArray[] parameters, INDArray[] gradients) {
    this.loop = loop;
    this.columns = loop.columns;
    this.calls = loop.calls(parameters);
    this.gradients = gradients;
  }

  /**
   * At the fixed points: w = e + J_o^T v + J^T w, of which the gradients are those of one step with
   * v of its output and w of its state.
   *
   * @param v dL/d(output), [nOut][samples]; null for zeros
   * @param e dL/dz*, [units][samples], beside it
   * @param tokenGradient overwritten
   * @return how w has settled
   */
  SettlingReport implicit(A tokens, A states, A v, A e, int samples, A tokenGradient) {
    int units = loop.layout.units;
    // The equation is linear: numbers about 1 have products that are numbers in FLOAT, too.
    double[][] factors = scales(v, e, samples);
    A scaledV = v == null ? null : scaled(v, loop.nOut, samples, factors);
    A scaledE = scaled(e, units, samples, factors);
    Settling.Criterion criterion =
        new Settling.Criterion(loop.until.backwardTolerance(), true, loop.until.backwardAtMost());
    Settling<A> settling =
        new Settling<>(columns, units, criterion, loop.until.backwardSolver(), true);
    A w = columns.make(units * samples);
    Adjoint adjoint = new Adjoint(tokens, states, scaledV, scaledE, samples);
    SettlingReport report = settling.run(adjoint, columns.make(units * samples), samples, w);
    if (adjoint.samples != samples) {
      calls.tokens(tokens, samples);
      calls.forward(states, null, true); // of all of them again
    }
    for (int s = 0; s < samples; s++) {
      factors[0][s] = 1 / factors[0][s];
    }
    calls.outputGradient(v);
    back(scaled(w, units, samples, factors), tokenGradient, columns.make(units * samples));
    return report;
  }

  /** By sample, what makes the largest number of both 1; 1 where they are zeros. */
  private double[][] scales(A v, A e, int samples) {
    double[] largest = sizes(e, loop.layout.units, samples);
    double[] ofOutput = v == null ? new double[samples] : sizes(v, loop.nOut, samples);
    double[][] factors = new double[1][samples];
    for (int s = 0; s < samples; s++) {
      double size = Math.max(largest[s], ofOutput[s]);
      boolean isUsable = size >= Float.MIN_NORMAL && size < Double.POSITIVE_INFINITY;
      factors[0][s] = isUsable ? 1 / size : 1;
    }
    return factors;
  }

  private double[] sizes(A array, int units, int samples) {
    double[] sizes = new double[samples];
    A zeros = columns.make(units * samples);
    columns.residual(array, zeros, zeros, units, samples, new double[samples], sizes);
    return sizes;
  }

  private A scaled(A array, int units, int samples, double[][] factors) {
    A[] one = columns.array(1);
    one[0] = array;
    A scaled = columns.make(units * samples);
    columns.combine(factors, one, 1, units, samples, scaled);
    return scaled;
  }

  private void back(A w, A tokenGradient, A into) {
    calls.backAdding(w, gradients, isFirst ? 0 : 1, tokenGradient, into);
    isFirst = false;
  }

  /** The adjoint equation as a map of w. */
  private final class Adjoint implements Settling.OneStep<A> {
    private A tokens;
    private A states;
    private A v;
    private A e;
    private int samples;

    Adjoint(A tokens, A states, A v, A e, int samples) {
      this.tokens = tokens;
      this.states = states;
      this.v = v;
      this.e = e;
      this.samples = samples;
      begin();
    }

    /** One step at the fixed points, which all calls go back through. */
    private void begin() {
      calls.tokens(tokens, samples);
      calls.forward(states, null, true);
      calls.outputGradient(v);
    }

    @Override
    public void apply(A w, A g, int present) {
      calls.back(w, null, null, g);
      columns.addScaled(1, e, g, loop.layout.units * present);
    }

    @Override
    public void keep(int[] kept) {
      tokens = loop.some(tokens, loop.nIn, samples, kept);
      states = loop.some(states, loop.layout.units, samples, kept);
      v = v == null ? null : loop.some(v, loop.nOut, samples, kept);
      e = loop.some(e, loop.layout.units, samples, kept);
      samples = kept.length;
      begin();
    }
  }

  /**
   * Through the steps that were visited: z_i = z_(i-1) + d (F(z_(i-1)) - z_(i-1)), so that dL/dz
   * goes from u to (1 - d) u + J^T (d u).
   *
   * @param v dL/d(output), [nOut][samples]; null for zeros
   * @param states z*
   * @param e dL/dz*, [units][samples]; overwritten
   * @param tokenGradient zeros, to be added to
   */
  void throughSteps(SettledSlice<A> slice, A tokens, A states, A v, A e, A tokenGradient) {
    int samples = slice.samples.length;
    int length = loop.layout.units * samples;
    A u = e;
    A w = columns.make(length);
    A ofToken = columns.make(loop.nIn * samples);
    A ofState = columns.make(length);
    calls.tokens(tokens, samples);
    if (v != null) { // what a read-out makes of the state
      calls.outputGradient(v);
      calls.forward(states, null, true);
      back(w, ofToken, ofState);
      columns.addScaled(1, ofToken, tokenGradient, loop.nIn * samples);
      columns.addScaled(1, ofState, u, length);
    }
    calls.outputGradient(null);
    double[][] factors = new double[1][];
    A[] one = columns.array(1);
    for (int step = slice.visited.size() - 1; step >= 0; step--) {
      factors[0] = slice.shares.get(step);
      one[0] = u;
      columns.combine(factors, one, 1, loop.layout.units, samples, w);
      calls.forward(slice.visited.get(step), null, true);
      back(w, ofToken, ofState);
      columns.addScaled(1, ofToken, tokenGradient, loop.nIn * samples);
      columns.addScaled(-1, w, u, length);
      columns.addScaled(1, ofState, u, length);
    }
  }

  /**
   * Adds the gradient of c |J|² as Hutchinson estimates it. With w = J^T e it is that of 2 w J^T e,
   * the w in front taken for given, which is the derivative of 2 e F(z + h w) by h at 0: a central
   * difference, whose error is below that of the estimate.
   *
   * @param e random signs, [units][samples]; overwritten
   * @param tokenGradient to be added to
   */
  void penalty(double c, A tokens, A states, A e, int samples, A tokenGradient) {
    int length = loop.layout.units * samples;
    A w = columns.make(length);
    calls.tokens(tokens, samples);
    calls.outputGradient(null);
    calls.forward(states, null, true);
    calls.back(e, null, null, w);
    double[] sizes = sizes(w, loop.layout.units, samples);
    int[] lost =
        IntStream.range(0, samples).filter(s -> !(sizes[s] < Double.POSITIVE_INFINITY)).toArray();
    A scratch = columns.make(length); // zeros
    for (A array : List.of(w, e)) {
      columns.scatter(scratch, loop.layout.units, samples, lost, lost.length, null, array, samples);
    }
    double largest =
        Arrays.stream(sizes).filter(size -> size < Double.POSITIVE_INFINITY).max().orElse(0);
    if (largest == 0) {
      return; // J is 0
    }
    double h = Math.cbrt(columns.rounding()) / largest;
    A ofToken = columns.make(loop.nIn * samples);
    for (int sign : new int[] {1, -1}) {
      columns.copy(states, scratch, length);
      columns.addScaled(sign * h, w, scratch, length);
      calls.forward(scratch, null, true);
      calls.backAdding(e, gradients, sign * c / h, ofToken, scratch);
      columns.addScaled(sign * c / h, ofToken, tokenGradient, loop.nIn * samples);
    }
  }

  /** After all samples: the sums, zeros if there were none. */
  INDArray[] finish() {
    if (isFirst) {
      for (INDArray gradient : gradients) {
        gradient.assign(0);
      }
    }
    return gradients;
  }
}
