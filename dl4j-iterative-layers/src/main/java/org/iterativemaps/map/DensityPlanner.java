package org.iterativemaps.map;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
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
 * Nothing is left open by zeros: a density given as 0 leaves its block out.
 */
public final class DensityPlanner {
  private static final long MILLION = 1_000_000;
  // Plans that miss a target by rounding errors alone are as good as each other.
  private static final double ROUNDING = 1e-9;
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
    try {
      return solve();
    } catch (IllegalArgumentException e) {
      if (target == null) {
        throw e;
      }
      throw new IllegalArgumentException(e.getMessage() + nearestFeasible(), e);
    }
  }

  private DensityPlan solve() {
    if (hiddenSize != null) {
      return fill(hiddenSize);
    }
    IllegalArgumentException first = null;
    DensityPlan nearest = null;
    for (int h : hiddenSizes()) {
      try {
        DensityPlan plan = fill(h);
        if (nearest == null || miss(plan) < miss(nearest) - ROUNDING) {
          nearest = plan;
        }
      } catch (IllegalArgumentException e) {
        first = first == null ? e : first;
      }
    }
    if (nearest == null) {
      throw first;
    }
    return nearest;
  }

  /** How far a plan is off the target. */
  private double miss(DensityPlan plan) {
    return target == null ? 0 : Math.abs(plan.hiddenProportion() - target);
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
    DensityPlan plan = nearestPlan(wanted, 0, MILLION - 1);
    if (plan == null) {
      return nearest + "; no other hidden proportion makes it feasible";
    }
    // What passes as near enough on one side may come out further off than that of the other side.
    long miss = (long) Math.ceil(miss(plan) * MILLION);
    plan =
        Stream.of(
                plan,
                nearestPlan(wanted, Math.max(0, wanted - miss), wanted),
                nearestPlan(wanted, wanted, Math.min(MILLION - 1, wanted + miss)))
            .filter(Objects::nonNull)
            .min(Comparator.comparingDouble(this::miss))
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
    DensityPlanner other = new DensityPlanner(x, y);
    other.given.putAll(given);
    other.hiddenSize = hiddenSize;
    other.budget = weights;
    other.target = proportion;
    try {
      return other.solve();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whole hidden sizes to try: the documented choice, and the least one that can be met. */
  private Set<Integer> hiddenSizes() {
    HiddenSizeEquations equations = new HiddenSizeEquations(x, y, given, budget, target);
    equations.check();
    double preferred = Math.max(equations.preferred(), equations.fewest());
    Set<Integer> sizes = new LinkedHashSet<>();
    for (double h : new double[] {preferred, equations.fewest()}) {
      for (double whole : new double[] {Math.rint(h), Math.floor(h), Math.ceil(h)}) {
        if (whole <= WeightMask.MAX_ENTRIES) { // false for NaN
          sizes.add((int) Math.max(1, whole));
        }
      }
    }
    if (sizes.isEmpty()) {
      throw new IllegalArgumentException(
          "the hidden size would be " + preferred + "; use a smaller budget or higher densities");
    }
    return sizes;
  }

  /** Densities at a hidden size. */
  private DensityPlan fill(int h) {
    Map<PaperBlock, Double> densities = new EnumMap<>(given);
    boolean hiddenOpen = !given.containsKey(PaperBlock.H_TO_H);
    if (hiddenOpen && target != null) {
      densities.put(PaperBlock.H_TO_H, hiddenDensity(h));
    }
    double openCells = 0;
    double held = 0;
    for (PaperBlock block : PaperBlock.values()) {
      double cells = block.cells(x, h, y);
      if (cells == 0) {
        densities.put(block, 0.0);
      }
      openCells += densities.containsKey(block) ? 0 : cells;
      held += densities.containsKey(block) ? densities.get(block) * cells : 0;
    }
    if (openCells > 0) {
      double weights = openWeights(h, densities, held);
      double density = budget == null && target == null ? 1 : weights / openCells;
      if (weights < 0 || density > 1 + 1e-12) {
        throw infeasible(h, held, openCells);
      }
      for (PaperBlock block : PaperBlock.values()) {
        densities.putIfAbsent(block, Math.min(1, density));
      }
    }
    DensityPlan plan = new DensityPlan(x, h, y, densities);
    checkMet(plan);
    return plan;
  }

  private double hiddenDensity(int h) {
    double cells = PaperBlock.H_TO_H.cells(x, h, y);
    if (budget != null) {
      double density = target * budget / cells;
      if (density > 1 + 1e-12) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "hiddenProportion %s of %.0f weights needs %.0f in h->h, which with hidden size %d has"
                    + " only %.0f cells",
                target,
                budget,
                target * budget,
                h,
                cells));
      }
      return Math.min(1, density);
    }
    // Densest: all open sides at 1, unless h->h cannot keep up.
    double sides = 0;
    for (PaperBlock block : PaperBlock.values()) {
      if (block != PaperBlock.H_TO_H) {
        sides += given.getOrDefault(block, 1.0) * block.cells(x, h, y);
      }
    }
    return Math.min(1, target / (1 - target) * sides / cells);
  }

  /** What is left for the open blocks. */
  private double openWeights(int h, Map<PaperBlock, Double> densities, double held) {
    if (budget != null) {
      return budget - held;
    }
    if (target == null || target == 0) {
      return Stream.of(PaperBlock.values())
          .filter(b -> !densities.containsKey(b))
          .mapToDouble(b -> b.cells(x, h, y))
          .sum();
    }
    double hidden = densities.get(PaperBlock.H_TO_H) * PaperBlock.H_TO_H.cells(x, h, y);
    return hidden / target - held;
  }

  private IllegalArgumentException infeasible(int h, double held, double openCells) {
    String wanted =
        budget == null
            ? "hiddenProportion " + target
            : String.format(Locale.ROOT, "trainableWeights %.0f", budget);
    String nearest =
        target != null
            ? ""
            : String.format(
                Locale.ROOT,
                "; the nearest feasible budget is %.0f",
                budget < held ? held : held + openCells);
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s with hidden size %d: the given blocks take %.0f weights and the open ones have %.0f"
                + " cells%s",
            wanted,
            h,
            held,
            openCells,
            nearest));
  }

  /** Where no density was left open that could, what was asked for must still come out. */
  private void checkMet(DensityPlan plan) {
    if (!(plan.expectedWeights() > 0)) {
      throw new IllegalArgumentException(
          "no block has any weights left: every density is 0; give some block a density above 0");
    }
    double oneUnit =
        plan.expectedWeights()
            - new DensityPlan(x, Math.max(0, plan.hiddenSize() - 1), y, plan.densities())
                .expectedWeights();
    if (budget != null
        && Math.abs(plan.expectedWeights() - budget) > Math.max(0.005 * budget, oneUnit)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "trainableWeights: found %.0f, but what else is given makes %.0f; leave a density or the"
                  + " hidden size open",
              budget,
              plan.expectedWeights()));
    }
    int h = plan.hiddenSize();
    double oneStep = hiddenSize != null ? 1 : plan.densities().get(PaperBlock.H_TO_H) * (2 * h - 1);
    double slack =
        Math.min(Math.max(0.005, oneStep / plan.expectedWeights()), 0.5 * orZero(target));
    if (target != null && !(miss(plan) <= slack + ROUNDING)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "hiddenProportion: found %s, but what else is given makes %.6f with hidden size %d%s;"
                  + " leave a density%s open",
              target,
              plan.hiddenProportion(),
              h,
              limit(h),
              hiddenSize == null ? "" : " or the hidden size"));
    }
  }

  /** Why the hidden size is not one that meets the target better. */
  private String limit(int h) {
    if (hiddenSize != null) {
      return "";
    }
    if (h == 1) {
      return ", the smallest there is";
    }
    HiddenSizeEquations equations = new HiddenSizeEquations(x, y, given, budget, target);
    return equations.fewest() > equations.preferred()
        ? ", the smallest that the budget fits into"
        : ", and hidden sizes are whole numbers";
  }

  private static double orZero(Double number) {
    return number == null ? 0 : number;
  }

  private static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected at least 1");
    }
    return value;
  }
}
