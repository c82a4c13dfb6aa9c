package org.iterativemaps.watch;

import java.util.Map;

/**
 * Something that can be measured of a map while it trains. {@link MapMeasures} has some; any class
 * of one's own is another.
 *
 * <pre>{@code
 * record LargestWeight() implements MapMeasure {
 *   public String name() {
 *     return "largest weight";
 *   }
 *
 *   public Map<String, Double> of(WatchedMap map) {
 *     double[] weights = map.weights().weights("h", "h");
 *     return Map.of("h->h", Arrays.stream(weights).map(Math::abs).max().orElse(0));
 *   }
 * }
 * }</pre>
 */
public interface MapMeasure {

  /** What it is called in samples and files; one line, not empty, another for each measure. */
  String name();

  /**
   * Measures a map. Called between two iterations, in the thread that trains, which waits for it.
   *
   * @param map as it is now; not to be kept, for the network goes on
   * @return values by what they are of: "" is the whole map, else a block or a slot as the measure
   *     says; in the order in which they are to be told; empty if the map has nothing to measure.
   *     NaN is a value that could not be found, after a diverged step for example
   */
  Map<String, Double> of(WatchedMap map);
}
