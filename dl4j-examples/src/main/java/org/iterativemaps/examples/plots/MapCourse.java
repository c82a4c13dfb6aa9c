package org.iterativemaps.examples.plots;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.watch.MapSample;

/**
 * What became of a map over the course of training: a measure of it, with a curve for each part.
 */
public final class MapCourse {

  private MapCourse() {}

  /**
   * Draws one measure of one map; values that are not finite are left out.
   *
   * @param title what it is about
   * @param samples of a {@code MapWatch} or of its file, others among them
   * @param layer of which map
   * @param measure which one
   * @return the picture; its words tell where each curve ends
   * @throws IllegalArgumentException if there are not two samples of it
   */
  public static Picture draw(String title, List<MapSample> samples, String layer, String measure) {
    Map<String, List<MapSample>> parts = new LinkedHashMap<>();
    for (MapSample sample : samples) {
      if (sample.layer().equals(layer)
          && sample.measure().equals(measure)
          && Double.isFinite(sample.value())) {
        parts.computeIfAbsent(sample.part(), part -> new ArrayList<>()).add(sample);
      }
    }
    parts.values().removeIf(part -> part.size() < 2);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException(
          "samples: found fewer than two of '"
              + measure
              + "' of layer '"
              + layer
              + "', expected a longer training or a MapWatch that measures more often");
    }
    LearningCurves curves = LearningCurves.of(title, "iteration", measure);
    parts.forEach(
        (part, own) ->
            curves.curve(
                part.isEmpty() ? "whole map" : part,
                own.stream().mapToDouble(MapSample::iteration).toArray(),
                new double[][] {own.stream().mapToDouble(MapSample::value).toArray()}));
    return curves.picture();
  }
}
