package org.iterativemaps.map;

import java.util.List;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Where a block stands in a map: between which slots, and what its random patterns are drawn from.
 *
 * @param from the slots it reads, their sizes known
 * @param to the slot it writes
 * @param seed of the map
 */
public record BlockSite(List<Slot> from, Slot to, long seed) {

  /** Copies the list. */
  public BlockSite {
    from = List.copyOf(from);
  }

  /** "j->i", or "j,k->i" where it reads several. */
  public String name() {
    return Block.name(from.stream().map(Slot::name).toList(), to.name());
  }

  /** The key of one of its parameters: {@code symbol[j->i]}. */
  public String key(String symbol) {
    return Parameter.key(symbol, name());
  }

  /** The name of weights of its own. */
  Parameter.Name weights(String symbol) {
    return new Parameter.Name(key(symbol), Parameter.Role.WEIGHT);
  }

  /**
   * The weights of one of its linear images that exist.
   *
   * @param sparsity the pattern
   * @param source which slot the image is of, counted from 0
   * @param kind tells it from the other patterns of this block
   * @throws IllegalArgumentException if the pattern does not fit, or leaves no weight at all
   */
  public WeightMask mask(Sparsity sparsity, int source, String kind) {
    WeightMask mask = sparsity.draw(from.get(source).size(), to.size(), random("mask", kind));
    if (mask.entryCount() == 0) {
      throw new IllegalArgumentException(
          sparsity
              + " left no weight of "
              + from.get(source).size()
              + " x "
              + to.size()
              + " cells (from x to) with seed "
              + seed
              + "; use a higher probability, Sparsity.density(…) or leave the block out");
    }
    return mask;
  }

  public double expectedEntries(Sparsity sparsity, int source) {
    return sparsity.expectedEntries(from.get(source).size(), to.size());
  }

  /** The source of random numbers for one purpose, the same on every JVM. */
  RandomSource random(String what, String kind) {
    String[] path = new String[from.size() + 3];
    int next = 0;
    path[next++] = what;
    path[next++] = kind;
    for (Slot slot : from) {
      path[next++] = slot.name();
    }
    path[next] = to.name();
    return RandomSource.of(seed, path);
  }
}
