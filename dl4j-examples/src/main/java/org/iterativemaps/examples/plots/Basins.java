package org.iterativemaps.examples.plots;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The plane of two units, coloured by where a map goes from there; the places it goes to, and those
 * it could rest at but leaves, are marked.
 */
public final class Basins {

  private static final int LEFT = 70;
  private static final int RIGHT = 26;
  private static final int TOP = 42;
  private static final int BOTTOM = 62;
  private static final int SIDE = Style.WIDTH - LEFT - RIGHT;
  private static final Color NOWHERE = new Color(0xd4d4d4);
  private static final Color AWAY = new Color(0x6a6a6a);

  /** Of a start that reaches no attractor. */
  public static final int UNSETTLED = -1;

  /** Of a start from which the map blows up. */
  public static final int DIVERGED = -2;

  private final String title;
  private final String[] axes;
  private final double low;
  private final double high;
  private final int[][] reached;
  private final List<Mark> marks = new ArrayList<>();
  private final Legend legend = new Legend();

  /** Points of one kind. */
  private record Mark(double[] x, double[] y, int series, Marker marker, Color fill) {}

  private Basins(String title, String x, String y, double low, double high, int[][] reached) {
    this.title = title;
    this.axes = new String[] {x, y};
    this.low = low;
    this.high = high;
    this.reached = reached;
  }

  /**
   * Starts a picture.
   *
   * @param title what it is about
   * @param x name of the unit to the right
   * @param y name of the unit upwards
   * @param low left and lower end
   * @param high right and upper end, above {@code low}
   * @param reached reached[row][column], row 0 lowest: number of the attractor reached from the
   *     middle of this field, {@link #UNSETTLED} or {@link #DIVERGED}; not modified
   * @return a picture without marks
   */
  public static Basins of(
      String title, String x, String y, double low, double high, int[][] reached) {
    if (!(low < high)) {
      throw new IllegalArgumentException("low, high: found " + low + ", " + high + ": low < high?");
    }
    if (reached.length == 0 || reached[0].length == 0) {
      throw new IllegalArgumentException("reached: found no fields, expected rows of them");
    }
    for (int[] row : reached) {
      if (row.length != reached[0].length || Arrays.stream(row).anyMatch(r -> r < DIVERGED)) {
        throw new IllegalArgumentException(
            "reached: found "
                + Arrays.toString(row)
                + ", expected "
                + reached[0].length
                + " numbers of attractors, or "
                + UNSETTLED
                + ", or "
                + DIVERGED);
      }
    }
    return new Basins(title, x, y, low, high, reached);
  }

  /**
   * The places in state space of an area's middle, for the map to start at.
   *
   * @param low left and lower end
   * @param high right and upper end
   * @param side fields in each direction
   * @return [side · side][2], row by row from the lowest
   */
  public static double[][] starts(double low, double high, int side) {
    double[][] starts = new double[side * side][];
    for (int i = 0; i < starts.length; i++) {
      double width = (high - low) / side;
      starts[i] = new double[] {low + (i % side + 0.5) * width, low + (i / side + 0.5) * width};
    }
    return starts;
  }

  /**
   * Marks the states of an attractor, one of a fixed point, several of a cycle.
   *
   * @param attractor its number
   * @param name for the legend
   * @param x first unit of its states; not modified
   * @param y second unit, as many; not modified
   * @return this
   */
  public Basins attractor(int attractor, String name, double[] x, double[] y) {
    return mark(name, x, y, attractor, Style.marker(attractor), Style.colour(attractor));
  }

  /**
   * Marks fixed points that the map leaves, by crosses.
   *
   * @param name for the legend
   * @param x their first unit; not modified
   * @param y their second unit, as many; not modified
   * @return this
   */
  public Basins unstable(String name, double[] x, double[] y) {
    return mark(name, x, y, 4, SeriesMarkers.CROSS, Style.INK);
  }

  private Basins mark(
      String name, double[] x, double[] y, int series, Marker marker, Color colour) {
    Arguments.longEnough("x", x, 0);
    Arguments.sameLength("x", x, "y", y);
    Arguments.finite("y", y);
    marks.add(new Mark(x.clone(), y.clone(), series, marker, colour));
    legend.add(name, series, null, marker);
    return this;
  }

