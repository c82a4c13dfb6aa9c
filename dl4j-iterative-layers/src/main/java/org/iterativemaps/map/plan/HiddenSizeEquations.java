package org.iterativemaps.map.plan;

import java.util.Map;
import java.util.Optional;

/**
 * The hidden sizes, not yet whole, by which a budget and a target can be met: the least of them and
 * the documented choice. For the formulas see {@link DensityPlanner}.
 *
 * @param x input size
 * @param y output size
 * @param given densities that are given
 * @param budget trainable weights; null if open
 * @param target hidden proportion; null if open
 */
record HiddenSizeEquations(
    int x, int y, Map<PaperBlock, Double> given, Double budget, Double target) {

  /** Why no hidden size can meet it; empty if one may. */
  Optional<String> problem() {
    if (budget == null && target == null) {
      return Optional.of(
          "hidden size: nothing to solve it from; give hiddenSize, trainableWeights or"
              + " hiddenProportion");
    }
    if (budget == null && target == 0) {
      return Optional.of(
          "hiddenProportion 0 alone leaves the hidden size open; give hiddenSize or"
              + " trainableWeights too");
    }
    Double hidden = given.get(PaperBlock.H_TO_H);
    if (target != null && target > 0 && hidden != null && hidden == 0) {
      return Optional.of(
          "hiddenProportion: found " + target + " with no weights in h->h; expected 0");
    }
    if (budget != null && constant(0) > budget) {
      return Optional.of(
          "the blocks between input and output alone exceed the budget; raise it or lower their"
              + " densities");
    }
    return Optional.empty();
  }

  /**
   * The documented choice. It is never above what open densities at 0 leave, since it has them at 0
   * or more, but may be below {@link #fewest}.
   */
  double preferred() {
    double mean = meanSideDensity();
    double open = Double.isNaN(mean) ? 1 : mean;
    double hidden = hiddenOr(open);
    if (budget == null) {
      return ofTarget(hidden, open);
    }
    if (target == null) {
      return ofBudget(hidden, open);
    }
    if (target == 0) {
      return ofSides(open);
    }
    if (given.containsKey(PaperBlock.H_TO_H)) {
      return Math.sqrt(target * budget / hidden);
    }
    // No side given: one density d for all, d H² = p N and d (s H + c) = (1 - p) N.
    return Double.isNaN(mean) ? ofTarget(1, 1) : ofSides(open);
  }

  /** What open densities at 1 need, and h->h at 1 if it is open. */
  double fewest() {
    if (budget == null) {
      return given.containsKey(PaperBlock.H_TO_H) ? ofTarget(hiddenOr(1), 0) : ofTarget(1, 0);
    }
    return target == null
        ? ofBudget(hiddenOr(1), 1)
        : Math.max(ofSides(1), Math.sqrt(target * budget / hiddenOr(1)));
  }

  /** Of d_hh H² + slope H + constant = N. */
  private double ofBudget(double hidden, double open) {
    return root(hidden, slope(open), constant(open) - budget);
  }

  /** Of (1 - p) d_hh H² = p (slope H + constant). */
  private double ofTarget(double hidden, double open) {
    return root(hidden * (1 - target), -target * slope(open), -target * constant(open));
  }

  /** Of slope H + constant = (1 - p) N. */
  private double ofSides(double open) {
    return root(0, slope(open), constant(open) - (1 - target) * budget);
  }

  /** Mean density of the side blocks given and not left out; NaN if there is none. */
  private double meanSideDensity() {
    return given.entrySet().stream()
        .filter(e -> e.getKey() != PaperBlock.H_TO_H && e.getValue() > 0)
        .mapToDouble(Map.Entry::getValue)
        .average()
        .orElse(Double.NaN);
  }

  private double hiddenOr(double open) {
    return given.getOrDefault(PaperBlock.H_TO_H, open);
  }

  /** Weights of the side blocks per hidden unit, open ones at this density. */
  private double slope(double open) {
    return givenOr(PaperBlock.X_TO_H, open) * x
        + (givenOr(PaperBlock.Y_TO_H, open) + givenOr(PaperBlock.H_TO_Y, open)) * y;
  }

  /** Weights of the side blocks that do not touch h, open ones at this density. */
  private double constant(double open) {
    return givenOr(PaperBlock.X_TO_Y, open) * x * y + givenOr(PaperBlock.Y_TO_Y, open) * y * y;
  }

  private double givenOr(PaperBlock block, double open) {
    return given.getOrDefault(block, open);
  }

  /**
   * The largest root of a h² + b h + c that is not negative, without cancellation; 0 if there is
   * none, infinity if c alone is left.
   */
  private static double root(double a, double b, double c) {
    if (a == 0) {
      return b == 0 ? Double.POSITIVE_INFINITY : Math.max(0, -c / b);
    }
    double discriminant = b * b - 4 * a * c;
    if (discriminant < 0) {
      return 0;
    }
    double q = -0.5 * (b + Math.copySign(Math.sqrt(discriminant), b));
    return q == 0 ? 0 : Math.max(0, Math.max(q / a, c / q));
  }
}
