package org.iterativemaps.examples.plots;

import java.awt.Color;
import java.util.Arrays;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Where a map ends as one of its weights is swept: one dot per value that it takes in the end, so
 * that a fixed point is a line, a cycle of two is two, and what never settles is a cloud.
 */
public final class Bifurcation {

  private static final int DOT = 3;

  private final String title;
  private final String x;
  private final XyCanvas canvas;
  private final StringBuilder words = new StringBuilder();
  private int groups;
  private double low = Double.POSITIVE_INFINITY;
  private double high = Double.NEGATIVE_INFINITY;

  private Bifurcation(String title, String x, String y) {
    this.title = title;
    this.x = x;
    canvas = new XyCanvas(title, x, y, Style.HEIGHT);
    canvas.styler.setMarkerSize(DOT);
  }

  /**
   * Starts an empty picture.
   *
   * @param title what it is about
   * @param x what is swept, such as "weight w"
   * @param y what is seen of the state
   * @return a picture without dots
   */
  public static Bifurcation of(String title, String x, String y) {
    return new Bifurcation(title, x, y);
  }

  /**
   * Adds values, such as those of stable or of unstable points; none of them need be there.
   *
   * @param name for the legend, used once
   * @param sweep places of what is swept; not modified
   * @param values values[i]: those at sweep[i], any number of them; not modified
   * @return this
   * @throws IllegalArgumentException if there are not as many lists of values as places, or if some
   *     are not finite
   */
  public Bifurcation values(String name, double[] sweep, double[][] values) {
    Arguments.longEnough("sweep", sweep, 1);
    if (values.length != sweep.length) {
      throw new IllegalArgumentException(
          "values: found " + values.length + " lists, expected one per place, " + sweep.length);
    }
    int count = Arrays.stream(values).mapToInt(list -> list.length).sum();
    double[] across = new double[count];
    double[] up = new double[count];
    int most = 0;
    int at = 0;
    for (int i = 0; i < sweep.length; i++) {
      most = Math.max(most, values[i].length);
      for (double value : values[i]) {
        across[at] = sweep[i];
        up[at++] = value;
      }
      low = Math.min(low, sweep[i]);
      high = Math.max(high, sweep[i]);
    }
    Arguments.finite("values", up);
    if (count > 0) {
      XYSeries dots = canvas.points(name, across, up, groups, SeriesMarkers.CIRCLE);
      Color colour = Style.colour(groups);
      dots.setMarkerColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 150));
    }
    groups++;
    words.append("; ").append(name).append(": ").append(count).append(" values, at most ");
    words.append(most).append(" at one place");
    return this;
  }

  /**
   * Draws what was added.
   *
   * @return the picture; its words tell how many values there are
   */
  public Picture picture() {
    if (groups == 0) {
      throw new IllegalStateException("No values were added");
    }
    canvas.styler.setXAxisMin(low).setXAxisMax(high);
    return canvas.picture(title + ", by " + x + words);
  }
}
