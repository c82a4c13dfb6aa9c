package org.iterativemaps.map.pattern;

/** Ranges of what patterns are made with. */
final class PatternChecks {
  private PatternChecks() {}

  static void fraction(String name, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + value
              + ", expected a fraction in (0, 1]"
              + (value == 0 ? "; leave the block out instead" : ""));
    }
  }

  static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + value
              + ", expected at least 1"
              + (value == 0 ? "; leave the block out instead" : ""));
    }
  }

  static void square(String what, int least, int fromSize, int toSize) {
    if (fromSize != toSize || toSize < least) {
      throw new IllegalArgumentException(
          what
              + ": found a block of "
              + fromSize
              + " x "
              + toSize
              + " units (from x to), expected one from a slot to itself, or to one of the same size,"
              + " of at least "
              + least
              + " units");
    }
  }
}
