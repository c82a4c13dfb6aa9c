package org.iterativemaps.kernel.settle;

import java.util.Arrays;

/**
 * Broyden's good method on r(z) = F(z) - z: the step is s = -B r with B = -1 + sum u_i v_i^T, an
 * estimate of the inverse of dr/dz that begins at -1, a step of the map. With q = B r after a step
 * s, what is added to B is u v^T, u = -q / (s s + s q), v = B^T s; and the next step is -q s s / (s
 * s + s q). Where that divisor vanishes for a sample, its B stays as it is.
 */
final class BroydenState<A> extends NextState.OfOneStep<A> {
  private static final double LEAST_DIVISOR = 1e-8;

  private final int memory;
  private final A[] u; // and behind those in use, what else is combined
  private final A[] v;
  private double[][] factors;
  private A q;
  private int count;
  private A step; // the last one; null before the first

  BroydenState(Columns<A> columns, int units, int memory) {
    super(columns, units);
    this.memory = memory;
    this.u = columns.array(memory + 1);
    this.v = columns.array(memory + 1);
  }

  @Override
  void next(A z, int samples) {
    int length = units * samples;
    A r = residual(samples);
    if (step == null || count == memory) {
      step = step == null ? columns.make(length) : step;
      count = 0;
      columns.copy(r, step, length);
    } else {
      learn(r, samples);
    }
    columns.addScaled(1, step, z, length);
  }

  /** Another term of B, and the step after it. */
  private void learn(A r, int samples) {
    int length = units * samples;
    if (factors == null) {
      factors = new double[memory + 1][samples];
      q = columns.make(length);
    }
    // q = -r + sum u_i (v_i r)
    columns.dots(r, v, count, units, samples, factors);
    combine(u, r, q, samples);
    // v = -s + sum v_i (u_i s)
    columns.dots(step, u, count, units, samples, factors);
    A fresh = columns.make(length);
    combine(v, step, fresh, samples);
    A[] pair = columns.array(2);
    pair[0] = step;
    pair[1] = q;
    double[][] products = new double[2][samples];
    columns.dots(step, pair, 2, units, samples, products);
    double[][] ofU = new double[1][samples];
    double[][] ofStep = new double[1][samples];
    for (int s = 0; s < samples; s++) {
      double divisor = products[0][s] + products[1][s];
      boolean isUsable = Math.abs(divisor) > LEAST_DIVISOR * products[0][s];
      ofU[0][s] = isUsable ? -1 / divisor : 0;
      ofStep[0][s] = isUsable ? -products[0][s] / divisor : -1;
    }
    A[] only = columns.array(1);
    only[0] = q;
    u[count] = columns.make(length);
    columns.combine(ofU, only, 1, units, samples, u[count]);
    columns.combine(ofStep, only, 1, units, samples, step);
    v[count] = fresh;
    count++;
  }

  /** into = sum of factors and terms, less another array. */
  private void combine(A[] terms, A less, A into, int samples) {
    Arrays.fill(factors[count], 0, samples, -1);
    A held = terms[count];
    terms[count] = less;
    columns.combine(factors, terms, count + 1, units, samples, into);
    terms[count] = held;
  }

  @Override
  void keep(int[] kept, int samples) {
    for (int i = 0; i < count; i++) {
      columns.keep(u[i], units, samples, kept, u[i]);
      columns.keep(v[i], units, samples, kept, v[i]);
    }
    if (step != null) {
      columns.keep(step, units, samples, kept, step);
    }
  }
}
