package org.iterativemaps.dynamics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.activations.IActivation;

/** Runs a map for {@link Behaviour}, token by token. */
final class BehaviourRun {
  private final MapWeights weights;
  private final IActivation defaultActivation;
  private final Behaviour.Probe probe;
  private final double bump;
  private final List<Integer> settledAfter = new ArrayList<>();
  private final List<Double> sensitivities = new ArrayList<>();
  private final List<double[]> distances = new ArrayList<>(); // of every pair, by step

  BehaviourRun(
      MapWeights weights, IActivation defaultActivation, Behaviour.Probe probe, double bump) {
    this.weights = weights;
    this.defaultActivation = defaultActivation;
    this.probe = probe;
    this.bump = bump;
  }

  void token(double[] token, RandomSource random) {
    Stepping step = stepping(token);
    int pairs = probe.pairs();
    double[][] states = States.random(2 * pairs + 1, step.size(), probe.spread(), random);
    double[][] apart = new double[pairs][probe.mostSteps() + 1];
    double[] zero = new double[step.size()];
    states[2 * pairs] = zero;
    int settled = Behaviour.UNSETTLED;
    double[] rest = null;
    measure(states, apart, 0);
    for (int done = 1; done <= probe.mostSteps(); done++) {
      double[] before = states[2 * pairs];
      states = step.apply(states);
      double[] now = states[2 * pairs];
      if (settled == Behaviour.UNSETTLED && States.hasBlownUp(now)) {
        settled = Behaviour.DIVERGED;
      } else if (settled == Behaviour.UNSETTLED && isStill(before, now, probe.tolerance())) {
        settled = done;
      }
      rest = now;
      measure(states, apart, done);
    }
    distances.addAll(Arrays.asList(apart));
    settledAfter.add(settled);
    if (settled >= 0) {
      sensitivity(token, rest, random);
    }
  }

  private Stepping stepping(double[] token) {
    MapStep checked = MapStep.of(weights, defaultActivation, token);
    PlainStep plain = PlainStep.of(weights, defaultActivation, token);
    return plain != null ? plain : new Stepping.OfKernel(checked);
  }

  private static boolean isStill(double[] before, double[] now, double tolerance) {
    return States.distance(before, now) <= tolerance * States.scale(now);
  }

  /** Of pairs (0, 1), (2, 3), …, over their first distance. */
  private static void measure(double[][] states, double[][] apart, int step) {
    for (int pair = 0; pair < apart.length; pair++) {
      double[] a = states[2 * pair];
      double[] b = states[2 * pair + 1];
      boolean isLost = States.hasBlownUp(a) || States.hasBlownUp(b);
      apart[pair][step] = isLost ? Double.POSITIVE_INFINITY : length(a, b);
    }
  }

  private static double length(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  /** From where it rests, with the token moved a little. */
  private void sensitivity(double[] token, double[] rest, RandomSource random) {
    double[] direction = new double[token.length];
    Arrays.setAll(direction, i -> random.nextGaussian());
    double norm = length(direction, new double[token.length]);
    double[] moved = token.clone();
    Arrays.setAll(moved, i -> moved[i] + bump * direction[i] / norm);
    double[][] both = {rest, rest};
    Stepping here = stepping(token);
    Stepping beside = stepping(moved);
    for (int step = 0; step < probe.mostSteps(); step++) { // both, so that what is left cancels
      both =
          new double[][] {
            here.apply(new double[][] {both[0]})[0], beside.apply(new double[][] {both[1]})[0]
          };
    }
    if (!States.hasBlownUp(both[0]) && !States.hasBlownUp(both[1])) {
      sensitivities.add(length(both[0], both[1]) / bump);
    }
  }

  Behaviour result() {
    List<Double> median = new ArrayList<>();
    List<Double> farthest = new ArrayList<>();
    for (int step = 0; step <= probe.mostSteps(); step++) {
      int at = step;
      double[] sorted = distances.stream().mapToDouble(d -> d[at] / d[0]).sorted().toArray();
      median.add(sorted[(sorted.length - 1) / 2]);
      farthest.add(sorted[sorted.length - 1]);
    }
    return new Behaviour(settledAfter, sensitivities, median, farthest, probe);
  }
}
