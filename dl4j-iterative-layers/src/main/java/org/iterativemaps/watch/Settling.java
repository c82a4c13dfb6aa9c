package org.iterativemaps.watch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.iterativemaps.kernel.settle.SettlingReport;

/** How a map that goes on until it has settled did so in the last iteration. */
record Settling() implements MapMeasure {

  @Override
  public String name() {
    return "settling";
  }

  @Override
  public Map<String, Double> of(WatchedMap map) {
    Map<String, Double> values = new LinkedHashMap<>();
    map.running().settlingForward().ifPresent(report -> put("", report, values));
    map.running().settlingBackward().ifPresent(report -> put("backward ", report, values));
    return values;
  }

  private static void put(String way, SettlingReport report, Map<String, Double> values) {
    values.put(way + "steps", report.meanSteps());
    values.put(way + "most steps", (double) report.mostSteps());
    values.put(way + "residual", report.largestResidual());
    values.put(way + "unsettled", (double) report.unsettled());
  }
}
