package org.iterativemaps.map;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.iterativemaps.map.pattern.Heap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A block map with its masks and fixed values drawn, and the order of its parameters fixed.
 *
 * <p>Parameters are what the blocks train, block by block in the map's order (of a linear block the
 * weights that exist, in the mask's order), and then slot by slot the gain of its normalisation and
 * its bias. Immutable.
 */
public final class RealizedMap {
  /** Bytes of masks that take longer to draw than threads to find. */
  private static final double LARGE = 1 << 20;

  private final BlockMap map;
  private final List<RealizedBlock> blocks;
  private final List<Parameter> parameters;
  private final int[] biases; // by slot: index into parameters, -1 without
  private final int[] gains;

  /**
   * One block with its mask drawn.
   *
   * @param block the rule it came from
   * @param sources indices of the slots it reads
   * @param to index of the target slot
   * @param mask of a linear block, which weights exist; else null
   * @param fixedValues of a linear block whose weights are never trained, their values by entry;
   *     not to be changed; else null
   * @param nested of a nested map, that map; else null
   * @param parameter index of its first parameter in {@link RealizedMap#parameters()}, -1 if it has
   *     none
   * @param parameterCount how many it has, one after the other
   */
  public record RealizedBlock(
      Block block,
      List<Integer> sources,
      int to,
      WeightMask mask,
      double[] fixedValues,
      RealizedMap nested,
      int parameter,
      int parameterCount) {

    /** Copies the list. */
    public RealizedBlock {
      sources = List.copyOf(sources);
    }

    /** A trained linear block on its own, between slots 0 and 1, its weights the only parameter. */
    public static RealizedBlock alone(String from, String to, WeightMask mask) {
      Block block = new Block(from, to, Sparsity.explicit(mask), null);
      return new RealizedBlock(block, List.of(0), 1, mask, null, null, 0, 1);
    }

    /** Index of the one slot it reads. */
    public int from() {
      return sources.get(0);
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
    WeightMask[] masks = draw(map);
    for (int i = 0; i < masks.length; i++) {
      blocks.add(realize(map.blocks().get(i), masks[i]));
    }
    this.biases = new int[map.slots().size()];
    this.gains = new int[map.slots().size()];
    Arrays.fill(biases, -1);
    Arrays.fill(gains, -1);
    for (int index = 0; index < map.slots().size(); index++) {
      Slot slot = map.slots().get(index);
      if (slot.isNormalised()) {
        gains[index] = parameters.size();
        parameters.add(Parameter.ofSlot(Parameter.Role.GAIN, slot, index));
      }
      if (slot.hasBias()) {
        biases[index] = parameters.size();
        parameters.add(Parameter.ofSlot(Parameter.Role.BIAS, slot, index));
      }
    }
    if (parameterCount() > WeightMask.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the map has %,d parameters; at most %,d fit one layer: use lower densities",
              parameterCount(),
              WeightMask.MAX_ENTRIES));
    }
  }

  /** Before anything is drawn: what all masks and fixed values take together. */
  private static void checkMemory(BlockMap map) {
    Heap.check("masks and fixed values of the map", bytes(map));
  }

  /** About what all masks and fixed values of a map take, those of nested maps among them. */
  static double bytes(BlockMap map) {
    double bytes = 0;
    for (Block block : map.blocks()) {
      bytes += BlockMap.inBlock(block, () -> block.function().bytes(map.site(block)));
    }
    return bytes;
  }

  /**
   * The masks of linear blocks, drawn side by side where there are many weights: each is drawn from
   * numbers of its own. Null for other blocks, and for those that {@link #realize} draws, or of
   * which it says why they cannot be.
   */
  private static WeightMask[] draw(BlockMap map) {
    WeightMask[] masks = new WeightMask[map.blocks().size()];
    if (masks.length > 1 && bytes(map) > LARGE) {
      IntStream.range(0, masks.length).parallel().forEach(i -> masks[i] = drawOrNull(map, i));
    }
    return masks;
  }

  private static WeightMask drawOrNull(BlockMap map, int index) {
    Block block = map.blocks().get(index);
    try {
      return block.function() instanceof BlockFunctions.Linear linear
          ? linear.mask(map.site(block))
          : null;
    } catch (IllegalArgumentException refused) {
      return null; // to be said in the order of the blocks
    }
  }

  private RealizedBlock realize(Block block, WeightMask drawn) {
    return BlockMap.inBlock(
        block,
        () -> {
          BlockSite site = map.site(block);
          WeightMask mask = null;
          double[] fixedValues = null;
          RealizedMap nested = null;
          List<Parameter> own;
          if (block.function() instanceof BlockFunctions.Linear linear) {
            mask = drawn == null ? linear.mask(site) : drawn;
            fixedValues = block.isFixed() ? linear.values(site, mask) : null;
            own =
                block.isFixed()
                    ? List.of()
                    : List.of(Parameter.weights(site.key("W"), mask)); // drawn once only
          } else if (block.function() instanceof BlockFunctions.Nested function) {
            nested = function.realized(site);
            own = BlockFunctions.Nested.parameters(site, nested); // of the masks drawn once
          } else {
            own = block.function().parameters(site);
          }
          int first = own.isEmpty() ? -1 : parameters.size();
          own.forEach(p -> parameters.add(p.within(blocks.size(), p.key())));
          List<Integer> sources = block.sources().stream().map(map::indexOf).toList();
          int to = map.indexOf(block.to());
          return new RealizedBlock(
              block, sources, to, mask, fixedValues, nested, first, own.size());
        });
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

  /** How many numbers are trained, weights and all else. */
  public long parameterCount() {
    return parameters.stream().mapToLong(Parameter::length).sum();
  }

  /** Trainable weights that exist; biases and gains not counted. */
  public long trainableWeights() {
    return parameters.stream().filter(Parameter::isWeight).mapToLong(Parameter::length).sum();
  }

  /** Index of a slot's bias in {@link #parameters()}, -1 if it has none. */
  public int biasParameter(int slot) {
    return biases[slot];
  }

  /** Index of the gain of a slot's normalisation in {@link #parameters()}, -1 if it has none. */
  public int gainParameter(int slot) {
    return gains[slot];
  }
}
