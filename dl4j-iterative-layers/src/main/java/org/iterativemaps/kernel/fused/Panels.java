package org.iterativemaps.kernel.fused;

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
   * Packs rows that lie one after the other.
   *
   * @param rows [row][column], from the panel's first row on
   * @param stride floats from row to row
   * @param columnEnd after the last column to pack
   * @param packed the panel, from its column {@code column} on
   */
  static void pack(
      int height,
      int count,
      float[] rows,
      int at,
      int stride,
      int columnEnd,
      float[] packed,
      int to) {
    int place = to;
    if (count < height) {
      for (int c = 0; c < columnEnd; c++) {
        for (int r = 0; r < height; r++) {
          packed[place++] = rows[at + Math.min(r, count - 1) * stride + c];
        }
      }
      return;
    }
    for (int c = at; c < at + columnEnd; c++) {
      int from = c;
      for (int r = 0; r < height; r++) {
        packed[place++] = rows[from];
        from += stride;
      }
    }
  }
}
