package org.iterativemaps.examples.plots;

import java.awt.Color;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** An XChart chart in our style, and the few kinds of series that the plots are made of. */
final class XyCanvas {

  final XYChart chart;
  final XYStyler styler;
  private final int height;
  private int hidden;
  private int named;

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
        .setLegendFont(Style.LETTERS)
        .setLegendBorderColor(Color.WHITE)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal)
        .setLegendSeriesLineLength(34)
        .setPlotBackgroundColor(Color.WHITE)
        .setPlotBorderColor(Style.GREY)
        .setPlotContentSize(0.96)
        .setMarkerSize(8)
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
  XYSeries line(String name, double[] x, double[] y, int series) {
    XYSeries line = named(name, x, y, series);
    line.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
    line.setLineStyle(Style.line(series));
    line.setMarker(SeriesMarkers.NONE);
    return line;
  }

  /** Points without a line, with an entry in the legend. */
  XYSeries points(String name, double[] x, double[] y, int series) {
    XYSeries points = named(name, x, y, series);
    points.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    points.setMarker(Style.marker(series));
    return points;
  }

  private XYSeries named(String name, double[] x, double[] y, int series) {
    XYSeries added = chart.addSeries(name, x, y);
    added.setLineColor(Style.colour(series));
    added.setMarkerColor(Style.colour(series));
    named++;
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
    styler.setLegendVisible(named > 1);
    return Picture.draw(Style.WIDTH, height, alt, g -> chart.paint(g, Style.WIDTH, height));
  }
}
