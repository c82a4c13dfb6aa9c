package org.iterativemaps.map.change;

import java.util.ArrayList;
import java.util.Arrays;
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

/** The weights at the new units of a growing size class; {@link Resizing} says which and why. */
final class Growth {
  private final RealizedMap map;
  private final SizeClass sized;
  private final int sizeBefore;
  private final int size;
  private final long seed;

  Growth(RealizedMap map, SizeClass sized, int count, long seed) {
    this.map = map;
    this.sized = sized;
    this.sizeBefore = sized.size();
    this.size = sizeBefore + count;
    this.seed = seed;
  }

  /** All blocks of the map, those at the class with their new weights. */
  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (RealizedBlock block : map.blocks()) {
      blocks.add(grown(block));
    }
    return blocks;
  }

  private Block grown(RealizedBlock realized) {
    Block block = realized.block();
    boolean growsFrom = sized.isReadBy(block);
    boolean growsTo = sized.isWrittenBy(block);
    boolean isElsewhere = !block.isLinear() || !growsFrom && !growsTo;
    if (isElsewhere || sized.fitsAnySize(realized)) {
      return block;
    }
    if (sized.isUnitByUnit(realized)) {
      return grownUnitByUnit(realized);
    }
    boolean followsSize =
        block.isTrainable()
            && (realized.mask().isDense() || block.sparsity() instanceof Sparsity.Diagonal);
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

  /** One weight for each new unit, if it is trained or all of its values are one. */
  private Block grownUnitByUnit(RealizedBlock realized) {
    Block block = realized.block();
    double[] values = block.isTrainable() ? new double[1] : realized.fixedValues();
    boolean isOneValue = Arrays.stream(values).allMatch(value -> value == values[0]);
    long[] units =
        LongStream.concat(
                Arrays.stream(realized.mask().copyCells()).map(cell -> cell % sizeBefore),
                LongStream.range(sizeBefore, isOneValue ? size : sizeBefore))
            .toArray();
    long[] cells = Arrays.stream(units).map(unit -> unit * size + unit).toArray();
    double[] grown = Arrays.copyOf(values, cells.length);
    Arrays.fill(grown, Math.min(values.length, cells.length), cells.length, values[0]);
    return new Block(
        block.from(),
        block.to(),
        Sparsity.explicit(WeightMask.ofCells(size, size, cells)),
        block.isTrainable() ? null : WeightValues.explicit(grown));
  }

  private static int average(int entries, int units, int most) {
    return (int) Math.min(most, Math.max(1, Math.rint(entries / (double) units)));
  }

  /** First values of the trained blocks into the class; those out of it start with zeros. */
  Map<String, double[]> starts(RealizedMap after) {
    Map<String, double[]> starts = new HashMap<>();
    for (RealizedBlock block : after.blocks()) {
      if (block.block().isTrainable() && sized.isWrittenBy(block.block())) {
        starts.put(block.block().name(), intoNewUnits(block));
      }
    }
    return starts;
  }

  private double[] intoNewUnits(RealizedBlock block) {
    WeightMask mask = block.mask();
    RandomSource random = random("values", block.block());
    int oldSources = sized.isReadBy(block.block()) ? sizeBefore : mask.fromSize();
    boolean isLoop = block.from() == block.to();
    double[] values = new double[mask.entryCount()];
    for (int to = sizeBefore; to < size; to++) {
      int fanIn = mask.targetStart(to + 1) - mask.targetStart(to);
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        double value = random.nextGaussian() / Math.sqrt(fanIn);
        int from = mask.source(entry);
        values[entry] = from < oldSources || from == to && !isLoop ? value : 0;
      }
    }
    return values;
  }

  private RandomSource random(String purpose, Block block) {
    return RandomSource.of(seed, "grow", purpose, block.from(), block.to(), Integer.toString(size));
  }
}
