package org.iterativemaps.map.change;

import java.util.List;
import java.util.Set;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap.RealizedBlock;

/**
 * A map that is to be changed, and those of its blocks that may be.
 *
 * @param weights the map and its numbers
 * @param blocks names "from-&gt;to" of trained blocks
 * @param steps how many steps a signal has from the input to the output slot: K for single inputs;
 *     for sequences, where the state goes on, at least the number of slots
 */
public record Changeable(MapWeights weights, Set<String> blocks, int steps) {
  /**
   * Copies the names; checks that the blocks are trained ones of the map.
   *
   * @throws IllegalArgumentException if not
   */
  public Changeable {
    blocks = Set.copyOf(blocks);
    List<String> trained = trained(weights);
    if (!trained.containsAll(blocks)) {
      throw new IllegalArgumentException(
          "blocks: found " + blocks + ", expected trained blocks of the map, " + trained);
    }
  }

  /** All trained blocks of a map may be changed. */
  public static Changeable all(MapWeights weights, int steps) {
    return new Changeable(weights, Set.copyOf(trained(weights)), steps);
  }

  private static List<String> trained(MapWeights weights) {
    return weights.map().blocks().stream().filter(Block::isTrainable).map(Block::name).toList();
  }

  /**
   * Whether the weights that exist lead from some unit of the input slot to some unit of the output
   * slot, in these steps; a random pattern of very few weights may not.
   */
  public boolean reachesOutput() {
    return Paths.reachOutput(weights, steps);
  }

  /** The blocks that may be changed, in the map's order. */
  public List<RealizedBlock> chosen() {
    return weights.realized().blocks().stream()
        .filter(b -> b.block().isTrainable() && blocks.contains(b.block().name()))
        .toList();
  }
}
