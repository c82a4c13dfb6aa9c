package org.iterativemaps.examples.golden;

import java.util.List;

/**
 * What became of a case.
 *
 * @param status passed, failed or skipped
 * @param numbers how many were compared
 * @param largestError of them, relative to 1 + |expected|
 * @param failures one line for every quantity that is off; the reason if the case was skipped
 * @param notes what was not compared, or compared with something else than one might think
 */
record CaseResult(
    Status status, long numbers, double largestError, List<String> failures, List<String> notes) {

  /** The three outcomes. */
  enum Status {
    PASSED,
    FAILED,
    SKIPPED
  }

  static CaseResult without(Status status, String reason) {
    return new CaseResult(status, 0, 0, List.of(reason), List.of());
  }
}
