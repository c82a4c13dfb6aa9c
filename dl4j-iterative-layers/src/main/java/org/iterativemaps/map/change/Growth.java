package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;

/** The weights at the new units of a growing slot; {@link Resizing} says which and why. */
final class Growth {
  private final RealizedMap map;
  private final String slot;
  private final int sizeBefore;
  private final int size;
  private final long seed;

  Growth(RealizedMap map, String slot, int count, long seed) {
    this.map = map;
    this.slot = slot;
    this.sizeBefore = map.map().slot(slot).size();
    this.size = sizeBefore + count;
    this.seed = seed;
  }

  /** All blocks of the map, those at the slot with their new weights. */
  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (RealizedBlock block : map.blocks()) {
      blocks.add(grown(block));
    }
    return blocks;
  }

  private Block grown(RealizedBlock realized) {
    Block block = realized.block();
    if (!block.isLinear()) {
      return block; // Resizing has seen that it is not at the slot
    }
    boolean growsFrom = block.from().equals(slot);
    boolean growsTo = block.to().equals(slot);
    boolean followsSize =
        block.isTrainable()
            && (realized.mask().isDense() || block.sparsity() instanceof Sparsity.Diagonal);
    if (!growsFrom && !growsTo) {
      return block;
    }
    if (followsSize) {
      Sparsity pattern = realized.mask().isDense() ? Sparsity.dense() : block.sparsity();
      return new Block(block.from(), block.to(), pattern, null);
    }
    WeightMask mask = realized.mask();
    int fromSize = growsFrom ? size : mask.fromSize();
    int toSize = growsTo ? size : mask.toSize();
    TreeSet<Long> cells = new TreeSet<>();
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        cells.add((long) to * fromSize + mask.source(entry));
      }
    }
    if (block.isTrainable()) {
      RandomSource random = random("places", block);
      for (int to = mask.toSize(); to < toSize; to++) {
        for (long from :
            random.choose(fromSize, average(mask.entryCount(), mask.toSize(), fromSize))) {
          cells.add((long) to * fromSize + from);
        }
      }
      for (int from = mask.fromSize(); from < fromSize; from++) {
        int fanOut = average(mask.entryCount(), mask.fromSize(), mask.toSize());
        for (long to : random.choose(mask.toSize(), fanOut)) {
          cells.add(to * fromSize + from);
        }
      }
    }
    long[] ascending = cells.stream().flatMapToLong(LongStream::of).toArray();
    return new Block(
        block.from(),
        block.to(),
        Sparsity.explicit(WeightMask.ofCells(fromSize, toSize, ascending)),
        block.isTrainable() ? null : WeightValues.explicit(realized.fixedValues()));
  }

  private static int average(int entries, int units, int most) {
    return (int) Math.min(most, Math.max(1, Math.rint(entries / (double) units)));
  }

  /** First values of the trained blocks at the slot: zero out of new units, not zero into them. */
  Map<String, double[]> starts(RealizedMap after) {
    Map<String, double[]> starts = new HashMap<>();
    for (RealizedBlock block : after.blocks()) {
      if (block.block().isTrainable() && block.block().to().equals(slot)) {
        starts.put(block.block().name(), intoNewUnits(block));
      }
    }
    return starts;
  }

  private double[] intoNewUnits(RealizedBlock block) {
    WeightMask mask = block.mask();
    RandomSource random = random("values", block.block());
    int oldSources = block.block().from().equals(slot) ? sizeBefore : mask.fromSize();
    double[] values = new double[mask.entryCount()];
    for (int to = sizeBefore; to < size; to++) {
      int fanIn = mask.targetStart(to + 1) - mask.targetStart(to);
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        double value = random.nextGaussian() / Math.sqrt(fanIn);
        values[entry] = mask.source(entry) < oldSources ? value : 0;
      }
    }
    return values;
  }

  private RandomSource random(String purpose, Block block) {
    return RandomSource.of(seed, "grow", purpose, block.from(), block.to(), Integer.toString(size));
  }
}
