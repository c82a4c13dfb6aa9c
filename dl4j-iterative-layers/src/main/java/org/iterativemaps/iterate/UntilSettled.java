package org.iterativemaps.iterate;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.iterativemaps.map.AttentionBlock;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;

/**
 * A token's steps until its state has settled at a fixed point z* = F(z*; x), as deep equilibrium
 * models do.
 *
 * <pre>{@code
 * steps(untilSettled(1e-5).atMost(50).solver(Solver.anderson(5, 1)).gradient(LoopGradient.phantom(5, 0.5)))
 * }</pre>
 *
 * <p>A sample has settled when max |F(z) - z| is at most the tolerance times max |F(z)| (or the
 * tolerance alone: {@link #absolute}), the maxima over the units of all state slots; it then costs
 * nothing more, but for what samples beside it cost until a quarter of them is done, and its state
 * is F(z). Of a sample that has not after the most steps, or whose state is no longer finite, the
 * F(z) that moved least is taken. What a read-out slot makes of the state is the output. The map's
 * injection is {@link Injection#HOLD}, and it has no attention.
 *
 * <p>Source: Bai, Kolter, Koltun, "Deep equilibrium models", arXiv:1909.01377 (2019); the
 * safeguards are those of TorchDEQ (Geng and Kolter, arXiv:2310.18605, 2023), and some more.
 *
 * @param tolerance above 0 and below 1
 * @param isRelative whether it is a share of the state's largest unit
 * @param atMost steps in training, at least 1
 * @param atMostAtInference steps at inference, at least 1
 * @param solver how the state settles
 * @param gradient the way back
 * @param start where a token begins
 * @param unsettled what is done about samples that do not settle
 * @param jacobianPenalty weight of |J|² in the loss, 0 for none: see {@link
 *     #jacobianPenalty(double)}
 */
