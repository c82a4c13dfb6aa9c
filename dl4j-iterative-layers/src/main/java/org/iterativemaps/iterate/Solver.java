package org.iterativemaps.iterate;

import java.io.Serializable;
import java.util.Locale;

/**
 * How the next state is made of those before, on the way to z = F(z). Every sample of a batch is
 * solved for itself.
 *
 * <p>All of them come to the same point where the map contracts. With residuals r = F(z) - z:
 *
 * <table>
 * <caption>Solvers</caption>
 * <tr><td>{@link Picard}</td><td>z + r = F(z): the iteration of the map itself</td></tr>
 * <tr><td>{@link Damped}</td><td>z + d r: settles some maps that oscillate</td></tr>
 * <tr><td>{@link Anderson}</td><td>sum a_i (z_i + b r_i) over the last m states, with the a that
 * make |sum a_i r_i| smallest, sum a_i = 1: fewer steps where the map contracts slowly</td></tr>
 * <tr><td>{@link Broyden}</td><td>z - B r, B an estimate of the inverse Jacobian of r from the last
 * m steps: also settles maps that do not contract</td></tr>
 * </table>
 *
 * <p>Sources: Anderson, J. ACM 12 (1965); Walker and Ni, SIAM J. Numer. Anal. 49 (2011); Broyden,
 * Math. Comp. 19 (1965); Bai, Kolter, Koltun, arXiv:1909.01377 (2019).
 */
public sealed interface Solver extends Serializable {

  /** The map's own iteration. */
  static Solver picard() {
    return new Picard();
  }

  /**
   * Part of a step.
   *
   * @param share of the step that is taken, above 0 and at most 1
   */
  static Solver damped(double share) {
    return new Damped(share);
  }

  /** Anderson's method with 5 states and whole steps. */
  static Solver anderson() {
    return new Anderson(5, 1);
  }

  /**
   * Anderson's method.
   *
   * @param memory m, states that are combined, 2 to {@value #MOST_MEMORY}
   * @param mixing b, the share of the residual that is added, above 0 and at most 1
   */
  static Solver anderson(int memory, double mixing) {
    return new Anderson(memory, mixing);
  }

  /**
   * Broyden's method.
   *
   * @param memory m, steps that the Jacobian is estimated from, 1 to {@value #MOST_MEMORY}; then
   *     the estimate begins anew
   */
  static Solver broyden(int memory) {
    return new Broyden(memory);
  }

  /** The most states that a solver keeps. */
  int MOST_MEMORY = 50;

  /** Arrays of the size of the state that it keeps. */
  int kept();

  /** The map's own iteration. */
  record Picard() implements Solver {
    @Override
    public int kept() {
      return 0;
    }
  }

  /**
   * Part of a step.
   *
   * @param share of the step that is taken
   */
  record Damped(double share) implements Solver {
    /** Checks the range. */
    public Damped {
      checkShare("damped: share", share);
    }

    @Override
    public int kept() {
      return 0;
    }
  }

  /**
   * Anderson's method.
   *
   * @param memory states that are combined
   * @param mixing share of the residual that is added
   */
  record Anderson(int memory, double mixing) implements Solver {
    /** Checks the ranges. */
    public Anderson {
      checkMemory("anderson: memory", memory, 2);
      checkShare("anderson: mixing", mixing);
    }

    @Override
    public int kept() {
      return 2 * memory;
    }
  }

  /**
   * Broyden's method.
   *
   * @param memory steps that the Jacobian is estimated from
   */
  record Broyden(int memory) implements Solver {
    /** Checks the range. */
    public Broyden {
      checkMemory("broyden: memory", memory, 1);
    }

    @Override
    public int kept() {
      return 2 * memory + 2;
    }
  }

  private static void checkMemory(String name, int memory, int least) {
    if (memory < least || memory > MOST_MEMORY) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: found %d, expected %d to %d states",
              name,
              memory,
              least,
              MOST_MEMORY));
    }
  }

  private static void checkShare(String name, double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          name + ": found " + share + ", expected above 0 and at most 1");
    }
  }
}
