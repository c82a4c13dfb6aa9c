package org.iterativemaps.map.change;

import java.util.List;
import java.util.Set;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;

/**
 * A map with the values of its parameters, and those of its blocks that may be changed.
 *
 * @param map the map
 * @param values its parameters, vector by vector in its order; not changed
 * @param blocks names "from-&gt;to" of trained blocks
 * @param steps how many steps a signal has from the input to the output slot: K for single inputs;
 *     for sequences, where the state goes on, at least the number of slots
 */
public record TrainedMap(RealizedMap map, double[][] values, Set<String> blocks, int steps) {
  /**
   * Copies the names; checks that the values fit the map and the blocks are trained ones of it.
   *
   * @throws IllegalArgumentException if not
   */
  public TrainedMap {
    blocks = Set.copyOf(blocks);
    if (values.length != map.parameters().size()) {
      throw new IllegalArgumentException(
          "values: found "
              + values.length
              + " vectors, expected one for each of the map's "
              + map.parameters().size());
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i].length != map.parameters().get(i).length()) {
        throw new IllegalArgumentException(
            "values["
                + i
                + "]: found "
                + values[i].length
                + " numbers, expected "
                + map.parameters().get(i).length());
      }
    }
    List<String> trained =
        map.blocks().stream()
            .filter(b -> b.block().isTrainable())
            .map(b -> b.block().name())
            .toList();
    if (!trained.containsAll(blocks)) {
      throw new IllegalArgumentException(
          "blocks: found " + blocks + ", expected trained blocks of the map, " + trained);
    }
  }

  /**
   * Whether the weights that exist lead from some unit of the input slot to some unit of the output
   * slot, in these steps; a random pattern of very few weights may not.
   */
  public boolean reachesOutput() {
    return Paths.reachOutput(this);
  }

  /** The blocks that may be changed, in the map's order. */
  List<RealizedBlock> chosen() {
    return map.blocks().stream()
        .filter(b -> b.block().isTrainable() && blocks.contains(b.block().name()))
        .toList();
  }

  /** The weights of a trained block. */
  double[] weights(RealizedBlock block) {
    return values[block.parameter()];
  }
}