  /**
   * Draws it.
   *
   * @return the picture; its words tell the shares of the area
   */
  public Picture picture() {
    int height = TOP + SIDE + BOTTOM;
    return Picture.draw(
        Style.WIDTH,
        height + legend.height(Style.WIDTH),
        words(),
        g -> {
          Letters.centred(g, Style.TITLE, title, Style.WIDTH / 2.0, 26);
          AffineTransform page = g.getTransform();
          g.translate(LEFT, TOP);
          fields(g);
          axes(g);
          marks.forEach(mark -> paint(g, mark));
          g.setTransform(page);
          g.translate(0, height);
          legend.paint(g, Style.WIDTH);
        });
  }

  private String words() {
    int most = Arrays.stream(reached).flatMapToInt(Arrays::stream).max().orElseThrow();
    StringBuilder words = new StringBuilder(title + ": basins in the plane of ");
    words.append(axes[0]).append(" and ").append(axes[1]);
    for (int attractor = DIVERGED; attractor <= most; attractor++) {
      int wanted = attractor;
      long fields =
          Arrays.stream(reached).flatMapToInt(Arrays::stream).filter(r -> r == wanted).count();
      if (fields > 0) {
        double share = 100.0 * fields / reached.length / reached[0].length;
        words.append("; ").append(Style.number(share)).append(" % ");
        words.append(
            attractor == DIVERGED
                ? "diverge"
                : attractor == UNSETTLED ? "do not settle" : "to attractor " + (attractor + 1));
      }
    }
    return words.toString();
  }

  private void fields(Graphics2D g) {
    double width = (double) SIDE / reached[0].length;
    double height = (double) SIDE / reached.length;
    for (int row = 0; row < reached.length; row++) {
      for (int column = 0; column < reached[row].length; column++) {
        g.setColor(area(reached[row][column]));
        g.fill(
            new Rectangle2D.Double(
                column * width, SIDE - (row + 1) * height, width + 0.5, height + 0.5));
      }
    }
  }

  private static Color area(int attractor) {
    if (attractor < 0) {
      return attractor == DIVERGED ? AWAY : NOWHERE;
    }
    Color colour = Style.colour(attractor);
    return new Color(paler(colour.getRed()), paler(colour.getGreen()), paler(colour.getBlue()));
  }

  private static int paler(int part) {
    return 255 - (255 - part) * 2 / 5;
  }

  private void axes(Graphics2D g) {
    g.setColor(Style.GREY);
    g.setStroke(Style.thin());
    g.draw(new Rectangle2D.Double(0, 0, SIDE, SIDE));
    for (int i = 0; i <= 4; i++) {
      double place = SIDE * i / 4.0;
      String label = Style.number(low + (high - low) * i / 4);
      g.setColor(Style.GREY);
      g.draw(new Line2D.Double(place, SIDE, place, SIDE + 5));
      g.draw(new Line2D.Double(-5, SIDE - place, 0, SIDE - place));
      Letters.centred(g, Style.LETTERS, label, place, SIDE + 22);
      Letters.flushRight(g, Style.LETTERS, label, -9, SIDE - place + 5);
    }
    Letters.centred(g, Style.LETTERS, axes[0], SIDE / 2.0, SIDE + 46);
    AffineTransform upright = g.getTransform();
    g.rotate(-Math.PI / 2, -52, SIDE / 2.0);
    Letters.centred(g, Style.LETTERS, axes[1], -52, SIDE / 2.0 + 5);
    g.setTransform(upright);
  }

  /** On white, for a marker has the colour of the area that it is in. */
  private void paint(Graphics2D g, Mark mark) {
    for (int i = 0; i < mark.x.length; i++) {
      double x = SIDE * (mark.x[i] - low) / (high - low);
      double y = SIDE - SIDE * (mark.y[i] - low) / (high - low);
      if (x < 0 || x > SIDE || y < 0 || y > SIDE) {
        continue; // beyond the picture
      }
      if (mark.marker != SeriesMarkers.CROSS) {
        g.setColor(Color.WHITE);
        g.setStroke(Style.thin());
        mark.marker.paint(g, x, y, 2 * Style.MARKER_SIZE);
      }
      g.setColor(mark.fill);
      g.setStroke(Style.thick());
      mark.marker.paint(g, x, y, Style.MARKER_SIZE + 2);
    }
  }
}
