package org.iterativemaps.examples.plots;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Locale;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Colours, lines, markers and letters of all pictures.
 *
 * <p>Colours: M. Okabe and K. Ito, "Color Universal Design" (2008), in an order that keeps
 * neighbours apart in grey as well; its yellow is left out, being too pale for lines on white.
 */
final class Style {

  static final int WIDTH = 560;
  static final int HEIGHT = 370;
  static final int MARKER_SIZE = 8;

  static final Color INK = new Color(0x1a1a1a);
  static final Color GREY = new Color(0x8a8a8a);
  static final Color GRID = new Color(0xe0e0e0);
  static final Color BLUE = new Color(0x0072b2);
  static final Color VERMILLION = new Color(0xd55e00);

  static final Font LETTERS = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
  static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);

  private static final Color[] COLOURS = {
    BLUE,
    VERMILLION,
    new Color(0x009e73),
    new Color(0xcc79a7),
    new Color(0x000000),
    new Color(0xe69f00),
    new Color(0x56b4e9)
  };
  private static final float[][] DASHES = {
    null, {9, 4}, {2, 3}, {9, 3, 2, 3}, {14, 5}, {5, 2}, {9, 3, 2, 3, 2, 3}
  };
  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE,
    SeriesMarkers.SQUARE,
    SeriesMarkers.TRIANGLE_UP,
    SeriesMarkers.DIAMOND,
    SeriesMarkers.CROSS,
    SeriesMarkers.TRIANGLE_DOWN,
    SeriesMarkers.PLUS
  };

  private Style() {}

  static Color colour(int series) {
    return COLOURS[series % COLOURS.length];
  }

  static Color pale(Color colour) {
    return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 50);
  }

  static Marker marker(int series) {
    return MARKERS[series % MARKERS.length];
  }

  static BasicStroke line(int series) {
    return stroke(2.4f, DASHES[series % DASHES.length]);
  }

  static BasicStroke thin() {
    return stroke(1.2f, null);
  }

  static BasicStroke thick() {
    return stroke(3.2f, null);
  }

  static BasicStroke dashed() {
    return stroke(1.6f, DASHES[1]);
  }

  private static BasicStroke stroke(float width, float[] dashes) {
    return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dashes, 0);
  }

  /** A short form for labels: four digits at most, without trailing noughts. */
  static String number(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : Double.toString(value);
    }
    double size = Math.abs(value);
    if (size < 1e-3 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.1e", value).replace(".0e", "e");
    }
    return new java.math.BigDecimal(value)
        .round(new java.math.MathContext(3))
        .stripTrailingZeros()
        .toPlainString();
  }
}
