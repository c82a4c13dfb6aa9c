package org.iterativemaps.samediff;

import java.util.Map;
import java.util.TreeMap;
import org.iterativemaps.map.BlockMap;

/**
 * The builder options that the SameDiff layers have beside DL4J's own.
 *
 * @param <B> the builder
 */
public interface SDMapOptions<B> {
  /** Where the options are collected until {@code build()}. */
  final class Draft {
    private SDBlockMap map;
    private int steps = 1;
    private final Map<String, Double> biasInits = new TreeMap<>();

    Draft() {}

    SDMapSettings settings(long nIn, long nOut) {
      SDMapSettings settings = new SDMapSettings(map, steps, biasInits);
      if (nIn > 0 && !map.isOpen() && map.input().size() != nIn) {
        throw new IllegalArgumentException(
            "nIn: found "
                + nIn
                + ", but input slot '"
                + map.input().name()
                + "' of the map has "
                + map.input().size()
                + " units; leave one of the two out");
      }
      if (nOut > 0 && map.output().size() != nOut) {
        throw new IllegalArgumentException(
            "nOut: found "
                + nOut
                + ", but output slot '"
                + map.output().name()
                + "' of the map has "
                + map.output().size()
                + " units; leave nOut out");
      }
      return settings.withInputSize(nIn);
    }
  }

  /** The options so far. */
  Draft draft();

  /** This builder. */
  B self();

  /** The map. The size of its input may be open; all its blocks are typed ones. */
  default B map(SDBlockMap map) {
    draft().map = map;
    return self();
  }

  /** A linear map. The size of its input may be open. */
  default B map(BlockMap map) {
    return map(SDBlockMap.of(map));
  }

  /** K, the steps per token: how often the same weights are applied. Default 1. */
  default B steps(int steps) {
    draft().steps = steps;
    return self();
  }

  /** The first value of a slot's bias, instead of the layer's: forget gates often begin at 1. */
  default B biasInit(String slot, double value) {
    draft().biasInits.put(slot, value);
    return self();
  }
}
