package org.iterativemaps.examples.plots;

import java.awt.BasicStroke;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.style.markers.Marker;

/** Names of series below a chart, in as many rows as they need; XChart's own would be cut off. */
final class Legend {

  private static final int ROW = 25;
  private static final int SAMPLE = 34;
  private static final int GAP = 8;
  private static final int BETWEEN = 22;

  private final List<Entry> entries = new ArrayList<>();

  /** A series: its line and marker, either of which may be null. */
  private record Entry(String name, int series, BasicStroke stroke, Marker marker) {
    int width(FontMetrics metrics) {
      return SAMPLE + GAP + metrics.stringWidth(name);
    }
  }

  void add(String name, int series, BasicStroke stroke, Marker marker) {
    entries.add(new Entry(name, series, stroke, marker));
  }

  /** Pixels below the chart: none where there is nothing to tell apart. */
  int height(int width) {
    return entries.size() < 2 ? 0 : rows(width, Letters.metrics()).size() * ROW + GAP;
  }

  /** Draws it with its top at the origin. */
  void paint(Graphics2D g, int width) {
    if (entries.size() < 2) {
      return;
    }
    g.setFont(Style.LETTERS);
    FontMetrics metrics = Letters.metrics();
    double middle = ROW / 2.0;
    for (List<Entry> row : rows(width, metrics)) {
      double x = (width - length(row, metrics)) / 2.0;
      for (Entry entry : row) {
        paint(g, entry, x, middle);
        x += entry.width(metrics) + BETWEEN;
      }
      middle += ROW;
    }
  }

  private static void paint(Graphics2D g, Entry entry, double x, double middle) {
    g.setColor(Style.colour(entry.series));
    if (entry.stroke != null) {
      g.setStroke(entry.stroke);
      g.draw(new Line2D.Double(x, middle, x + SAMPLE, middle));
    }
    if (entry.marker != null) {
      entry.marker.paint(g, x + SAMPLE / 2.0, middle, Style.MARKER_SIZE);
    }
    g.setColor(Style.INK);
    g.drawString(entry.name, (float) x + SAMPLE + GAP, (float) middle + 5);
  }

  private List<List<Entry>> rows(int width, FontMetrics metrics) {
    List<List<Entry>> rows = new ArrayList<>();
    List<Entry> row = new ArrayList<>();
    for (Entry entry : entries) {
      row.add(entry);
      if (length(row, metrics) > width && row.size() > 1) {
        row.remove(row.size() - 1);
        rows.add(row);
        row = new ArrayList<>(List.of(entry));
      }
    }
    rows.add(row);
    return rows;
  }

  private static int length(List<Entry> row, FontMetrics metrics) {
    return row.stream().mapToInt(entry -> entry.width(metrics) + BETWEEN).sum() - BETWEEN;
  }
}
