package org.iterativemaps.watch;

import java.util.Map;
import org.iterativemaps.map.plan.HiddenProportion;

/** The share of trained weights in blocks between hidden slots. */
record HiddenShare() implements MapMeasure {

  @Override
  public String name() {
    return "hidden proportion";
  }

  @Override
  public Map<String, Double> of(WatchedMap map) {
    return map.realized().trainableWeights() == 0
        ? Map.of()
        : Map.of("", HiddenProportion.realized(map.realized()).value());
  }
}
