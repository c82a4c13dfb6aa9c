package org.iterativemaps.dynamics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.iterativemaps.dynamics.Attractor.Stability;
import org.iterativemaps.map.pattern.RandomSource;

/**
 * Where a map goes when it is iterated on a held token: its fixed points and cycles, how many of
 * many starts each of them draws, and how many starts go nowhere.
 *
 * <p>Starts run side by side. One that moves by less than the tolerance in a step, or comes back
 * within it after p steps, is a guess; Newton's method on F^p(z) - z then finds the point or cycle
 * itself. That tells a slow approach from a cycle, and a slow passage from a fixed point: a guess
 * from which the solution is farther away than {@link Search#apart} is none, and the start goes on.
 * Source of the questions: arXiv:2404.00880, section 3.
 */
public final class Attractors {
  /** In {@link #reached}: the start had not come to rest when the steps were used up. */
  public static final int UNSETTLED = -1;

  /** In {@link #reached}: the map blew up. */
  public static final int DIVERGED = -2;

  private final List<Attractor> attractors;
  private final List<Attractor> others;
  private final int[] reached;
  private final int[] steps;
  private final double[][] ends;
  private final Search search;

  /**
   * How attractors are looked for.
   *
   * @param starts how many random states to start from, at least 1
   * @param spread they are uniform in [-spread, spread], above 0
   * @param seed of these states
   * @param tolerance of one step's change, relative to the largest unit or 1, that makes a guess:
   *     above 0, below {@code apart}
   * @param mostSteps of a start, at least 1
   * @param longestCycle longest period looked for, at least 1
   * @param apart states closer than this in their largest unit, relative to it or 1, are the same
   *     attractor: above the tolerance
   * @param newtonStarts from so many states of the ways there, fixed points are solved for
   *     directly, which finds unstable ones; 0 for none
   */
  public record Search(
      int starts,
      double spread,
      long seed,
      double tolerance,
      int mostSteps,
      int longestCycle,
      double apart,
      int newtonStarts) {

    /** Checks the ranges. */
    public Search {
      require(starts >= 1, "starts", starts, "at least 1");
      require(spread > 0 && Double.isFinite(spread), "spread", spread, "a number above 0");
      require(mostSteps >= 1, "mostSteps", mostSteps, "at least 1");
      require(longestCycle >= 1, "longestCycle", longestCycle, "at least 1");
      require(tolerance > 0, "tolerance", tolerance, "above 0");
      require(
          apart > tolerance && Double.isFinite(apart),
          "apart",
          apart,
          "a number above the tolerance, " + tolerance);
      require(newtonStarts >= 0, "newtonStarts", newtonStarts, "at least 0");
    }

    private static void require(boolean holds, String name, Object found, String expected) {
      if (!holds) {
        throw new IllegalArgumentException(name + ": found " + found + ", expected " + expected);
      }
    }

    /**
     * Up to 10,000 steps to a tolerance of 1e-8, cycles of up to 64 states, 1e-4 apart, 64 of
     * Newton's method.
     *
     * @param starts at least 1
     * @param spread above 0
     */
    public static Search of(int starts, double spread) {
      return new Search(starts, spread, 0, 1e-8, 10_000, 64, 1e-4, 64);
    }

    /** The same with other random states. */
    public Search withSeed(long other) {
      return new Search(
          starts, spread, other, tolerance, mostSteps, longestCycle, apart, newtonStarts);
    }

    /** The same with another budget. */
    public Search atMost(int steps) {
      return new Search(starts, spread, seed, tolerance, steps, longestCycle, apart, newtonStarts);
    }

    /** The same with another tolerance, and 10,000 times that between attractors. */
    public Search withTolerance(double other) {
      return new Search(
          starts, spread, seed, other, mostSteps, longestCycle, 1e4 * other, newtonStarts);
    }

    /**
     * The same, fixed points that no start reaches left out: of maps with hundreds of units these
     * take most of the time.
     */
    public Search reachedOnly() {
      return new Search(starts, spread, seed, tolerance, mostSteps, longestCycle, apart, 0);
    }
  }

  private Attractors(
      List<Attractor> attractors,
      List<Attractor> others,
      int[] reached,
      int[] steps,
      double[][] ends,
      Search search) {
    this.attractors = List.copyOf(attractors);
    this.others = List.copyOf(others);
    this.reached = reached;
    this.steps = steps;
    this.ends = ends;
    this.search = search;
  }

  /**
   * From random starts.
   *
   * @param step of the map on a token
   * @param search how to look
   * @throws IllegalArgumentException if a Jacobian is too large for the heap
   */
  public static Attractors of(MapStep step, Search search) {
    RandomSource random = RandomSource.of(search.seed, "attractors");
    return from(step, States.random(search.starts, step.size(), search.spread, random), search);
  }

