package org.iterativemaps.kernel.settle;

import java.util.Locale;
import org.iterativemaps.iterate.UntilSettled;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a kernel says of samples that do not settle: an error, or warnings that become rarer. */
final class Unsettled {
  private static final Logger LOG = LoggerFactory.getLogger("org.iterativemaps.kernel.settle");

  private final UntilSettled until;
  private final String direction;
  private final double tolerance;
  private long passes; // in which samples have not settled

  /**
   * A voice for one direction.
   *
   * @param direction "forward" or "backward"
   * @param tolerance of its residual
   */
  Unsettled(UntilSettled until, String direction, double tolerance) {
    this.until = until;
    this.direction = direction;
    this.tolerance = tolerance;
  }

  /**
   * Looks at a pass.
   *
   * @throws NotSettledException if samples have not settled and that is an error
   */
  void check(SettlingReport report) {
    if (report.unsettled() == 0) {
      return;
    }
    if (until.unsettled() == UntilSettled.Unsettled.FAIL) {
      throw new NotSettledException(text(report));
    }
    passes++;
    if ((passes & (passes - 1)) == 0) { // 1, 2, 4, 8, …
      LOG.warn("{} (pass {} of this layer in which some have not)", text(report), passes);
    }
  }

  private String text(SettlingReport report) {
    String lost =
        report.lost() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %d of them left the finite numbers%s",
                report.lost(),
                report.largestResidual() < Double.POSITIVE_INFINITY
                    ? ", which smaller weights or learning rates prevent"
                    : ", some in their first step: look for a token or a parameter that is NaN or"
                        + " infinite; they count as zeros");
    return String.format(
        Locale.ROOT,
        "untilSettled, %s: %d of %d samples have not settled after %d steps%s: the residual is at most"
            + " %.3g, expected %.3g; the best state of each was taken. More steps, another solver"
            + " (broyden, or damped for maps that oscillate), or a map that contracts"
            + " (WeightValues.spectralRadius below 1, a jacobianPenalty) would help",
        direction,
        report.unsettled(),
        report.samples(),
        report.mostSteps(),
        lost,
        report.largestResidual(),
        tolerance);
  }
}
