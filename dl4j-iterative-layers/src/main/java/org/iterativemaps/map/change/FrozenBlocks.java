package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;

/**
 * Trained blocks become fixed and fixed ones trained, at the same cells and with the same values:
 * z_i = A_i(sum_j M_ij z_j + b_i) stays what it is.
 */
public final class FrozenBlocks {
  private FrozenBlocks() {}

  /**
   * The map with a trained block fixed at the values it has. A fixed block between the same two
   * slots takes them in.
   *
   * @param weights the map and its numbers, those of the block finite
   * @param from source slot
   * @param to target slot
   * @throws IllegalArgumentException if there is no such trained block, or a number is not finite
   */
  public static BlockMap freeze(MapWeights weights, String from, String to) {
    RealizedMap map = weights.realized();
    RealizedBlock trained = need(map, from, to, true);
    RealizedBlock fixed = find(map, from, to, false);
    TreeMap<Long, Double> cells = new TreeMap<>();
    add(trained.mask(), weights.values(trained), cells);
    if (fixed != null) {
      add(fixed.mask(), fixed.fixedValues(), cells);
    }
    double[] all = cells.values().stream().mapToDouble(v -> v).toArray();
    Sparsity pattern = pattern(trained.mask(), cells);
    return replaced(map.map(), from, to, new Block(from, to, pattern, WeightValues.explicit(all)));
  }

  /**
   * The map with a fixed block trained. A trained block between the same two slots takes its cells
   * in; what the weights start at is {@link MapChange}'s business: the values that were fixed.
   *
   * @param map with its masks drawn
   * @param from source slot
   * @param to target slot
   * @throws IllegalArgumentException if there is no such fixed block, or a trained weight stands at
   *     the same cell as a fixed one
   */
  public static BlockMap thaw(RealizedMap map, String from, String to) {
    RealizedBlock fixed = need(map, from, to, false);
    RealizedBlock trained = find(map, from, to, true);
    TreeMap<Long, Double> cells = new TreeMap<>();
    add(fixed.mask(), fixed.fixedValues(), cells);
    if (trained != null) {
      add(trained.mask(), new double[trained.mask().entryCount()], cells);
      if (cells.size() < fixed.mask().entryCount() + trained.mask().entryCount()) {
        throw new IllegalArgumentException(
            "block "
                + fixed.block().name()
                + ": trained and fixed weights share cells, so that thawing would leave two weights"
                + " at one; freeze the trained block first, which adds them");
      }
    }
    Sparsity pattern = pattern(fixed.mask(), cells);
    return replaced(map.map(), from, to, new Block(from, to, pattern, null));
  }

  private static void add(WeightMask mask, double[] values, TreeMap<Long, Double> cells) {
    long[] places = mask.copyCells();
    for (int entry = 0; entry < places.length; entry++) {
      cells.merge(places[entry], values[entry], Double::sum);
    }
  }

  private static Sparsity pattern(WeightMask sizes, TreeMap<Long, Double> cells) {
    long[] ascending = cells.keySet().stream().mapToLong(c -> c).toArray();
    WeightMask mask = WeightMask.ofCells(sizes.fromSize(), sizes.toSize(), ascending);
    return mask.isDense() ? Sparsity.dense() : Sparsity.explicit(mask);
  }

  private static RealizedBlock need(RealizedMap map, String from, String to, boolean trained) {
    RealizedBlock block = find(map, from, to, trained);
    if (block == null) {
      throw new IllegalArgumentException(
          "no "
              + (trained ? "trained" : "fixed")
              + " block "
              + from
              + "->"
              + to
              + "; the map has "
              + map.map().blocks().stream()
                  .filter(b -> trained ? b.isTrainable() : b.isFixed())
                  .map(Block::name)
                  .toList());
    }
    return block;
  }

  private static RealizedBlock find(RealizedMap map, String from, String to, boolean trained) {
    return map.blocks().stream()
        .filter(b -> isLinear(b.block(), from, to) && b.block().isTrainable() == trained)
        .findFirst()
        .orElse(null);
  }

  private static boolean isLinear(Block block, String from, String to) {
    return block.isLinear() && block.from().equals(from) && block.to().equals(to);
  }

  /** The new block stands where the first of those it replaces stood. */
  private static BlockMap replaced(BlockMap map, String from, String to, Block block) {
    List<Block> blocks = new ArrayList<>();
    for (Block one : map.blocks()) {
      boolean isReplaced = isLinear(one, from, to);
      if (!isReplaced) {
        blocks.add(one);
      } else if (!blocks.contains(block)) {
        blocks.add(block);
      }
    }
    return map.with(map.slots(), blocks);
  }
}
