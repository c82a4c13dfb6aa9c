package org.iterativemaps.examples.plots;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.iterativemaps.dynamics.Behaviour;

/**
 * The three measures of a map, one above the other: how many tokens it has settled on by each step,
 * how far apart two starts still are, and how much its settled state moves with the token.
 */
public final class BehaviourPlot {

  private static final int HEIGHT = 250;
  private static final double LEAST = 1e-12;
  private static final double MOST = 1e12;

  private final String title;
  private final XyCanvas settles = canvas("step", "share settled");
  private final XyCanvas remembers = canvas("step", "distance of two starts");
  private final XyCanvas responds = canvas("share of tokens", "sensitivity");
  private final Legend legend = new Legend();
  private final StringBuilder words = new StringBuilder();
  private int maps;

  private BehaviourPlot(String title) {
    this.title = title;
    settles.styler.setYAxisMin(0.0).setYAxisMax(1.0);
    remembers.styler.setYAxisLogarithmic(true);
    responds.styler.setYAxisMin(0.0);
  }

  private static XyCanvas canvas(String x, String y) {
    return new XyCanvas("", x, y, HEIGHT);
  }

  /**
   * Starts an empty picture.
   *
   * @param title what it is about
   * @return a picture without maps
   */
  public static BehaviourPlot of(String title) {
    return new BehaviourPlot(title);
  }

  /**
   * Adds a map.
   *
   * @param name for the legend, used once
   * @param behaviour what was measured of it
   * @return this
   */
  public BehaviourPlot map(String name, Behaviour behaviour) {
    double[] steps = IntStream.range(0, behaviour.distances().size()).asDoubleStream().toArray();
    double tokens = behaviour.settledAfter().size();
    double[] share = new double[steps.length];
    for (int i = 0; i < share.length; i++) {
      int step = i;
      share[i] = behaviour.settledAfter().stream().filter(s -> s >= 0 && s <= step).count() / tokens;
    }
    settles.line(name, steps, share, maps);
    remembers.line(name, steps, within(behaviour.distances()), maps);
    double[] sorted =
        behaviour.sensitivities().stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length > 1) {
      double[] rank = new double[sorted.length];
      Arrays.setAll(rank, i -> (i + 0.5) / tokens);
      responds.line(name, rank, sorted, maps);
    }
    legend.add(name, maps, Style.line(maps), null);
    maps++;
    words.append("; ").append(name).append(": ");
    words.append(behaviour.toString().replaceAll("\\R", ", "));
    return this;
  }

  private static double[] within(List<Double> distances) {
    return distances.stream().mapToDouble(d -> Math.max(LEAST, Math.min(MOST, d))).toArray();
  }

  /**
   * Draws what was added.
   *
   * @return the picture; its words tell the measures
   */
  public Picture picture() {
    if (maps == 0) {
      throw new IllegalStateException("No map was added");
    }
    int top = 36;
    return Picture.draw(
        Style.WIDTH,
        top + 3 * HEIGHT + legend.height(Style.WIDTH),
        title + words,
        g -> {
          Letters.centred(g, Style.TITLE, title, Style.WIDTH / 2.0, 26);
          g.translate(0, top);
          for (XyCanvas panel : List.of(settles, remembers, responds)) {
            panel.chart.paint(g, Style.WIDTH, HEIGHT);
            g.translate(0, HEIGHT);
          }
          legend.paint(g, Style.WIDTH);
        });
  }
}
