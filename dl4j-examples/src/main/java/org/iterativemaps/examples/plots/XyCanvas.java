package org.iterativemaps.examples.plots;

import java.awt.BasicStroke;
import java.awt.Color;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** An XChart chart in our style, and the few kinds of series that the plots are made of. */
final class XyCanvas {

  private static final Color UNSEEN = new Color(0, 0, 0, 0);

  final XYChart chart;
  final XYStyler styler;
  private final int height;
  private final Legend legend = new Legend();
  private int hidden;

  XyCanvas(String title, String x, String y, int height) {
    this.height = height;
    chart = new XYChart(Style.WIDTH, height, ChartTheme.XChart);
    chart.setTitle(title);
    chart.setXAxisTitle(x);
    chart.setYAxisTitle(y);
    styler = chart.getStyler();
    styler
        .setChartBackgroundColor(Color.WHITE)
        .setChartFontColor(Style.INK)
        .setChartPadding(8)
        .setChartTitleBoxVisible(false)
        .setChartTitleFont(Style.TITLE)
        .setChartTitlePadding(10)
        .setLegendVisible(false)
        .setPlotBackgroundColor(Color.WHITE)
        .setPlotBorderColor(Style.GREY)
        .setPlotContentSize(0.96)
        .setMarkerSize(Style.MARKER_SIZE)
        .setLocale(java.util.Locale.ROOT);
    styler
        .setAxisTitleFont(Style.LETTERS)
        .setAxisTickLabelsFont(Style.LETTERS)
        .setAxisTickLabelsColor(Style.INK)
        .setAxisTickMarksColor(Style.GREY)
        .setPlotGridLinesColor(Style.GRID)
        .setPlotGridLinesStroke(Style.thin())
        .setXAxisTickLabelsFormattingFunction(Style::number)
        .setYAxisTickLabelsFormattingFunction(Style::number)
        .setXAxisTickMarkSpacingHint(80)
        .setYAxisTickMarkSpacingHint(50);
  }

  /** A line in the look of the given series number, with an entry in the legend. */
  void line(String name, double[] x, double[] y, int series) {
    line(name, x, y, series, Style.line(series));
  }

  /** The same with a stroke of its own. */
  void line(String name, double[] x, double[] y, int series, BasicStroke stroke) {
    XYSeries line = named(name, x, y, series);
    line.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
    line.setLineStyle(stroke);
    line.setMarker(SeriesMarkers.NONE);
    legend.add(name, series, stroke, null);
    keepTicksRound(x, y);
  }

  /**
   * XChart takes equally spaced places for its ticks, such as 0, 19, 38, … An unseen point off the
   * spacing makes it look for round numbers instead.
   */
  private void keepTicksRound(double[] x, double[] y) {
    double between = x[0] + 0.618 * (x[x.length - 1] - x[0]);
    guide(new double[] {x[0], between}, new double[] {y[0], y[0]}).setLineColor(UNSEEN);
  }

  /** Points without a line, with an entry in the legend. */
  void points(String name, double[] x, double[] y, int series) {
    points(name, x, y, series, Style.marker(series));
  }

  /** The same with a marker of its own. */
  XYSeries points(String name, double[] x, double[] y, int series, Marker marker) {
    XYSeries points = named(name, x, y, series);
    points.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    points.setMarker(marker);
    legend.add(name, series, null, marker);
    return points;
  }

  /** A single point in the look of a series, not in the legend. */
  void mark(double x, double y, int series) {
    XYSeries mark = guide(new double[] {x}, new double[] {y});
    mark.setMarker(Style.marker(series));
    mark.setMarkerColor(Style.colour(series));
  }

  private XYSeries named(String name, double[] x, double[] y, int series) {
    XYSeries added = chart.addSeries(name, x, y);
    added.setLineColor(Style.colour(series));
    added.setMarkerColor(Style.colour(series));
    return added;
  }

  /** A line beside the point, such as an axis or a circle: grey and not in the legend. */
  XYSeries guide(double[] x, double[] y) {
    XYSeries guide = chart.addSeries("guide " + hidden++, x, y);
    guide.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
    guide.setLineStyle(Style.thin());
    guide.setLineColor(Style.GREY);
    guide.setMarker(SeriesMarkers.NONE);
    guide.setShowInLegend(false);
    return guide;
  }

  /** The area between two curves over the same places, pale and not in the legend. */
  void band(double[] x, double[] low, double[] high, int series) {
    int n = x.length;
    double[] around = new double[2 * n];
    double[] edge = new double[2 * n];
    for (int i = 0; i < n; i++) {
      around[i] = x[i];
      edge[i] = low[i];
      around[2 * n - 1 - i] = x[i];
      edge[2 * n - 1 - i] = high[i];
    }
    XYSeries band = chart.addSeries("band " + hidden++, around, edge);
    band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
    band.setFillColor(Style.pale(Style.colour(series)));
    band.setLineColor(Style.pale(Style.colour(series)));
    band.setLineStyle(Style.thin());
    band.setMarker(SeriesMarkers.NONE);
    band.setShowInLegend(false);
  }

  /** Draws it; the legend disappears where there is nothing to tell apart. */
  Picture picture(String alt) {
    return picture(alt, height);
  }

  /** Draws it with one unit as long upwards as sideways. */
  Picture squarePicture(String alt) {
    chart.paint(Letters.scratch(), Style.WIDTH, height);
    double right = chart.getScreenXFromChart(1) - chart.getScreenXFromChart(0);
    double up = chart.getScreenYFromChart(0) - chart.getScreenYFromChart(1);
    double range = styler.getYAxisMax() - styler.getYAxisMin();
    return picture(alt, height + (int) Math.round((right - up) * range / 0.96));
  }

  private Picture picture(String alt, int chartHeight) {
    return Picture.draw(
        Style.WIDTH,
        chartHeight + legend.height(Style.WIDTH),
        alt,
        g -> {
          chart.paint(g, Style.WIDTH, chartHeight);
          g.translate(0, chartHeight);
          legend.paint(g, Style.WIDTH);
        });
  }
}
