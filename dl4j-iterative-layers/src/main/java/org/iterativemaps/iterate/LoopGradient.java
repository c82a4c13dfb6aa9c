package org.iterativemaps.iterate;

import java.io.Serializable;

/**
 * How the gradient goes back through a loop that has settled at z* = F(z*; x, w).
 *
 * <table>
 * <caption>Gradients</caption>
 * <tr><td>{@link Implicit}</td><td>exact at the fixed point: u = dL/dz* + J^T u is solved for u, J =
 * dF/dz at z*, and dL/dw = u dF/dw. Memory does not depend on the steps</td></tr>
 * <tr><td>{@link Phantom}</td><td>through n steps z + d (F(z) - z) that are made from z*: the first n
 * terms of the implicit one where d = 1</td></tr>
 * <tr><td>one step</td><td>Phantom(1, 1): J is taken for 0</td></tr>
 * <tr><td>{@link Unrolled}</td><td>through all steps that the solver made: exact whether it settled
 * or not; memory grows with the steps</td></tr>
 * </table>
 *
 * <p>None goes through the state that a token's loop starts from, and so none goes from a time step
 * to the one before: at a fixed point there is nothing to go through. Sources: Bai, Kolter, Koltun,
 * arXiv:1909.01377 (2019); Geng, Zhang, Bai, Wang, Lin, arXiv:2111.05177 (2021); Fung and others,
 * arXiv:2103.12803 (2021).
 */
public sealed interface LoopGradient extends Serializable {

  /**
   * Implicit, by the solver, tolerance and budget of the way forward; the tolerance always
   * relative, to the adjoint's largest number.
   */
  static LoopGradient implicit() {
    return new Implicit(null, 0, 0);
  }

  /**
   * Implicit.
   *
   * @param solver of the adjoint equation
   * @param tolerance relative to the adjoint's largest number, above 0 and below 1
   * @param atMost steps, at least 1
   */
  static LoopGradient implicit(Solver solver, double tolerance, int atMost) {
    if (solver == null) {
      throw new IllegalArgumentException("implicit: found no solver, expected one");
    }
    UntilSettled.checkTolerance("implicit: tolerance", tolerance);
    UntilSettled.checkBudget("implicit: atMost", atMost);
    return new Implicit(solver, tolerance, atMost);
  }

  /**
   * Phantom gradients.
   *
   * @param steps n, 1 to 1000
   * @param damping d, above 0 and at most 1
   */
  static LoopGradient phantom(int steps, double damping) {
    return new Phantom(steps, damping);
  }

  /** Through one step, without Jacobian. */
  static LoopGradient oneStep() {
    return new Phantom(1, 1);
  }

  /** Through all steps; for {@link Solver#picard} and {@link Solver#damped}. */
  static LoopGradient unrolled() {
    return new Unrolled();
  }

  /**
   * Exact at the fixed point.
   *
   * @param solver of the adjoint equation; null for the loop's
   * @param tolerance of it; 0 for the loop's
   * @param atMost steps; 0 for the loop's
   */
  record Implicit(Solver solver, double tolerance, int atMost) implements LoopGradient {
    /** Checks that all are given, or none. */
    public Implicit {
      boolean isWhole = solver != null && tolerance > 0 && atMost > 0;
      if (!isWhole && (solver != null || tolerance != 0 || atMost != 0)) {
        throw new IllegalArgumentException(
            "implicit: found solver "
                + solver
                + ", tolerance "
                + tolerance
                + ", atMost "
                + atMost
                + "; expected all three, or none");
      }
    }

    @Override
    public String toString() {
      return solver == null
          ? "implicit"
          : "implicit (" + solver + ", tolerance " + tolerance + ", at most " + atMost + ")";
    }
  }

  /**
   * Through a few steps from the fixed point.
   *
   * @param steps how many
   * @param damping share of each step
   */
  record Phantom(int steps, double damping) implements LoopGradient {
    /** Checks the ranges. */
    public Phantom {
      if (steps < 1 || steps > 1000) {
        throw new IllegalArgumentException(
            "phantom: steps: found " + steps + ", expected 1 to 1000");
      }
      if (!(damping > 0 && damping <= 1)) {
        throw new IllegalArgumentException(
            "phantom: damping: found " + damping + ", expected above 0 and at most 1");
      }
    }
  }

  /** Through all steps. */
  record Unrolled() implements LoopGradient {}
}
