package org.iterativemaps.map;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A block map with its masks and fixed values drawn, and the order of its parameters fixed.
 *
 * <p>Parameters are the trainable weights that exist, block by block in the map's order and within
 * a block in the mask's, and then the biases of the state slots in the map's order. Immutable.
 */
public final class RealizedMap {
  private final BlockMap map;
  private final List<RealizedBlock> blocks;
  private final List<Parameter> parameters;
  private final long parameterCount;

  /**
   * One block with its mask drawn.
   *
   * @param block the rule it came from
   * @param from index of the source slot
   * @param to index of the target slot
   * @param mask which weights exist
   * @param fixedValues their values by entry if they are never trained, else null; not to be
   *     changed
   * @param parameter index into {@link RealizedMap#parameters()} if they are trained, else -1
   */
  public record RealizedBlock(
      Block block, int from, int to, WeightMask mask, double[] fixedValues, int parameter) {}

  /**
   * One vector of parameters.
   *
   * @param block index of the block whose weights these are, -1 for a bias
   * @param slot index of the slot whose bias this is, -1 for weights
   * @param length how many numbers
   */
  public record Parameter(int block, int slot, int length) implements Serializable {
    /** Whether this is a bias. */
    public boolean isBias() {
      return block < 0;
    }
  }

  RealizedMap(BlockMap map) {
    if (map.isOpen()) {
      throw new IllegalStateException(
          "the size of input slot '"
              + map.input().name()
              + "' is still open; give it with nIn(…), input(name, size) or setInputType(…)");
    }
    checkMemory(map);
    this.map = map;
    this.blocks = new ArrayList<>();
    this.parameters = new ArrayList<>();
    long count = 0;
    for (Block block : map.blocks()) {
      RealizedBlock realized = realize(block);
      blocks.add(realized);
      if (block.isTrainable()) {
        parameters.add(new Parameter(blocks.size() - 1, -1, realized.mask.entryCount()));
        count += realized.mask.entryCount();
      }
    }
    for (int slot = 0; slot < map.slots().size(); slot++) {
      if (map.slots().get(slot).hasBias()) {
        int size = map.slots().get(slot).size();
        parameters.add(new Parameter(-1, slot, size));
        count += size;
      }
    }
    if (count > WeightMask.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the map has %,d parameters; at most %,d fit one layer: use lower densities",
              count,
              WeightMask.MAX_ENTRIES));
    }
    this.parameterCount = count;
  }

  /** Before anything is drawn: what all masks and fixed values take together. */
  private static void checkMemory(BlockMap map) {
    double bytes = 0;
    for (Block block : map.blocks()) {
      int toSize = map.slot(block.to()).size();
      double entries = block.sparsity().expectedEntries(map.slot(block.from()).size(), toSize);
      boolean isDrawn =
          !(block.sparsity() instanceof Sparsity.Dense
              || block.sparsity() instanceof Sparsity.Explicit);
      bytes += isDrawn ? WeightMask.bytes(toSize, entries) : 0;
      bytes += block.isTrainable() ? 0 : Double.BYTES * entries;
    }
    Heap.check("masks and fixed values of the map", bytes);
  }

  private RealizedBlock realize(Block block) {
    int from = map.indexOf(block.from());
    int to = map.indexOf(block.to());
    int fromSize = map.slots().get(from).size();
    int toSize = map.slots().get(to).size();
    String kind = block.isTrainable() ? "trained" : "fixed";
    return BlockMap.inBlock(
        block,
        () -> {
          WeightMask mask =
              block
                  .sparsity()
                  .draw(fromSize, toSize, source("mask", kind, block.from(), block.to()));
          if (mask.entryCount() == 0) {
            throw new IllegalArgumentException(
                block.sparsity()
                    + " left no weight of "
                    + fromSize
                    + " x "
                    + toSize
                    + " cells (from x to) with seed "
                    + map.seed()
                    + "; use a higher probability, Sparsity.density(…) or leave the block out");
          }
          double[] values =
              block.isTrainable()
                  ? null
                  : block
                      .fixedValues()
                      .draw(mask, source("values", kind, block.from(), block.to()));
          return new RealizedBlock(
              block, from, to, mask, values, block.isTrainable() ? parameters.size() : -1);
        });
  }

  private RandomSource source(String... names) {
    return RandomSource.of(map.seed(), names);
  }

  /** The map this came from. */
  public BlockMap map() {
    return map;
  }

  /** The blocks in the map's order. */
  public List<RealizedBlock> blocks() {
    return List.copyOf(blocks);
  }

  /** The parameter vectors in their order. */
  public List<Parameter> parameters() {
    return List.copyOf(parameters);
  }

  /** All parameters, weights and biases. */
  public long parameterCount() {
    return parameterCount;
  }

  /** Trainable weights that exist, biases not counted. */
  public long trainableWeights() {
    return parameters.stream().filter(p -> !p.isBias()).mapToLong(Parameter::length).sum();
  }

  /** Index of a slot's bias in {@link #parameters()}, -1 if it has none. */
  public int biasParameter(int slot) {
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i).slot() == slot) {
        return i;
      }
    }
    return -1;
  }
}
