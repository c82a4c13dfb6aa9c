package org.iterativemaps.dynamics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.iterativemaps.map.values.Eigenvalue;

/**
 * A fixed point z = F(z) or a cycle of p states, F^p(z) = z, that {@link Attractors} found, and
 * what the map does beside it: the eigenvalues of the Jacobian of F^p there, which all states of a
 * cycle share. Immutable.
 */
public final class Attractor {
  /** Closer to the unit circle, an eigenvalue is on it as far as can be told. */
  private static final double MARGIN = 1e-6;

  /** What nearby states do, by the moduli of the eigenvalues. */
  public enum Stability {
    /** All below 1: what is near comes nearer. */
    STABLE,
    /** None above 1, but some equal to 1 (to 1e-6): the linear part alone does not decide. */
    MARGINAL,
    /** Some above 1, some not: near in some directions, away in the others. */
    SADDLE,
    /** All above 1: what is near goes away. */
    UNSTABLE
  }

  private final double[][] states;
  private final List<Eigenvalue> eigenvalues;
  private final Stability stability;
  private final double residual;
  private final int starts;
  private final int allStarts;

  private Attractor(
      double[][] states, List<Eigenvalue> eigenvalues, double residual, int starts, int allStarts) {
    this.states = states;
    this.eigenvalues = eigenvalues;
    this.stability = stability(eigenvalues);
    this.residual = residual;
    this.starts = starts;
    this.allStarts = allStarts;
  }

  /**
   * Of an orbit that closes.
   *
   * @param states in the order of the steps; kept
   * @param eigenvalues of one round's Jacobian, largest modulus first
   * @param residual largest |F^p(z) - z|
   */
  static Attractor of(double[][] states, List<Eigenvalue> eigenvalues, double residual) {
    return new Attractor(states, eigenvalues, residual, 0, 1);
  }

  Attractor withStarts(int reachedFrom, int all) {
    return new Attractor(states, eigenvalues, residual, reachedFrom, all);
  }

  private static Stability stability(List<Eigenvalue> eigenvalues) {
    double largest = eigenvalues.get(0).modulus();
    double smallest = eigenvalues.get(eigenvalues.size() - 1).modulus();
    if (largest > 1 + MARGIN) {
      return smallest > 1 + MARGIN ? Stability.UNSTABLE : Stability.SADDLE;
    }
    return largest < 1 - MARGIN ? Stability.STABLE : Stability.MARGINAL;
  }

  /** How many states it has: 1 if it is a fixed point. */
  public int period() {
    return states.length;
  }

  /** Whether one step leads back. */
  public boolean isFixedPoint() {
    return states.length == 1;
  }

  /**
   * One of its states, in a new array.
   *
   * @param step 0 … period - 1, in the order in which the map runs through them
   */
  public double[] state(int step) {
    return states[step].clone();
  }

  /** The mean of its states, in a new array. */
  double[] middle() {
    double[] mean = new double[states[0].length];
    Arrays.setAll(
        mean, unit -> Arrays.stream(states).mapToDouble(state -> state[unit]).average().orElse(0));
    return mean;
  }

  /** What nearby states do. */
  public Stability stability() {
    return stability;
  }

  /**
   * Whether nearby states circle about it: the eigenvalue of largest modulus has an imaginary part.
   * (Else they come or go straight, if it is negative from side to side: a node.)
   */
  public boolean isSpiral() {
    return eigenvalues.get(0).imaginary() != 0;
  }

  /**
   * Of the Jacobian of one round; below 1 the distance of what is near shrinks by it, per round and
   * in the long run.
   */
  public double spectralRadius() {
    return eigenvalues.get(0).modulus();
  }

  /** Those of one round's Jacobian, the largest modulus first. */
  public List<Eigenvalue> eigenvalues() {
    return eigenvalues;
  }

  /** The largest unit of |F^p(z) - z|: what rounding leaves. */
  public double residual() {
    return residual;
  }

  /** How many starts ended here: none if it was found by solving alone. */
  public int starts() {
    return starts;
  }

  /** The share of all starts that ended here, which estimates the size of its basin. */
  public double share() {
    return (double) starts / allStarts;
  }

  /** Whether a state is one of its own, but for a distance in the largest unit. */
  boolean passesBy(double[] state, double distance) {
    return Arrays.stream(states).anyMatch(own -> States.distance(own, state) <= distance);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %s%s, spectral radius %.4g, %.1f %% of the starts",
        stability.name().toLowerCase(Locale.ROOT),
        isFixedPoint() ? "fixed point" : "cycle of " + period(),
        isSpiral() ? " (spiral)" : "",
        spectralRadius(),
        100 * share());
  }
}
