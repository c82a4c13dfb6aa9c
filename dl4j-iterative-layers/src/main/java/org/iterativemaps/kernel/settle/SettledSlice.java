package org.iterativemaps.kernel.settle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.iterate.LoopGradient;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.map.Injection;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Some samples on the way forward: their fixed points and, for gradients that go through steps, the
 * states before these.
 *
 * @param <A> float[] or double[]
 */
final class SettledSlice<A> {
  final int[] samples; // which of the pass
  final A states; // [units][samples]
  final SettlingReport report;
  final List<A> visited = new ArrayList<>(); // before each step
  final List<double[]> shares = new ArrayList<>(); // of each step that a sample took; 0 for none

  /**
   * Settles.
   *
   * @param samples which of the pass
   * @param tokens [nIn][samples]; with an impulse zeros afterwards
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
    if (loop.program.realized().map().injection() == Injection.IMPULSE) {
      A first = loop.columns.make(length);
      calls.forward(start, first, false);
      loop.columns.copy(first, start, length);
      loop.columns.clear(tokens, 0, loop.nIn * count);
      calls.tokens(tokens, count);
    }
    Settling.Criterion criterion =
        new Settling.Criterion(
            loop.until.tolerance(),
            loop.until.isRelative(),
            isTraining ? loop.until.atMost() : loop.until.atMostAtInference());
    Settling<A> settling =
        new Settling<>(
            loop.columns,
            loop.layout.units,
            criterion,
            loop.until.solver(),
            loop.isBySample && !isUnrolled);
    report = settling.run(new Forward(loop, calls, tokens, isUnrolled), start, count, states);
    if (isUnrolled) {
      shareOut(loop.until.solver());
    } else if (isTraining && loop.until.gradient() instanceof LoopGradient.Phantom phantom) {
      calls.tokens(tokens, count);
      goOn(loop, calls, phantom);
    }
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

  /** The last step of a sample was a whole one, to F(z); none counts after it. */
  private void shareOut(Solver solver) {
    double share = solver instanceof Solver.Damped damped ? damped.share() : 1;
    for (int step = 1; step <= visited.size(); step++) {
      double[] taken = new double[samples.length];
      for (int s = 0; s < taken.length; s++) {
        int best = report.bestStep(s);
        taken[s] = step < best ? share : step == best ? 1 : 0;
      }
      shares.add(taken);
    }
  }

  /** A few more steps, which the gradient goes through. */
  private void goOn(Loop<A> loop, StepCalls<A> calls, LoopGradient.Phantom phantom) {
    int length = loop.layout.units * samples.length;
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
  }
}
