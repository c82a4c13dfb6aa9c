package org.iterativemaps.card;

import java.util.regex.Pattern;

/** What stands in a line of its own. */
final class Headings {
  private static final Pattern LINE_BREAK = Pattern.compile("\\R");

  private Headings() {}

  /**
   * Refuses what is no single line.
   *
   * @param what it is, for the message
   */
  static void check(String what, String text) {
    if (text == null || text.isBlank() || LINE_BREAK.matcher(text).find()) {
      throw new IllegalArgumentException(
          what
              + ": found "
              + (text == null ? "null" : "'" + text + "'")
              + ", expected a single line that is not blank");
    }
  }
}
