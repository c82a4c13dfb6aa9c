package org.iterativemaps.describe;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.values.WeightValues;

/**
 * What a description means: a block map, and how its trained weights start. A layer is made from it
 * by {@code map(described.map()).weightInits(described.initialValues())}.
 *
 * @param map the map
 * @param initialValues by block name "from-&gt;to", one for every trained block
 */
public record DescribedMap(BlockMap map, Map<String, WeightValues> initialValues) {
  /** Copies the values. */
  public DescribedMap {
    initialValues = Collections.unmodifiableMap(new TreeMap<>(initialValues));
  }
}
