package org.iterativemaps.kernel.settle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.Solver;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Some samples on the way forward: their fixed points and, for gradients that go through steps, the
 * states before these.
 *
 * @param <A> float[] or double[]
 */
final class SettledSlice<A> {
  final int[] samples; // which of the pass
  private A states; // [units][samples]; null once it is elsewhere
  final SettlingReport report;
  final List<A> visited = new ArrayList<>(); // before each step
  final List<double[]> shares = new ArrayList<>(); // of each step that a sample took; 0 for none

  /**
   * Settles.
   *
   * @param samples which of the pass
   * @param tokens [nIn][samples]
   * @param start [units][samples]; overwritten
   */
  SettledSlice(
      Loop<A> loop, INDArray[] parameters, int[] samples, A tokens, A start, boolean isTraining) {
    this.samples = samples;
    int count = samples.length;
    int length = loop.layout.units * count;
    this.states = loop.columns.make(length);
    StepCalls<A> calls = loop.calls(parameters);
    calls.tokens(tokens, count);
    boolean isUnrolled = isTraining && loop.until.gradient() instanceof LoopGradient.Unrolled;
    Settling.Criterion criterion =
        new Settling.Criterion(
            loop.until.tolerance(),
            loop.until.isRelative(),
            isTraining ? loop.until.atMost() : loop.until.atMostAtInference());
    Settling<A> settling =
        new Settling<>(
            loop.columns, loop.layout.units, criterion, loop.until.solver(), !isUnrolled);
    report = settling.run(new Forward(loop, calls, tokens, isUnrolled), start, count, states);
    if (isUnrolled) {
      shareOut(loop);
    } else if (isTraining && loop.until.gradient() instanceof LoopGradient.Phantom phantom) {
      calls.tokens(tokens, count);
      goOn(loop, calls, phantom);
    }
  }

  /** The fixed points, which are not kept here. */
  A takeStates() {
    A taken = states;
    states = null;
    return taken;
  }

  /** The map as the solver calls it. */
  private final class Forward implements Settling.OneStep<A> {
    private final Loop<A> loop;
    private final StepCalls<A> calls;
    private final boolean isVisited;
    private A tokens;
    private int count = samples.length;

    Forward(Loop<A> loop, StepCalls<A> calls, A tokens, boolean isVisited) {
      this.loop = loop;
      this.calls = calls;
      this.tokens = tokens;
      this.isVisited = isVisited;
    }

    @Override
    public void apply(A z, A g, int present) {
      if (isVisited) {
        A copy = loop.columns.make(loop.layout.units * present);
        loop.columns.copy(z, copy, loop.layout.units * present);
        visited.add(copy);
      }
      calls.forward(z, g, false);
    }

    @Override
    public void keep(int[] kept) {
      tokens = loop.some(tokens, loop.nIn, count, kept);
      count = kept.length;
      calls.tokens(tokens, count);
    }
  }

  /**
   * The last step of a sample was a whole one, to F(z); none counts after it, and what it visited
   * then, which may be no number, is forgotten.
   */
  private void shareOut(Loop<A> loop) {
    double share = loop.until.solver() instanceof Solver.Damped damped ? damped.share() : 1;
    int most = IntStream.range(0, samples.length).map(report::bestStep).max().orElse(0);
    visited.subList(most, visited.size()).clear();
    for (int step = 1; step <= most; step++) {
      double[] taken = new double[samples.length];
      for (int s = 0; s < taken.length; s++) {
        int best = report.bestStep(s);
        taken[s] = step < best ? share : step == best ? 1 : 0;
      }
      shares.add(taken);
      int[] done = IntStream.range(0, samples.length).filter(s -> taken[s] == 0).toArray();
      replace(loop, visited.get(step - 1), states, done);
    }
  }

  /** Some samples' states by those of another array. */
  private void replace(Loop<A> loop, A into, A from, int[] which) {
    int count = samples.length;
    loop.columns.scatter(from, loop.layout.units, count, which, which.length, null, into, count);
  }

  /** A few more steps, which the gradient goes through. */
  private void goOn(Loop<A> loop, StepCalls<A> calls, LoopGradient.Phantom phantom) {
    int length = loop.layout.units * samples.length;
    A settled = loop.columns.make(length);
    loop.columns.copy(states, settled, length);
    A next = loop.columns.make(length);
    for (int step = 0; step < phantom.steps(); step++) {
      A before = loop.columns.make(length);
      loop.columns.copy(states, before, length);
      visited.add(before);
      double[] taken = new double[samples.length];
      Arrays.fill(taken, phantom.damping());
      shares.add(taken);
      calls.forward(states, next, false);
      loop.columns.addScaled(-phantom.damping(), states, states, length);
      loop.columns.addScaled(phantom.damping(), next, states, length);
    }
    // From a state that has not settled they may lead out of the numbers: then there are none.
    double[] moves = new double[samples.length];
    loop.columns.residual(
        states,
        settled,
        next,
        loop.layout.units,
        samples.length,
        moves,
        new double[samples.length]);
    int[] lost =
        IntStream.range(0, samples.length)
            .filter(s -> !(moves[s] < Double.POSITIVE_INFINITY))
            .toArray();
    replace(loop, states, settled, lost);
    for (int step = 0; step < visited.size(); step++) {
      replace(loop, visited.get(step), settled, lost);
      for (int s : lost) {
        shares.get(step)[s] = 0;
      }
    }
  }
}