public record UntilSettled(
    double tolerance,
    boolean isRelative,
    int atMost,
    int atMostAtInference,
    Solver solver,
    LoopGradient gradient,
    Start start,
    Unsettled unsettled,
    double jacobianPenalty)
    implements Iteration {

  /** What is done about samples that do not settle, on the way forward or back. */
  public enum Unsettled {
    /** A warning with their number, the residual and advice, in ever larger intervals. */
    WARN,
    /** An error. */
    FAIL
  }

  /** Checks the ranges and what goes together. */
  public UntilSettled {
    checkTolerance("untilSettled: tolerance", tolerance);
    checkBudget("untilSettled: atMost", atMost);
    checkBudget("untilSettled: atMostAtInference", atMostAtInference);
    checkGiven("solver", solver, "Solver.anderson()");
    checkGiven("gradient", gradient, "LoopGradient.implicit()");
    checkGiven("start", start, "Start.zero()");
    checkGiven("unsettled", unsettled, "WARN");
    if (!(jacobianPenalty >= 0 && jacobianPenalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "jacobianPenalty: found " + jacobianPenalty + ", expected at least 0 and finite");
    }
    boolean isOwnPath = solver instanceof Solver.Picard || solver instanceof Solver.Damped;
    if (gradient instanceof LoopGradient.Unrolled && !isOwnPath) {
      throw new IllegalArgumentException(
          "gradient: found unrolled beside "
              + solver
              + ", whose steps are not the map's; expected picard or damped, or an implicit gradient");
    }
  }

  static UntilSettled within(double tolerance) {
    return new UntilSettled(
        tolerance,
        true,
        100,
        100,
        Solver.anderson(),
        LoopGradient.implicit(),
        Start.zero(),
        Unsettled.WARN,
        0);
  }

  private static void checkGiven(String name, Object value, String example) {
    if (value == null) {
      throw new IllegalArgumentException(
          "untilSettled: " + name + ": found null, expected one such as " + example);
    }
  }

  static void checkTolerance(String name, double tolerance) {
    if (!(tolerance > 0 && tolerance < 1)) {
      throw new IllegalArgumentException(
          name + ": found " + tolerance + ", expected above 0 and below 1, such as 1e-5");
    }
  }

  static void checkBudget(String name, int atMost) {
    if (atMost < 1) {
      throw new IllegalArgumentException(name + ": found " + atMost + ", expected at least 1 step");
    }
  }

  /** The most steps, in training and at inference. */
  public UntilSettled atMost(int steps) {
    return changed(
        draft -> {
          draft.atMost = steps;
          draft.atMostAtInference = steps;
        });
  }

  /** Another budget at inference; after {@link #atMost(int)}, which sets both. */
  public UntilSettled atMostAtInference(int steps) {
    return changed(draft -> draft.atMostAtInference = steps);
  }

  /** The tolerance is that of the residual itself. */
  public UntilSettled absolute() {
    return changed(draft -> draft.isRelative = false);
  }

  /** Settles by another solver. */
  public UntilSettled solver(Solver newSolver) {
    return changed(draft -> draft.solver = newSolver);
  }

  /** Goes back another way. */
  public UntilSettled gradient(LoopGradient newGradient) {
    return changed(draft -> draft.gradient = newGradient);
  }

  /** Begins elsewhere. */
  public UntilSettled startingAt(Start newStart) {
    return changed(draft -> draft.start = newStart);
  }

  /** Samples that do not settle are an error. */
  public UntilSettled orFail() {
    return changed(draft -> draft.unsettled = Unsettled.FAIL);
  }

  /**
   * Adds to the loss, as far as its gradient goes, c times |J|² at z* (Frobenius, by Hutchinson's
   * estimate: |J^T e|² with e a vector of random signs), the mean over the examples and of a
   * sequence the sum over its time steps: the map stays one that settles. z* itself is taken for
   * given, as in Bai, Koltun, Kolter, arXiv:2106.14342 (2021). The score that DL4J shows does not
   * have it.
   *
   * @param weight c, at least 0
   */
  public UntilSettled jacobianPenalty(double weight) {
    return changed(draft -> draft.jacobianPenalty = weight);
  }

  /** The components while one of them is changed. */
  private static final class Draft {
    boolean isRelative;
    int atMost;
    int atMostAtInference;
    Solver solver;
    LoopGradient gradient;
    Start start;
    Unsettled unsettled;
    double jacobianPenalty;
  }

  private UntilSettled changed(Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.isRelative = isRelative;
    draft.atMost = atMost;
    draft.atMostAtInference = atMostAtInference;
    draft.solver = solver;
    draft.gradient = gradient;
    draft.start = start;
    draft.unsettled = unsettled;
    draft.jacobianPenalty = jacobianPenalty;
    change.accept(draft);
    return new UntilSettled(
        tolerance,
        draft.isRelative,
        draft.atMost,
        draft.atMostAtInference,
        draft.solver,
        draft.gradient,
        draft.start,
        draft.unsettled,
        draft.jacobianPenalty);
  }

  @Override
  public int mostSteps() {
    return atMost;
  }

  /** The solver of the adjoint equation. */
  public Solver backwardSolver() {
    return gradient instanceof LoopGradient.Implicit own && own.solver() != null
        ? own.solver()
        : solver;
  }

  /** The tolerance of the adjoint equation. */
  public double backwardTolerance() {
    return gradient instanceof LoopGradient.Implicit own && own.solver() != null
        ? own.tolerance()
        : tolerance;
  }

  /** The most steps of the adjoint equation. */
  public int backwardAtMost() {
    return gradient instanceof LoopGradient.Implicit own && own.solver() != null
        ? own.atMost()
        : atMost;
  }

  /**
   * Why a map can have no fixed point that is worth solving for; empty if it can.
   *
   * @param map as it is built
   * @param carried slots whose value a next step needs
   * @param isSequence whether tokens come one after the other
   */
  Optional<String> obstacle(BlockMap map, int carried, boolean isSequence) {
    if (carried == 0) {
      return Optional.of(
          "the output does not depend on a state, so that nothing has to settle; give steps(1), or"
              + " the map a block from a state slot to the output");
    }
    if (map.injection() == Injection.IMPULSE) {
      return Optional.of(
          "found injection IMPULSE: without its token a map settles where the bias alone leads it, or"
              + " at nothing without one, and not where the token says; use injection HOLD, or fixed"
              + " steps");
    }
    List<AttentionBlock> attention = AttentionBlock.of(map);
    if (!attention.isEmpty()) {
      return Optional.of(
          "attention block "
              + attention.get(0).name()
              + " reads the rows of an example together, which settle one by one; use fixed steps");
    }
    if (start instanceof Start.Carried && !isSequence) {
      return Optional.of(
          "start: found carried, but single tokens have no time step before them; expected zero or"
              + " random, or an IterativeMapRecurrentLayer");
    }
    return Optional.empty();
  }
}
