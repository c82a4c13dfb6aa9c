package org.iterativemaps.map.plan;

import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/** Looks for the feasible whole number nearest to one that may not be, by trial. */
final class NearestFeasible {
  private NearestFeasible() {}

  /**
   * Goes away from the number on both sides at once and halves the last stride.
   *
   * @param wanted where to start
   * @param least of the range, at most {@code wanted}
   * @param most of the range
   * @param stride how far to go from a number, at least 1; a feasible range below it may be missed
   * @param isFeasible what is looked for
   */
  static OptionalLong find(
      long wanted, long least, long most, LongUnaryOperator stride, LongPredicate isFeasible) {
    if (isFeasible.test(wanted)) {
      return OptionalLong.of(wanted);
    }
    long low = wanted;
    long high = wanted;
    while (low > least || high < most) {
      if (low > least) {
        long next = Math.max(least, low - stride.applyAsLong(low));
        if (isFeasible.test(next)) {
          return OptionalLong.of(halved(next, low, isFeasible));
        }
        low = next;
      }
      if (high < most) {
        long next = Math.min(most, high + stride.applyAsLong(high));
        if (isFeasible.test(next)) {
          return OptionalLong.of(halved(next, high, isFeasible));
        }
        high = next;
      }
    }
    return OptionalLong.empty();
  }

  private static long halved(long feasible, long infeasible, LongPredicate isFeasible) {
    long good = feasible;
    long bad = infeasible;
    while (Math.abs(good - bad) > 1) {
      long middle = (good + bad) / 2;
      if (isFeasible.test(middle)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return good;
  }
}
