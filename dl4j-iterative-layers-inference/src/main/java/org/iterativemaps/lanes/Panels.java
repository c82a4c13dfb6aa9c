package org.iterativemaps.lanes;

/**
 * How a dense matrix lies for register-blocked loops: its rows cut into panels of a few, each panel
 * [column][row], so that a loop over columns reads one stream. A panel that has fewer rows repeats
 * its last one. Immutable.
 *
 * <p>Rows may be cut into parts, of which none shares a panel.
 */
final class Panels {
  final int columns;

  /** Rows of a panel in memory. */
  final int height;

  private final int[] partPanel; // by part its first panel; one more
  private final int[] firstRow; // by panel; one more

  Panels(int rows, int columns, int height, int parts) {
    this.columns = columns;
    this.height = height;
    this.partPanel = new int[parts + 1];
    for (int part = 0; part < parts; part++) {
      int count = LaneBlock.end(rows, part, parts) - LaneBlock.begin(rows, part, parts);
      partPanel[part + 1] = partPanel[part] + (count + height - 1) / height;
    }
    this.firstRow = new int[partPanel[parts] + 1];
    for (int part = 0; part < parts; part++) {
      for (int panel = partPanel[part]; panel < partPanel[part + 1]; panel++) {
        int within = (panel - partPanel[part]) * height;
        firstRow[panel] = LaneBlock.begin(rows, part, parts) + within;
      }
    }
    firstRow[partPanel[parts]] = rows;
  }

  /** How many there are. */
  int count() {
    return firstRow.length - 1;
  }

  /** A part's first panel; of the number of parts, how many panels there are. */
  int begin(int part) {
    return partPanel[part];
  }

  /** A panel's first row; of the number of panels, how many rows there are. */
  int row(int panel) {
    return firstRow[panel];
  }

  /** How many rows a panel has. */
  int rows(int panel) {
    return firstRow[panel + 1] - firstRow[panel];
  }

  /** Where a panel begins. */
  int at(int panel) {
    return panel * height * columns;
  }

  /** Floats of all panels. */
  long length() {
    return (long) count() * height * columns;
  }

  /**
   * Packs rows, each a stride behind the one before: packed[column][row] = rows[row][column].
   *
   * @param height rows of a panel
   * @param count how many there are; in the place of others the last one is packed again
   * @param length columns to pack
   */
  static void pack(
      int height, int count, float[] rows, int at, int stride, int length, float[] packed, int to) {
    int r = 0;
    for (; r + 4 <= count; r += 4) {
      pack4(height, rows, at + r * stride, stride, length, packed, to + r);
    }
    for (; r < height; r++) {
      pack1(height, rows, at + Math.min(r, count - 1) * stride, length, packed, to + r);
    }
  }

  private static void pack4(
      int height, float[] rows, int at, int stride, int length, float[] packed, int to) {
    int b = at + stride;
    int c = b + stride;
    int d = c + stride;
    int place = to;
    for (int i = 0; i < length; i++) {
      packed[place] = rows[at + i];
      packed[place + 1] = rows[b + i];
      packed[place + 2] = rows[c + i];
      packed[place + 3] = rows[d + i];
      place += height;
    }
  }

  private static void pack1(int height, float[] rows, int at, int length, float[] packed, int to) {
    int place = to;
    for (int i = 0; i < length; i++) {
      packed[place] = rows[at + i];
      place += height;
    }
  }

  /**
   * Packs columns that lie one after the other in rows: packed[row][column] = rows[row][column].
   *
   * @param height columns of a panel
   * @param count how many there are; in the place of others the last one is packed again
   * @param length rows to pack
   */
  static void copy(
      int height, int count, float[] rows, int at, int stride, int length, float[] packed, int to) {
    int c = 0;
    for (; c + 6 <= count; c += 6) {
      copy6(height, rows, at + c, stride, length, packed, to + c);
    }
    for (; c < height; c++) {
      int from = at + Math.min(c, count - 1);
      for (int i = 0; i < length; i++) {
        packed[to + i * height + c] = rows[from + i * stride];
      }
    }
  }

  private static void copy6(
      int height, float[] rows, int at, int stride, int length, float[] packed, int to) {
    int from = at;
    int place = to;
    for (int i = 0; i < length; i++) {
      packed[place] = rows[from];
      packed[place + 1] = rows[from + 1];
      packed[place + 2] = rows[from + 2];
      packed[place + 3] = rows[from + 3];
      packed[place + 4] = rows[from + 4];
      packed[place + 5] = rows[from + 5];
      from += stride;
      place += height;
    }
  }

  /**
   * Packs columns that lie side by side, turned about: packed[row][column] = panel[column][row].
   *
   * @param height rows and columns of a panel
   * @param count columns there are; in the place of others the last one is packed again
   * @param rows rows to pack
   */
  static void turn(int height, int count, float[] panel, int at, int rows, float[] packed, int to) {
    int place = to;
    for (int from = at; from < at + rows; from++) {
      int c = 0;
      int i = from;
      for (; c + 6 <= count; c += 6) {
        packed[place] = panel[i];
        packed[place + 1] = panel[i + height];
        packed[place + 2] = panel[i + 2 * height];
        packed[place + 3] = panel[i + 3 * height];
        packed[place + 4] = panel[i + 4 * height];
        packed[place + 5] = panel[i + 5 * height];
        place += 6;
        i += 6 * height;
      }
      for (; c < height; c++) {
        packed[place++] = panel[from + Math.min(c, count - 1) * height];
      }
    }
  }
}
