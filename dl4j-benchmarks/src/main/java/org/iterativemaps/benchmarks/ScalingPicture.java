package org.iterativemaps.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The curves of {@link ScalingBenchmark}: one small chart per parameter. */
final class ScalingPicture {
  private ScalingPicture() {}

  static void write(List<Row> rows, Path file) throws IOException {
    Map<String, List<Row>> byParameter = new LinkedHashMap<>();
    for (Row row : rows) {
      String parameter = row.parameters().keySet().iterator().next();
      byParameter.computeIfAbsent(parameter, p -> new ArrayList<>()).add(row);
    }
    List<XYChart> charts = new ArrayList<>();
    byParameter.forEach((parameter, some) -> charts.add(chart(parameter, some)));
    if (file.toAbsolutePath().getParent() != null) {
      Files.createDirectories(file.toAbsolutePath().getParent());
    }
    BitmapEncoder.saveBitmap(charts, (charts.size() + 1) / 2, 2, file.toString(), BitmapFormat.PNG);
  }

  private static XYChart chart(String parameter, List<Row> rows) {
    XYChart chart =
        new XYChartBuilder()
            .width(500)
            .height(350)
            .title("Training call against " + parameter)
            .xAxisTitle(parameter)
            .yAxisTitle("ms (median)")
            .build();
    chart.getStyler().setLocale(Locale.ROOT);
    chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
    chart.getStyler().setXAxisMin(0.0);
    chart.getStyler().setYAxisMin(0.0);
    Map<String, List<Row>> bySubject = new LinkedHashMap<>();
    rows.forEach(r -> bySubject.computeIfAbsent(r.subject(), s -> new ArrayList<>()).add(r));
    bySubject.forEach(
        (subject, some) -> {
          some.sort(Comparator.comparingDouble(r -> value(r, parameter)));
          chart.addSeries(
              subject,
              some.stream().mapToDouble(r -> value(r, parameter)).toArray(),
              some.stream().mapToDouble(r -> r.medianMicros() / 1e3).toArray());
        });
    return chart;
  }

  private static double value(Row row, String parameter) {
    return Double.parseDouble(row.parameters().get(parameter));
  }
}