  /**
   * From given starts, such as a grid of them for a picture of the basins.
   *
   * @param step of the map on a token
   * @param starts [any number from 1][step.size()], finite; not changed
   * @param search how to look; its starts, spread and seed are not used
   * @throws IllegalArgumentException if the starts do not fit, or a Jacobian is too large for the
   *     heap
   */
  public static Attractors from(MapStep step, double[][] starts, Search search) {
    if (starts.length == 0) {
      throw new IllegalArgumentException("starts: found none, expected at least 1");
    }
    double[][] own = Arrays.stream(starts).map(double[]::clone).toArray(double[][]::new);
    Arrays.stream(own).forEach(start -> MapStep.finite(start, "starts"));
    if (Arrays.stream(own).anyMatch(start -> start.length != step.size())) {
      throw new IllegalArgumentException(
          "starts: found one of another length, expected " + step.size() + " units each");
    }
    Stepping stepping = Stepping.of(step);
    StartsRun settling = new StartsRun(stepping, own, search);
    settling.run();
    List<Attractor> found = settling.found();
    int[] counts = new int[found.size()];
    Arrays.stream(settling.reached()).filter(a -> a >= 0).forEach(a -> counts[a]++);
    Integer[] order =
        IntStream.range(0, counts.length)
            .boxed()
            .sorted(Comparator.comparingInt(a -> -counts[a]))
            .toArray(Integer[]::new);
    int[] rank = new int[counts.length];
    for (int i = 0; i < order.length; i++) {
      rank[order[i]] = i;
    }
    List<Attractor> ranked =
        Arrays.stream(order).map(a -> found.get(a).withStarts(counts[a], own.length)).toList();
    int[] reached = Arrays.stream(settling.reached()).map(a -> a < 0 ? a : rank[a]).toArray();
    List<double[]> guesses = between(ranked, search.newtonStarts);
    guesses.addAll(settling.guesses());
    List<Attractor> others =
        solved(stepping, guesses, ranked, search).stream()
            .map(point -> point.withStarts(0, own.length))
            .toList();
    return new Attractors(ranked, others, reached, settling.steps(), settling.ends(), search);
  }

  /**
   * The middles of cycles and of pairs of attractors, where points that the map leaves often are.
   */
  private static List<double[]> between(List<Attractor> attractors, int most) {
    List<double[]> middles = new ArrayList<>();
    for (int a = 0; a < attractors.size(); a++) {
      for (int b = a; b < attractors.size() && middles.size() < most; b++) {
        double[] one = attractors.get(a).middle();
        double[] other = attractors.get(b).middle();
        Arrays.setAll(one, i -> (one[i] + other[i]) / 2);
        middles.add(one);
      }
    }
    return middles;
  }

  /** Fixed points by Newton's method that are not among the attractors. */
  private static List<Attractor> solved(
      Stepping step, List<double[]> guesses, List<Attractor> attractors, Search search) {
    List<Attractor> others = new ArrayList<>();
    for (double[] guess : guesses) {
      Attractor point = ClosedOrbit.solve(step, 1, guess);
      if (point != null) {
        double[] state = point.state(0);
        double distance = search.apart * States.scale(state);
        boolean isNew =
            attractors.stream().noneMatch(a -> a.isFixedPoint() && a.passesBy(state, distance))
                && others.stream().noneMatch(a -> a.passesBy(state, distance));
        if (isNew) {
          others.add(point);
        }
      }
    }
    return others;
  }

  /** What starts ended at, the one with most starts first: fixed points and cycles. */
  public List<Attractor> all() {
    return attractors;
  }

  /** Those of them that are fixed points. */
  public List<Attractor> fixedPoints() {
    return attractors.stream().filter(Attractor::isFixedPoint).toList();
  }

  /** Those of them that are cycles. */
  public List<Attractor> cycles() {
    return attractors.stream().filter(a -> !a.isFixedPoint()).toList();
  }

  /**
   * Fixed points that no start ended at, found by Newton's method: unstable ones, saddles, which
   * lie between the basins, and stable ones whose basin is small. There may be more.
   */
  public List<Attractor> unreached() {
    return others;
  }

  /** Index in {@link #all()} by start, {@link #UNSETTLED} or {@link #DIVERGED}; a new array. */
  public int[] reached() {
    return reached.clone();
  }

  /**
   * By start, the steps until it moved by less than the tolerance, or came back within it, or blew
   * up; of those that did not settle, all that it was given. A new array.
   */
  public int[] steps() {
    return steps.clone();
  }

  /**
   * The state that a start was last in: near its attractor, or somewhere on its way. A new array.
   *
   * @param start its index
   */
  public double[] end(int start) {
    return ends[start].clone();
  }

  /** How many starts used up their steps: a slow approach, a long cycle, or no order at all. */
  public int unsettled() {
    return (int) Arrays.stream(reached).filter(a -> a == UNSETTLED).count();
  }

  /** From how many starts the map blew up: a unit beyond 1e150, or not a number. */
  public int diverged() {
    return (int) Arrays.stream(reached).filter(a -> a == DIVERGED).count();
  }

  /** Whether every start ended at one and the same stable fixed point. */
  public boolean isGlobal() {
    return attractors.size() == 1
        && attractors.get(0).isFixedPoint()
        && attractors.get(0).stability() == Stability.STABLE
        && attractors.get(0).starts() == reached.length;
  }

  /** One line for each, and what became of the other starts. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    attractors.forEach(a -> text.append(a).append('\n'));
    others.forEach(a -> text.append("not reached: ").append(a).append('\n'));
    text.append(
        String.format(
            Locale.ROOT,
            "of %d starts %d did not settle in %d steps, %d diverged",
            reached.length,
            unsettled(),
            search.mostSteps,
            diverged()));
    return text.toString();
  }
}
