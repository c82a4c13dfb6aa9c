package org.iterativemaps.map.plan;

import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * What a {@link DensityPlanner} was given, and the plan that meets it; null for what is open.
 *
 * @param x units of the input
 * @param y units of the output slot, 0 without one
 * @param given densities
 * @param hiddenSize units of h
 * @param budget trainable weights
 * @param target hidden proportion
 */
record PlanRequest(
    int x, int y, Map<PaperBlock, Double> given, Integer hiddenSize, Double budget, Double target) {

  // Plans that miss a target by rounding errors alone are as good as each other.
  private static final double ROUNDING = 1e-9;

  /**
   * A plan, or why there is none.
   *
   * @param plan null if there is none
   * @param problem null if there is a plan
   */
  record Answer(DensityPlan plan, String problem) {
    static Answer of(DensityPlan plan) {
      return new Answer(plan, null);
    }

    static Answer none(String problem, Object... values) {
      return new Answer(null, String.format(Locale.ROOT, problem, values));
    }
  }

  /** The plan of the hidden size that is given, or of the one that comes nearest to the target. */
  Answer solve() {
    if (hiddenSize != null) {
      return fill(hiddenSize);
    }
    HiddenSizeEquations equations = new HiddenSizeEquations(x, y, given, budget, target);
    if (equations.problem().isPresent()) {
      return Answer.none("%s", equations.problem().get());
    }
    Answer best = null;
    for (int h : hiddenSizes(equations)) {
      Answer answer = fill(h);
      boolean isFirst = best == null || best.plan == null && answer.plan != null;
      if (isFirst || answer.plan != null && miss(answer.plan) < miss(best.plan) - ROUNDING) {
        best = answer;
      }
    }
    return best != null
        ? best
        : Answer.none(
            "the hidden size would be %s; use a smaller budget or higher densities",
            preferred(equations));
  }

  /** How far a plan is off the target. */
  private double miss(DensityPlan plan) {
    return target == null ? 0 : plan.missOf(target);
  }

  private static double preferred(HiddenSizeEquations equations) {
    return Math.max(equations.preferred(), equations.fewest());
  }

  /** Whole hidden sizes to try: the documented choice, and the least one that can be met. */
  private static Set<Integer> hiddenSizes(HiddenSizeEquations equations) {
    Set<Integer> sizes = new LinkedHashSet<>();
    for (double h : new double[] {preferred(equations), equations.fewest()}) {
      for (double whole : new double[] {Math.rint(h), Math.floor(h), Math.ceil(h)}) {
        if (whole <= WeightMask.MAX_ENTRIES) { // false for NaN
          sizes.add((int) Math.max(1, whole));
        }
      }
    }
    return sizes;
  }

  /** Densities at a hidden size. */
  private Answer fill(int h) {
    Map<PaperBlock, Double> densities = new EnumMap<>(given);
    boolean hiddenOpen = !given.containsKey(PaperBlock.H_TO_H);
    if (hiddenOpen && target != null) {
      double density = hiddenDensity(h);
      if (density > 1 + 1e-12) {
        return Answer.none(
            "hiddenProportion %s of %.0f weights needs %.0f in h->h, which with hidden size %d has"
                + " only %.0f cells",
            target, budget, target * budget, h, PaperBlock.H_TO_H.cells(x, h, y));
      }
      densities.put(PaperBlock.H_TO_H, Math.min(1, density));
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
        return infeasible(h, held, openCells);
      }
      for (PaperBlock block : PaperBlock.values()) {
        densities.putIfAbsent(block, Math.min(1, density));
      }
    }
    return met(new DensityPlan(x, h, y, densities));
  }

  private double hiddenDensity(int h) {
    double cells = PaperBlock.H_TO_H.cells(x, h, y);
    if (budget != null) {
      return target * budget / cells;
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

  private Answer infeasible(int h, double held, double openCells) {
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
    return Answer.none(
        "%s with hidden size %d: the given blocks take %.0f weights and the open ones have %.0f"
            + " cells%s",
        wanted, h, held, openCells, nearest);
  }

  /** Where no density was left open that could, what was asked for must still come out. */
  private Answer met(DensityPlan plan) {
    if (!(plan.expectedWeights() > 0)) {
      return Answer.none(
          "no block has any weights left: every density is 0; give some block a density above 0");
    }
    double oneUnit =
        plan.expectedWeights()
            - new DensityPlan(x, Math.max(0, plan.hiddenSize() - 1), y, plan.densities())
                .expectedWeights();
    if (budget != null
        && Math.abs(plan.expectedWeights() - budget) > Math.max(0.005 * budget, oneUnit)) {
      return Answer.none(
          "trainableWeights: found %.0f, but what else is given makes %.0f; leave a density or the"
              + " hidden size open",
          budget, plan.expectedWeights());
    }
    int h = plan.hiddenSize();
    double oneStep = hiddenSize != null ? 1 : plan.densities().get(PaperBlock.H_TO_H) * (2 * h - 1);
    double slack =
        Math.min(Math.max(0.005, oneStep / plan.expectedWeights()), 0.5 * orZero(target));
    if (target != null && !(miss(plan) <= slack + ROUNDING)) {
      return Answer.none(
          "hiddenProportion: found %s, but what else is given makes %.6f with hidden size %d%s;"
              + " leave a density%s open",
          target,
          plan.hiddenProportion(),
          h,
          limit(h),
          hiddenSize == null ? "" : " or the hidden size");
    }
    return inWholeWeights(plan);
  }

  /**
   * A block that is there has at least one weight, which small budgets may not leave; rounding to
   * whole weights may take an open h-&gt;h no further off its target than one weight does.
   */
  private Answer inWholeWeights(DensityPlan plan) {
    long blocks = plan.present().count();
    if (budget != null && Math.round(budget) < blocks) {
      return Answer.none(
          "trainableWeights: found %.0f, but each of the %d blocks needs one; use at least %d, or"
              + " leave blocks out by density 0",
          budget, blocks, blocks);
    }
    if (target == null || given.containsKey(PaperBlock.H_TO_H)) {
      return Answer.of(plan);
    }
    Map<PaperBlock, Long> entries = plan.entriesWithin(budget);
    long weights = entries.values().stream().mapToLong(Long::longValue).sum();
    long hidden = entries.get(PaperBlock.H_TO_H);
    double slack = Math.min(Math.max(0.005, 1.0 / weights), 0.5 * target);
    if (Math.abs((double) hidden / weights - target) > slack + ROUNDING) {
      return Answer.none(
          "hiddenProportion: found %s, but of %d whole weights, at least one for each of the %d"
              + " blocks, h->h with hidden size %d gets %d; use a larger budget, or leave blocks"
              + " out by density 0",
          target, weights, blocks, plan.hiddenSize(), hidden);
    }
    return Answer.of(plan);
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
}
