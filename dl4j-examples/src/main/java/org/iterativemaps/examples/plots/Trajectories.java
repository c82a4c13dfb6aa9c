package org.iterativemaps.examples.plots;

/** Paths of a map's state: quantities over the steps, or one quantity against another. */
public final class Trajectories {

  private final String words;
  private final XyCanvas canvas;
  private int paths;

  private Trajectories(String title, String x, String y) {
    words = title + ": " + y + " against " + x;
    canvas = new XyCanvas(title, x, y, Style.HEIGHT);
  }

  /**
   * Starts an empty picture.
   *
   * @param title what it is about
   * @param x name of the horizontal quantity, such as "step"
   * @param y name of the vertical quantity
   * @return a picture without paths
   */
  public static Trajectories of(String title, String x, String y) {
    return new Trajectories(title, x, y);
  }

  /**
   * Adds a path; its start is marked.
   *
   * @param name for the legend, used once
   * @param x horizontal values in the order of the steps, at least two; not modified
   * @param y vertical values, as many; not modified
   * @return this
   */
  public Trajectories path(String name, double[] x, double[] y) {
    Arguments.longEnough("x", x, 2);
    Arguments.sameLength("x", x, "y", y);
    Arguments.finite("y", y);
    canvas.line(name, x, y, paths);
    canvas.mark(x[0], y[0], paths);
    paths++;
    return this;
  }

  /**
   * Adds a path over the steps 0, 1, 2, …
   *
   * @param name for the legend, used once
   * @param y values in the order of the steps, at least two; not modified
   * @return this
   */
  public Trajectories path(String name, double[] y) {
    double[] steps = new double[y.length];
    java.util.Arrays.setAll(steps, i -> i);
    return path(name, steps, y);
  }

  /**
   * Draws what was added.
   *
   * @return the picture
   */
  public Picture picture() {
    if (paths == 0) {
      throw new IllegalStateException("No path was added");
    }
    return canvas.picture(words + ", " + paths + " paths, starts marked");
  }
}
