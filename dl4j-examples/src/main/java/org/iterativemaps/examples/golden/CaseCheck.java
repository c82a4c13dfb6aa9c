package org.iterativemaps.examples.golden;

/** Checks the cases of one kind of golden file. */
interface CaseCheck {

  /**
   * Builds the case's map and compares all its numbers.
   *
   * @throws GoldenFormatException if the case lacks something
   */
  void check(GoldenNode node, Implementation via, Comparison comparison);
}
