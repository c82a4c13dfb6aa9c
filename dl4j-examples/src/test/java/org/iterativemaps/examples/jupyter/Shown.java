package org.iterativemaps.examples.jupyter;

/** Where the code of a cell puts a value for {@link JavaCells} to find; public for the cells. */
public final class Shown {
  private static Object value;

  private Shown() {}

  /**
   * Called by a cell.
   *
   * @param shown its value
   */
  public static void put(Object shown) {
    value = shown;
  }

  static Object take() {
    Object shown = value;
    value = null;
    return shown;
  }
}
