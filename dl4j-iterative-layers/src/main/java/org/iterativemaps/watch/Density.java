package org.iterativemaps.watch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.iterativemaps.map.Parameter;

/** Trained weights that exist, of the cells they could be in. */
record Density() implements MapMeasure {

  @Override
  public String name() {
    return "density";
  }

  @Override
  public Map<String, Double> of(WatchedMap map) {
    Map<String, Double> densities = new LinkedHashMap<>();
    double weights = 0;
    double cells = 0;
    densities.put("", 0.0); // the whole comes first
    for (Parameter parameter : map.realized().parameters()) {
      if (parameter.mask() != null) {
        densities.put(parameter.key(), parameter.mask().density());
        weights += parameter.mask().entryCount();
        cells += (double) parameter.mask().fromSize() * parameter.mask().toSize();
      }
    }
    if (cells == 0) {
      return Map.of(); // every weight is fixed
    }
    densities.put("", weights / cells);
    return densities;
  }
}
