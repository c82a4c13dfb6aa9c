package org.iterativemaps.examples.plots;

import java.util.Arrays;
import org.knowm.xchart.XYSeries;

/**
 * What is left of an impulse after each step, as stems: a feed-forward map has a last one, a
 * recurrent one fades or does not.
 */
public final class ImpulsePlot {

  private static final double BESIDE = 0.14;

  private final String title;
  private final XyCanvas canvas;
  private final StringBuilder words = new StringBuilder();
  private int responses;

  private ImpulsePlot(String title, String y) {
    this.title = title;
    canvas = new XyCanvas(title, "step", y, Style.HEIGHT);
  }

  /**
   * Starts an empty picture.
   *
   * @param title what it is about
   * @param y what is measured of the response
   * @return a picture without responses
   */
  public static ImpulsePlot of(String title, String y) {
    return new ImpulsePlot(title, y);
  }

  /**
   * Adds a response.
   *
   * @param name for the legend, used once
   * @param response values after the steps 1, 2, …, at least two; not modified
   * @return this
   */
  public ImpulsePlot response(String name, double[] response) {
    Arguments.longEnough("response", response, 2);
    double[] steps = new double[response.length];
    Arrays.setAll(steps, i -> i + 1 + BESIDE * responses); // stems beside each other
    for (int i = 0; i < response.length; i++) {
      XYSeries stem =
          canvas.guide(new double[] {steps[i], steps[i]}, new double[] {0, response[i]});
      stem.setLineColor(Style.colour(responses));
      stem.setLineStyle(Style.thick());
    }
    canvas.points(name, steps, response, responses++);
    int last = response.length;
    while (last > 0 && response[last - 1] == 0) {
      last--;
    }
    words.append("; ").append(name).append(": ");
    words.append(
        last == response.length
            ? Style.number(response[last - 1]) + " after " + last + " steps"
            : "exactly 0 from step " + (last + 1) + " on");
    return this;
  }

  /**
   * Draws what was added.
   *
   * @return the picture; its words tell how each response ends
   */
  public Picture picture() {
    if (responses == 0) {
      throw new IllegalStateException("No response was added");
    }
    return canvas.picture(title + words);
  }
}
