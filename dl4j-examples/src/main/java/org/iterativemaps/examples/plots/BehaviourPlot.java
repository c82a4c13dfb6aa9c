package org.iterativemaps.examples.plots;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.iterativemaps.dynamics.Behaviour;

/**
 * The three measures of a map, one above the other: how many tokens it has settled on by each step,
 * how far apart two starts still are, and how much its settled state moves with the token.
 */
public final class BehaviourPlot {

  private static final int HEIGHT = 250;
  private static final double LEAST = 1e-9;
  private static final double MOST = 1e9;
  private static final int PLACES = 34;

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
    remembers.styler.setYAxisTickLabelsFormattingFunction(
        power -> Style.number(Math.pow(10, power)));
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
    double tokens = behaviour.settledAfter().size();
    int last = behaviour.distances().size() - 1;
    // XChart begins a new dash at every place: not too many of them.
    int[] steps = IntStream.rangeClosed(0, last).filter(i -> isShown(i, last)).toArray();
    double[] x = Arrays.stream(steps).asDoubleStream().toArray();
    settles.line(name, x, at(steps, step -> share(behaviour, step) / tokens), maps);
    remembers.line(name, x, at(steps, step -> power(behaviour.distances().get(step))), maps);
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

  private static boolean isShown(int step, int last) {
    return step % Math.max(1, last / PLACES) == 0 || step == last;
  }

  private static double[] at(int[] steps, IntToDoubleFunction values) {
    return Arrays.stream(steps).mapToDouble(values).toArray();
  }

  private static double share(Behaviour behaviour, int step) {
    return behaviour.settledAfter().stream().filter(s -> s >= 0 && s <= step).count();
  }

  private static double power(double distance) {
    return Math.log10(Math.max(LEAST, Math.min(MOST, distance)));
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
