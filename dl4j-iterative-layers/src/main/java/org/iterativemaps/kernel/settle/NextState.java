package org.iterativemaps.kernel.settle;

import org.iterativemaps.iterate.Solver;

/**
 * A {@link Solver} at work on one batch: the state of the next step, for every sample by itself.
 *
 * @param <A> float[] or double[]
 */
abstract class NextState<A> {
  final Columns<A> columns;
  final int units;

  NextState(Columns<A> columns, int units) {
    this.columns = columns;
    this.units = units;
  }

  static <A> NextState<A> of(Solver solver, Columns<A> columns, int units) {
    if (solver instanceof Solver.Anderson anderson) {
      return new AndersonState<>(columns, units, anderson);
    }
    if (solver instanceof Solver.Broyden broyden) {
      return new BroydenState<>(columns, units, broyden.memory());
    }
    return new MixedState<>(
        columns, units, solver instanceof Solver.Damped damped ? damped.share() : 1);
  }

  /** Where F(z) of the present step is to be written. */
  abstract A end(int samples);

  /** Where F(z) - z of the present step is to be written. */
  abstract A residual(int samples);

  /**
   * Makes the next state of what was written.
   *
   * @param z the state before; overwritten
   */
  abstract void next(A z, int samples);

  /** Goes on with some of the samples. */
  abstract void keep(int[] kept, int samples);

  /** One that needs nothing of the steps before the last. */
  abstract static class OfOneStep<A> extends NextState<A> {
    private A end;
    private A residual;

    OfOneStep(Columns<A> columns, int units) {
      super(columns, units);
    }

    @Override
    A end(int samples) {
      end = end == null ? columns.make(units * samples) : end;
      return end;
    }

    @Override
    A residual(int samples) {
      residual = residual == null ? columns.make(units * samples) : residual;
      return residual;
    }
  }

  /** z + share r. */
  private static final class MixedState<A> extends OfOneStep<A> {
    private final double share;

    MixedState(Columns<A> columns, int units, double share) {
      super(columns, units);
      this.share = share;
    }

    @Override
    void next(A z, int samples) {
      if (share == 1) {
        columns.copy(end(samples), z, units * samples);
      } else {
        columns.addScaled(share, residual(samples), z, units * samples);
      }
    }

    @Override
    void keep(int[] kept, int samples) {
      // knows no sample
    }
  }
}
