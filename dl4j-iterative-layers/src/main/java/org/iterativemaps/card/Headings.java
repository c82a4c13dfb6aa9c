package org.iterativemaps.card;

/** What stands in a line of its own. */
final class Headings {
  private Headings() {}

  /**
   * Refuses what is no single line.
   *
   * @param what it is, for the message
   */
  static void check(String what, String text) {
    if (text == null || text.isBlank() || text.lines().count() != 1) {
      throw new IllegalArgumentException(
          what
              + ": found "
              + (text == null ? "null" : "'" + text + "'")
              + ", expected a single line that is not blank");
    }
  }
}
