package org.iterativemaps.samediff;

import java.util.List;
import org.iterativemaps.map.FixedValues;
import org.iterativemaps.map.RandomSource;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Sparsity;
import org.iterativemaps.map.WeightMask;

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
    return SDConnection.name(from.stream().map(Slot::name).toList(), to.name());
  }

  /** The key of one of its parameters: {@code symbol[j->i]}. */
  public String key(String symbol) {
    return symbol + "[" + name() + "]";
  }

  /**
   * The weights of one of its linear images that exist.
   *
   * @param sparsity the pattern
   * @param source which slot the image is of, counted from 0
   * @param names tell it from the other patterns of this block
   * @throws IllegalArgumentException if the pattern does not fit, or leaves no weight at all
   */
  public WeightMask mask(Sparsity sparsity, int source, String... names) {
    WeightMask mask = sparsity.draw(from.get(source).size(), to.size(), random("mask", names));
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

  double[] values(FixedValues values, WeightMask mask) {
    return values.draw(mask, random("values", "fixed"));
  }

  /** The same numbers as {@link org.iterativemaps.map.RealizedMap} draws for a linear block. */
  private RandomSource random(String what, String... names) {
    String[] path = new String[from.size() + names.length + 2];
    int next = 0;
    path[next++] = what;
    for (String name : names) {
      path[next++] = name;
    }
    for (Slot slot : from) {
      path[next++] = slot.name();
    }
    path[next] = to.name();
    return RandomSource.of(seed, path);
  }
}
