package org.iterativemaps.examples.plots;

import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;

/** A matrix as colours, first row on top, with a scale; optionally its values in the cells. */
public final class HeatMap {

  private static final int LEFT = 96;
  private static final int TOP = 44;
  private static final int RIGHT = 92;
  private static final int BOTTOM = 66;
  private static final int LARGEST_WITH_NUMBERS = 12;
  private static final int LABELS = 12;

  private final String title;
  private final String columnTitle;
  private final String rowTitle;
  private final double[][] values;
  private final List<String> columns;
  private final List<String> rows;

  private HeatMap(
      String title, String[] axes, double[][] values, List<String> columns, List<String> rows) {
    this.title = title;
    this.columnTitle = axes[0];
    this.rowTitle = axes[1];
    this.values = values;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Draws a matrix. Up to 12 by 12, the cells carry their values.
   *
   * @param title what it is about
   * @param columnTitle name of the horizontal axis
   * @param columns a label for each column
   * @param rowTitle name of the vertical axis
   * @param rows a label for each row, from the top
   * @param values values[row][column]; not modified
   * @return the picture; its words tell the smallest and the largest value
   */
  public static Picture draw(
      String title,
      String columnTitle,
      List<String> columns,
      String rowTitle,
      List<String> rows,
      double[][] values) {
    if (values.length != rows.size() || values.length == 0) {
      throw new IllegalArgumentException(
          "values: found " + values.length + " rows, expected one per label, " + rows.size());
    }
    for (double[] row : values) {
      if (row.length != columns.size() || row.length == 0) {
        throw new IllegalArgumentException(
            "values: found a row of "
                + row.length
                + ", expected one value per column label, "
                + columns.size());
      }
      Arguments.finite("values", row);
    }
    return new HeatMap(title, new String[] {columnTitle, rowTitle}, values, columns, rows)
        .picture();
  }

  private Picture picture() {
    double smallest = Arrays.stream(values).flatMapToDouble(Arrays::stream).min().orElseThrow();
    double largest = Arrays.stream(values).flatMapToDouble(Arrays::stream).max().orElseThrow();
    double width = Style.WIDTH - LEFT - RIGHT;
    double cell = Math.min(width / columns.size(), 420.0 / rows.size());
    double height = Math.max(120, cell * rows.size());
    String alt =
        title
            + ": heat map of "
            + rows.size()
            + " by "
            + columns.size()
            + " values from "
            + Style.number(smallest)
            + " to "
            + Style.number(largest);
    return Picture.draw(
        Style.WIDTH,
        (int) (height + TOP + BOTTOM),
        alt,
        g -> paint(g, width, height, ColourScale.covering(smallest, largest)));
  }

  private void paint(Graphics2D g, double width, double height, ColourScale scale) {
    Letters.centred(g, Style.TITLE, title, Style.WIDTH / 2.0, 24);
    double cellWidth = width / columns.size();
    double cellHeight = height / rows.size();
    boolean numbers = Math.max(columns.size(), rows.size()) <= LARGEST_WITH_NUMBERS;
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < columns.size(); column++) {
        double value = values[row][column];
        double x = LEFT + column * cellWidth;
        double y = TOP + row * cellHeight;
        g.setColor(scale.of(value));
        g.fill(new Rectangle2D.Double(x, y, cellWidth + 0.3, cellHeight + 0.3));
        if (numbers) {
          Letters.onColour(
              g, scale.of(value), Style.number(value), x + cellWidth / 2, y + cellHeight / 2 + 5);
        }
      }
    }
    g.setColor(Style.GREY);
    g.setStroke(Style.thin());
    g.draw(new Rectangle2D.Double(LEFT, TOP, width, height));
    labels(g, cellWidth, cellHeight, height);
    scale.drawBar(g, LEFT + width + 16, TOP, 16, height);
  }

  private void labels(Graphics2D g, double cellWidth, double cellHeight, double height) {
    int everyColumn = (columns.size() + LABELS - 1) / LABELS;
    for (int i = 0; i < columns.size(); i += everyColumn) {
      Letters.centred(
          g, Style.LETTERS, columns.get(i), LEFT + (i + 0.5) * cellWidth, TOP + height + 20);
    }
    int everyRow = (rows.size() + LABELS - 1) / LABELS;
    for (int i = 0; i < rows.size(); i += everyRow) {
      Letters.flushRight(g, Style.LETTERS, rows.get(i), LEFT - 8, TOP + (i + 0.5) * cellHeight + 5);
    }
    double middle = LEFT + (Style.WIDTH - LEFT - RIGHT) / 2.0;
    Letters.centred(g, Style.LETTERS, columnTitle, middle, TOP + height + 48);
    AffineTransform upright = g.getTransform();
    g.rotate(-Math.PI / 2, 20, TOP + height / 2);
    Letters.centred(g, Style.LETTERS, rowTitle, 20, TOP + height / 2 + 5);
    g.setTransform(upright);
  }
}
