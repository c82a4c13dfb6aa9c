package org.iterativemaps.map.change;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.TopK;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Rewiring: some weights are dropped, as many are grown elsewhere in the same block, and their
 * number stays.
 *
 * <p>Dropped are the smallest |w|. Any cell without a weight can grow one, those just dropped
 * included: such a weight then never left, and keeps its value. A weight grown where there was none
 * starts at zero. Dense blocks, where there is no other place, are left as they are. If the output
 * slot would be cut off from the input slot, the strongest path between them stays, as in {@link
 * MagnitudePruning}.
 *
 * <p>Sources: by gradient (RigL): Evci, Gale, Menick, Castro, Elsen, arXiv:1911.11134 (2019); at
 * random (SET): Mocanu, Mocanu, Stone, Nguyen, Gibescu, Liotta, "Scalable training of artificial
 * neural networks with adaptive sparse connectivity", Nature Communications 9 (2018).
 */
public final class Rewiring {
  private Rewiring() {}

  /**
   * Grows where the loss is steepest.
   *
   * @param map the map and the blocks of it to rewire
   * @param fraction of each block's weights, in [0, 1]; at least one weight is not dropped
   * @param gradients for each block the gradient of the loss at every cell, weight or not: dL/dw of
   *     cell to * fromSize + from; missing for dense blocks
   * @return the change; without effect if nothing is to be rewired
   * @throws IllegalArgumentException if the fraction is out of range, a gradient is missing, has
   *     another length, or holds NaN
   */
  public static MapChange byGradient(
      Changeable map, double fraction, Map<String, double[]> gradients) {
    return rewire(
        map,
        fraction,
        (block, free, count) -> {
          double[] gradient = gradients.get(block.block().name());
          long cells = (long) block.mask().fromSize() * block.mask().toSize();
          if (gradient == null || gradient.length != cells) {
            throw new IllegalArgumentException(
                "gradients of block "
                    + block.block().name()
                    + ": found "
                    + (gradient == null ? "none" : gradient.length)
                    + ", expected one for each of its "
                    + cells
                    + " cells");
          }
          double[] steepness = new double[free.length];
          Arrays.setAll(steepness, i -> Math.abs(gradient[(int) free[i]]));
          return TopK.largest(steepness, count);
        });
  }

  /**
   * Grows at random places.
   *
   * @param map the map and the blocks of it to rewire
   * @param fraction of each block's weights, in [0, 1]; at least one weight is not dropped
   * @param seed where the places come from
   * @param purpose distinguishes draws from one seed, e.g. by layer and iteration
   * @return the change; without effect if nothing is to be rewired
   * @throws IllegalArgumentException if the fraction is out of range
   */
  public static MapChange atRandom(Changeable map, double fraction, long seed, String... purpose) {
    return rewire(
        map,
        fraction,
        (block, free, count) -> {
          String[] names = Arrays.copyOf(purpose, purpose.length + 3);
          names[purpose.length] = "rewire";
          names[purpose.length + 1] = block.block().from();
          names[purpose.length + 2] = block.block().to();
          long[] chosen = RandomSource.of(seed, names).choose(free.length, count);
          return Arrays.stream(chosen).mapToInt(i -> (int) i).toArray();
        });
  }

  /** Picks places for new weights. */
  private interface Places {
    /**
     * @param block the block
     * @param free cells without a weight, ascending
     * @param count how many weights to grow
     * @return indices into free, ascending
     */
    int[] grow(RealizedBlock block, long[] free, int count);
  }

  private static MapChange rewire(Changeable map, double fraction, Places growth) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "fraction: found " + fraction + ", expected one in [0, 1] of the weights");
    }
    MapChange change = rewire(map, fraction, growth, Map.of());
    return Paths.cutBy(map.weights(), map.steps(), change)
        ? rewire(map, fraction, growth, Paths.strongest(map.weights(), map.steps()))
        : change;
  }

  private static MapChange rewire(
      Changeable map, double fraction, Places growth, Map<String, Set<Integer>> path) {
    Map<String, WeightMask> masks = new HashMap<>();
    for (RealizedBlock block : map.chosen()) {
      WeightMask mask = block.mask();
      Set<Integer> keep = path.getOrDefault(block.block().name(), Set.of());
      int most = mask.entryCount() - Math.max(1, keep.size());
      int drop = (int) Math.min(most, Math.rint(fraction * mask.entryCount()));
      if (drop > 0 && !mask.isDense()) {
        double[] magnitudes = Arrays.stream(map.weights().values(block)).map(Math::abs).toArray();
        keep.forEach(entry -> magnitudes[entry] = Double.POSITIVE_INFINITY);
        int[] stay = TopK.largest(magnitudes, mask.entryCount() - drop);
        WeightMask kept = Masks.keep(mask, stay);
        long[] free = kept.copyAbsentCells();
        int[] grown = growth.grow(block, free, drop);
        masks.put(block.block().name(), union(kept, free, grown));
      }
    }
    return MapChange.ofMasks(map.weights().realized(), masks);
  }

  private static WeightMask union(WeightMask kept, long[] free, int[] grown) {
    long[] cells = Arrays.copyOf(kept.copyCells(), kept.entryCount() + grown.length);
    for (int i = 0; i < grown.length; i++) {
      cells[kept.entryCount() + i] = free[grown[i]];
    }
    Arrays.sort(cells);
    return WeightMask.ofCells(kept.fromSize(), kept.toSize(), cells);
  }
}
