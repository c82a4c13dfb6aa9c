package org.iterativemaps.map.plan;

import org.iterativemaps.map.Block;

/** The six free blocks of the papers' map over x, h and y, whose densities are hyperparameters. */
public enum PaperBlock {
  /** Input to hidden. */
  X_TO_H("x", "h"),
  /** Hidden to hidden. */
  H_TO_H("h", "h"),
  /** Output back to hidden. */
  Y_TO_H("y", "h"),
  /** Input to output. */
  X_TO_Y("x", "y"),
  /** Hidden to output. */
  H_TO_Y("h", "y"),
  /** Output to output. */
  Y_TO_Y("y", "y");

  private final String from;
  private final String to;

  PaperBlock(String from, String to) {
    this.from = from;
    this.to = to;
  }

  /** Name of the source slot. */
  public String from() {
    return from;
  }

  /** Name of the target slot. */
  public String to() {
    return to;
  }

  /** "from->to", as {@link Block#name()}. */
  public String blockName() {
    return from + "->" + to;
  }

  boolean touches(String slot) {
    return from.equals(slot) || to.equals(slot);
  }

  /**
   * How many weights the dense block has.
   *
   * @param x input size
   * @param h hidden size; need not be whole while it is being solved for
   * @param y output size
   */
  double cells(int x, double h, int y) {
    return size(from, x, h, y) * size(to, x, h, y);
  }

  private static double size(String slot, int x, double h, int y) {
    return switch (slot) {
      case "x" -> x;
      case "h" -> h;
      default -> y;
    };
  }
}
