package org.iterativemaps.dynamics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.dynamics.Attractor.Stability;

/** Runs many starts side by side until each has settled, blown up, or used up its steps. */
final class StartsRun {
  /** After these many steps, states on the way are guesses for Newton's method. */
  private static final List<Integer> GUESSED_AFTER = List.of(0, 1, 2, 4, 8);

  private final Stepping step;
  private final Attractors.Search search;
  private final List<Attractor> found = new ArrayList<>();
  private final List<double[]> guesses = new ArrayList<>();
  private final int[] reached;
  private final int[] steps;
  private final double[][] ends;
  private final int[] nextTry; // a guess that failed is made again after twice as many steps

  // Of the starts still on their way:
  private int[] open;
  private double[][] states;
  private double[][] anchors; // states some steps ago, which a cycle comes back to
  private int anchored;

  StartsRun(Stepping step, double[][] starts, Attractors.Search search) {
    this.step = step;
    this.search = search;
    this.states = starts;
    this.anchors = starts;
    this.open = new int[starts.length];
    Arrays.setAll(open, i -> i);
    this.reached = new int[starts.length];
    Arrays.fill(reached, Attractors.UNSETTLED);
    this.steps = new int[starts.length];
    Arrays.fill(steps, search.mostSteps());
    this.ends = new double[starts.length][];
    this.nextTry = new int[starts.length];
  }

  List<Attractor> found() {
    return found;
  }

  List<double[]> guesses() {
    return guesses;
  }

  int[] reached() {
    return reached;
  }

  int[] steps() {
    return steps;
  }

  /** Where each start was when it was left. */
  double[][] ends() {
    return ends;
  }

  void run() {
    for (int done = 1; done <= search.mostSteps() && open.length > 0; done++) {
      guess(done - 1);
      if (done - 1 - anchored >= search.longestCycle()) {
        anchors = states;
        anchored = done - 1;
      }
      double[][] next = step.apply(states);
      boolean[] leaves = new boolean[open.length];
      for (int row = 0; row < open.length; row++) {
        leaves[row] = hasArrived(row, next[row], done);
        ends[open[row]] = next[row];
      }
      states = next;
      drop(leaves);
    }
  }

  private void guess(int done) {
    if (GUESSED_AFTER.contains(done)) {
      int room = search.newtonStarts() - guesses.size();
      int share = (search.newtonStarts() + GUESSED_AFTER.size() - 1) / GUESSED_AFTER.size();
      int count = Math.min(Math.min(share, room), open.length);
      for (int i = 0; i < count; i++) { // from all over: the starts may be a grid
        guesses.add(states[(int) ((long) i * open.length / count)]);
      }
    }
  }

  private boolean hasArrived(int row, double[] next, int done) {
    int start = open[row];
    if (States.hasBlownUp(next)) {
      reached[start] = Attractors.DIVERGED;
      steps[start] = done;
      return true;
    }
    double close = search.tolerance() * States.scale(next);
    boolean isStill = States.distance(next, states[row]) <= close;
    boolean isBack = isStill || States.distance(next, anchors[row]) <= close;
    if (!isBack || done < nextTry[start]) {
      return false;
    }
    reached[start] = attractor(isStill ? 1 : done - anchored, next, done == search.mostSteps());
    if (reached[start] == Attractors.UNSETTLED) {
      nextTry[start] = Math.min(2 * done, search.mostSteps());
      return false;
    }
    steps[start] = done;
    return true;
  }

  /**
   * Number of the attractor that a state is at; a new one if there is none; or not settled. What is
   * near an unstable one leaves it again: only those are there that have stayed to the end.
   */
  private int attractor(int period, double[] state, boolean isEnd) {
    double distance = search.apart() * States.scale(state);
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i).passesBy(state, distance)) {
        return i;
      }
    }
    Attractor solved = ClosedOrbit.solve(step, period, state);
    if (solved == null
        || !solved.passesBy(state, distance)
        || !isEnd
            && solved.stability() != Stability.STABLE
            && solved.stability() != Stability.MARGINAL) {
      return Attractors.UNSETTLED;
    }
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i).period() == solved.period()
          && found.get(i).passesBy(solved.state(0), distance)) {
        return i;
      }
    }
    found.add(solved);
    return found.size() - 1;
  }

  private void drop(boolean[] leaves) {
    int left = 0;
    for (int row = 0; row < open.length; row++) {
      if (!leaves[row]) {
        open[left] = open[row];
        states[left] = states[row];
        anchors[left] = anchors[row];
        left++;
      }
    }
    open = Arrays.copyOf(open, left);
    states = Arrays.copyOf(states, left);
    anchors = Arrays.copyOf(anchors, left);
  }
}
