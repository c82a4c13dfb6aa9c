package org.iterativemaps.examples.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Compares expected with found numbers and keeps what it learned: how many numbers, the largest
 * error, one line for every quantity that is off.
 *
 * <p>The error of a number is |expected - found| / (1 + |expected|).
 */
final class Comparison {
  private final double tolerance;
  private final List<String> failures = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long numbers;
  private double largestError;

  Comparison(double tolerance) {
    this.tolerance = tolerance;
  }

  /** Two arrays of one shape. */
  void compare(String quantity, INDArray expected, INDArray found) {
    compare(quantity, expected, found, tolerance);
  }

  /** Two arrays that must be the same bit for bit, but for the sign of zeros. */
  void compareExactly(String quantity, INDArray expected, INDArray found) {
    compare(quantity, expected, found, 0);
  }

  private void compare(String quantity, INDArray expected, INDArray found, double allowed) {
    if (!Arrays.equals(expected.shape(), found.shape())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "%s: expected shape %s, found %s",
              quantity,
              Arrays.toString(expected.shape()),
              Arrays.toString(found.shape())));
      return;
    }
    compare(quantity, expected.shape(), values(expected), values(found), allowed);
  }

  /** Two series of one length. */
  void compare(String quantity, double[] expected, double[] found) {
    if (expected.length != found.length) {
      failures.add(
          String.format(
              Locale.ROOT,
              "%s: expected %d numbers, found %d",
              quantity,
              expected.length,
              found.length));
      return;
    }
    compare(quantity, new long[] {expected.length}, expected, found, tolerance);
  }

  /** Two numbers. */
  void compare(String quantity, double expected, double found) {
    compare(quantity, new long[0], new double[] {expected}, new double[] {found}, tolerance);
  }

  /** Something that was not compared, or compared with something else than one might think. */
  void note(String note) {
    notes.add(note);
  }

  CaseResult result() {
    List<String> all = new ArrayList<>(failures);
    if (all.isEmpty() && numbers == 0) {
      all.add("no number was compared");
    }
    return new CaseResult(
        all.isEmpty() ? CaseResult.Status.PASSED : CaseResult.Status.FAILED,
        numbers,
        largestError,
        all,
        notes);
  }

  /** Skipped, but for what was off before the kernel refused a map of the case. */
  CaseResult skippedBy(OtherKernelException refusal) {
    return failures.isEmpty()
        ? CaseResult.without(CaseResult.Status.SKIPPED, refusal.getMessage())
        : stoppedBy(refusal);
  }

  /** The same, but for an error that ended the case early. */
  CaseResult stoppedBy(RuntimeException error) {
    failures.add(
        error instanceof GoldenFormatException
            ? error.getMessage()
            : "stopped by " + error.getClass().getSimpleName() + ": " + error.getMessage());
    return result();
  }

  private void compare(
      String quantity, long[] shape, double[] expected, double[] found, double allowed) {
    int off = 0;
    int worst = -1;
    double worstError = -1;
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(expected[i] - found[i]) / (1 + Math.abs(expected[i]));
      double rank = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
      largestError = Math.max(largestError, rank);
      off += rank <= allowed ? 0 : 1;
      if (rank > worstError) {
        worstError = rank;
        worst = i;
      }
    }
    numbers += expected.length;
    if (off > 0) {
      failures.add(
          String.format(
              Locale.ROOT,
              "%s%s: expected %s, found %s (error %.1e; %d of %d numbers are off)",
              quantity,
              position(worst, shape),
              expected[worst],
              found[worst],
              worstError,
              off,
              expected.length));
    }
  }

  private static double[] values(INDArray array) {
    return array.dup('c').data().asDouble();
  }

  /** Row-major position as " [i, j, …]". */
  private static String position(int index, long[] shape) {
    if (shape.length == 0) {
      return "";
    }
    long[] position = new long[shape.length];
    long rest = index;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return " " + Arrays.toString(position);
  }
}
