package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;

/** Masks and maps made from others. */
final class Masks {
  private Masks() {}

  /** The mask with these of its entries, ascending. */
  static WeightMask keep(WeightMask mask, int[] entries) {
    long[] cells = mask.copyCells();
    return WeightMask.ofCells(
        mask.fromSize(), mask.toSize(), Arrays.stream(entries).mapToLong(e -> cells[e]).toArray());
  }

  /** The map with explicit masks in some of its trained blocks, by block name. */
  static BlockMap withMasks(RealizedMap map, Map<String, WeightMask> masks) {
    Set<String> unknown = new TreeSet<>(masks.keySet());
    List<Block> blocks = new ArrayList<>();
    for (RealizedBlock realized : map.blocks()) {
      Block block = realized.block();
      WeightMask mask = block.isTrainable() ? masks.get(block.name()) : null;
      if (mask != null) {
        unknown.remove(block.name());
      }
      blocks.add(
          mask == null || mask.equals(realized.mask())
              ? block
              : new Block(block.from(), block.to(), Sparsity.explicit(mask), null));
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "masks: found some for " + unknown + ", expected trained blocks of " + map.map());
    }
    return map.map().with(map.map().slots(), blocks);
  }

  /** The map with slots of another size, and blocks that fit it. */
  static BlockMap resized(BlockMap map, SizeClass sized, int size, List<Block> blocks) {
    List<Slot> slots =
        map.slots().stream().map(s -> sized.contains(s.name()) ? s.withSize(size) : s).toList();
    return map.with(slots, blocks);
  }
}
