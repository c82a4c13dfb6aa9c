package org.iterativemaps.kernel.settle;

import org.iterativemaps.iterate.Solver;

/**
 * The loop: for every sample of a batch a state z = F(z), or the best that was seen.
 *
 * @param <A> float[] or double[]
 */
final class Settling<A> {
  // A part of the samples that is worth being taken out, for those that go on are copied.
  private static final int SHARE = 4;

  /** What is solved: F, of some samples side by side. */
  interface OneStep<A> {
    /**
     * F(z).
     *
     * @param z [units][samples]; not changed
     * @param g F(z); overwritten
     */
    void apply(A z, A g, int samples);

    /** Goes on with some of the present samples. */
    void keep(int[] kept);
  }

  /**
   * When a sample has settled.
   *
   * @param tolerance of the largest move of a unit
   * @param isRelative whether that is a share of the largest unit
   * @param atMost steps
   */
  record Criterion(double tolerance, boolean isRelative, int atMost) {

    private double residual(double move, double size) {
      return isRelative && move > 0 ? move / Math.max(size, Double.MIN_NORMAL) : move;
    }
  }

  private final Columns<A> columns;
  private final int units;
  private final Criterion criterion;
  private final Solver solver;
  private final boolean isBySample;

  /**
   * A way to settle.
   *
   * @param isBySample whether samples that have settled are taken out of the batch
   */
  Settling(Columns<A> columns, int units, Criterion criterion, Solver solver, boolean isBySample) {
    this.columns = columns;
    this.units = units;
    this.criterion = criterion;
    this.solver = solver;
    this.isBySample = isBySample;
  }

  /**
   * Settles a batch.
   *
   * @param z where it starts; overwritten
   * @param result of every sample F(z) at its best z; zeros where no F(z) was finite
   */
  SettlingReport run(OneStep<A> map, A z, int samples, A result) {
    Run run = new Run(map, z, samples, result);
    for (int step = 1; step <= criterion.atMost && run.left > 0; step++) {
      run.step(step);
    }
    run.giveUp();
    return run.report;
  }

  private final class Run {
    final OneStep<A> map;
    final NextState<A> next = NextState.of(solver, columns, units);
    final A z;
    final A best; // F(z) of the present samples at the best of their z; zeros before there is one
    final A result;
    final int all;
    final SettlingReport report;
    final double[] moves;
    final double[] sizes;
    final int[] some; // samples, while they are listed
    int[] places; // by present sample, which of all it is
    double[] least; // move of the best
    boolean[] isDone; // by present sample
    int left;

    Run(OneStep<A> map, A z, int samples, A result) {
      this.map = map;
      this.z = z;
      this.best = columns.make(units * samples);
      this.result = result;
      this.all = samples;
      this.left = samples;
      this.report = new SettlingReport(samples);
      this.moves = new double[samples];
      this.sizes = new double[samples];
      this.some = new int[samples];
      this.places = new int[samples];
      this.least = new double[samples];
      this.isDone = new boolean[samples];
      for (int s = 0; s < samples; s++) {
        places[s] = s;
        least[s] = Double.POSITIVE_INFINITY;
      }
    }

    void step(int step) {
      int samples = places.length;
      A g = next.end(samples);
      map.apply(z, g, samples);
      columns.residual(g, z, next.residual(samples), units, samples, moves, sizes);
      keepBest(step, g);
      finish(step);
      if (left > 0 && step < criterion.atMost) {
        next.next(z, samples);
        if (isBySample && samples - left >= Math.max(1, samples / SHARE)) {
          takeOut();
        }
      }
    }

    private void keepBest(int step, A g) {
      int samples = places.length;
      int count = 0;
      for (int s = 0; s < samples; s++) {
        // A state that runs away moves less and less in parts of itself: the move counts.
        boolean isSettled = criterion.residual(moves[s], sizes[s]) <= criterion.tolerance;
        if (!isDone[s] && (moves[s] < least[s] || isSettled)) { // NaN is neither
          least[s] = moves[s];
          report.best(places[s], step, criterion.residual(moves[s], sizes[s]));
          some[count++] = s;
        }
      }
      if (count == left) { // what is written over of those that are done is in the result
        columns.copy(g, best, units * samples);
      } else if (count > 0) {
        columns.scatter(g, units, samples, some, count, null, best, samples);
      }
    }

    /** Samples that have settled, or whose state is no number any more. */
    private void finish(int step) {
      int samples = places.length;
      int count = 0;
      for (int s = 0; s < samples; s++) {
        boolean isLost = !(moves[s] < Double.POSITIVE_INFINITY);
        boolean isSettled = criterion.residual(moves[s], sizes[s]) <= criterion.tolerance;
        if (!isDone[s] && (isLost || isSettled)) {
          isDone[s] = true;
          report.end(places[s], step, isLost, !isLost);
          some[count++] = s;
        }
      }
      left -= count;
      columns.scatter(best, units, samples, some, count, places, result, all);
    }

    private void takeOut() {
      int samples = places.length;
      int[] kept = new int[left];
      int[] keptPlaces = new int[left];
      double[] keptLeast = new double[left];
      for (int s = 0, k = 0; s < samples; s++) {
        if (!isDone[s]) {
          kept[k] = s;
          keptPlaces[k] = places[s];
          keptLeast[k++] = least[s];
        }
      }
      columns.keep(z, units, samples, kept, z);
      columns.keep(best, units, samples, kept, best);
      next.keep(kept, samples);
      map.keep(kept);
      places = keptPlaces;
      least = keptLeast;
      isDone = new boolean[left];
    }

    /** The samples that have not settled. */
    void giveUp() {
      int count = 0;
      for (int s = 0; s < places.length; s++) {
        if (!isDone[s]) {
          report.end(places[s], criterion.atMost, false, false);
          some[count++] = s;
        }
      }
      columns.scatter(best, units, places.length, some, count, places, result, all);
    }
  }
}
