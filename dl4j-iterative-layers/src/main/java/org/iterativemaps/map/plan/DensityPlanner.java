package org.iterativemaps.map.plan;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Solves for what is left open of hidden size, six densities, budget of trainable weights and
 * target hidden proportion, for the papers' map over x, h and y (arXiv:2509.15057), or over x and h
 * alone.
 *
 * <p>With H hidden units, the budget N is
 *
 * <pre>    N = d_hh H² + (d_xh n_x + d_yh n_y + d_hy n_y) H + (d_xy n_x n_y + d_yy n_y²)</pre>
 *
 * and the hidden proportion p = d_hh H² / N. Where what is given leaves a choice:
 *
 * <ul>
 *   <li>side blocks (all but h-&gt;h) that are left open get one density;
 *   <li>with a hidden size and a budget but no target, h-&gt;h is one of them;
 *   <li>without a hidden size, open blocks take the mean density of the side blocks given; if none
 *       is given, one density for all six, or 1 where nothing else decides;
 *   <li>without a budget, the densest plan;
 *   <li>where that choice would take a density above 1 or below 0, the nearest hidden size that
 *       does not: an open density is water-filled at 1.
 * </ul>
 *
 * The hidden size is rounded to a whole number and open densities are solved again after that, so
 * that budget and target are met wherever a density is open that can meet them. Else the budget is
 * met within 0.5 % or one hidden unit, whichever is larger, and the target as nearly as whole
 * hidden sizes can: within 0.005 or what one hidden unit more puts into h-&gt;h, d_hh (2H - 1) / N
 * (one weight, 1 / N, if the hidden size is given), but never further off than half of the target.
 * Nothing is left open by zeros: a density given as 0 leaves its block out, and every other block
 * has at least one weight. A budget or target that this rules out is refused: in whole weights an
 * open h-&gt;h is off the target by 0.005 or one weight at most, and never by more than half of it.
 */
public final class DensityPlanner {
  private static final long MILLION = 1_000_000;
  // No nearer budget is looked for above it.
  private static final long MOST_WEIGHTS = 1_000_000_000;

  private final int x;
  private final int y;
  private final Map<PaperBlock, Double> given = new EnumMap<>(PaperBlock.class);
  private Integer hiddenSize;
  private Double budget;
  private Double target;

  private DensityPlanner(int inputSize, int outputSize) {
    this.x = atLeastOne("inputSize", inputSize);
    this.y = outputSize;
  }

  /**
   * Starts with the two sizes that the task gives.
   *
   * @param inputSize units of x, at least 1
   * @param outputSize units of y, at least 1
   */
  public static DensityPlanner of(int inputSize, int outputSize) {
    return new DensityPlanner(inputSize, atLeastOne("outputSize", outputSize));
  }

  /**
   * Starts with the input size of a map without slot y: x-&gt;h and h-&gt;h alone, its output is h.
   *
   * @param inputSize units of x, at least 1
   */
  public static DensityPlanner withoutOutputSlot(int inputSize) {
    return new DensityPlanner(inputSize, 0);
  }

  /** Fixes the units of h, at least 1. */
  public DensityPlanner hiddenSize(int units) {
    hiddenSize = atLeastOne("hiddenSize", units);
    return this;
  }

  /** Fixes the density of a block, a fraction in [0, 1]; 0 leaves it out. */
  public DensityPlanner density(PaperBlock block, double density) {
    if (!(density >= 0 && density <= 1)) {
      throw new IllegalArgumentException(
          "density of " + block + ": found " + density + ", expected a fraction in [0, 1]");
    }
    if (y == 0 && density > 0 && block.touches("y")) {
      throw new IllegalArgumentException(
          "density of " + block + ": found " + density + ", but the map has no slot y");
    }
    given.put(block, density);
    return this;
  }

  /** Fixes the trainable weights, biases not counted; more than 0. */
  public DensityPlanner trainableWeights(double weights) {
    if (!(weights > 0 && weights < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "trainableWeights: found " + weights + ", expected a positive number");
    }
    budget = weights;
    return this;
  }

  /** Aims at a hidden proportion, in [0, 1). */
  public DensityPlanner hiddenProportion(double proportion) {
    if (!(proportion >= 0 && proportion < 1)) {
      throw new IllegalArgumentException(
          "hiddenProportion: found " + proportion + ", expected a fraction in [0, 1)");
    }
    target = proportion;
    return this;
  }

  /**
   * The plan.
   *
   * @throws IllegalArgumentException if too little is given, or what is given cannot be met: the
   *     message says which limit binds and what the nearest feasible values are: of the budget with
   *     the same target, and of the target with the same budget
   */
  public DensityPlan plan() {
    PlanRequest.Answer answer = request(budget, target).solve();
    if (answer.plan() == null) {
      throw new IllegalArgumentException(
          answer.problem() + (target == null ? "" : nearestFeasible()));
    }
    return answer.plan();
  }

  /** Other budgets with this target, and other targets with this budget. */
  private String nearestFeasible() {
    String nearest = "";
    if (budget != null) {
      OptionalLong weights =
          NearestFeasible.find(
              Math.max(1, Math.round(budget)),
              1,
              MOST_WEIGHTS,
              n -> Math.max(1, n / 50),
              n -> feasible((double) n, target) != null);
      nearest =
          weights.isPresent() ? "; the nearest feasible budget is " + weights.getAsLong() : "";
    }
    long wanted = Math.min(Math.round(target * MILLION), MILLION - 1);
    long least = target > 0 ? 1 : 0; // a map without h->h is not what was asked for
    DensityPlan plan = nearestPlan(wanted, least, MILLION - 1);
    if (plan == null) {
      return nearest + "; no other hidden proportion makes it feasible";
    }
    // What passes as near enough on one side may come out further off than that of the other side.
    long miss = (long) Math.ceil(plan.missOf(target) * MILLION);
    plan =
        Stream.of(
                plan,
                nearestPlan(wanted, Math.max(least, wanted - miss), wanted),
                nearestPlan(wanted, wanted, Math.min(MILLION - 1, wanted + miss)))
            .filter(Objects::nonNull)
            .min(Comparator.comparingDouble(p -> p.missOf(target)))
            .orElseThrow();
    return String.format(
        Locale.ROOT,
        "%s; the nearest feasible hidden proportion is %.6f",
        nearest,
        plan.hiddenProportion());
  }

  /** The plan of the feasible target nearest to one, in millionths; null if there is none. */
  private DensityPlan nearestPlan(long wanted, long least, long most) {
    OptionalLong found =
        NearestFeasible.find(
            wanted,
            least,
            most,
            // A target that can be met passes from two thirds of it on to its double.
            p -> Math.max(1, Math.min(MILLION / 1000, p / 8)),
            p -> feasible(budget, p / (double) MILLION) != null);
    return found.isPresent() ? feasible(budget, found.getAsLong() / (double) MILLION) : null;
  }

  /** The plan with this budget and target; null if there is none. */
  private DensityPlan feasible(Double weights, double proportion) {
    return request(weights, proportion).solve().plan();
  }

  private PlanRequest request(Double weights, Double proportion) {
    return new PlanRequest(x, y, given, hiddenSize, weights, proportion);
  }

  private static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected at least 1");
    }
    return value;
  }
}
