package org.iterativemaps.map;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.iterativemaps.map.BlockFunctions.Nested;

/**
 * A block map: the slots of a state z = [x, h, …, y] and the blocks F_ij between them, mostly
 * linear, F_ij(z) = M_ij z with sparse weights.
 *
 * <p>One step of the map is
 *
 * <pre>    z_i  &lt;-  A_i( sum_j M_ij z_j + b_i )      for every state slot i</pre>
 *
 * with all reads from the old state, and activation A_i and bias b_i applied after everything that
 * arrives at a slot has been summed (arXiv:2404.00880, definition 1 and section 2). How many steps
 * K are run per token is the layer's business, not the map's.
 *
 * <p>In full, for every wire in the order they were added and then for every state slot,
 *
 * <pre>
 *   u_i   =   sum_j F_ij(z_j)                      all reads from the old state, or from a wire
 *   a_i   =   A_i( N_i(u_i) + b_i )                normalisation, bias, activation
 *   z_i  &lt;-  U_i( z_i, a_i )                       replaced, added to, or gated
 * </pre>
 *
 * <p>A <em>wire</em> is a slot without memory: writing its function out where it is read gives back
 * a map of state slots alone, so wires add convenience, not power. With linear blocks, no
 * normalisation and plain replacement, a map without wires is what the papers call an iterated
 * block matrix.
 *
 * <pre>{@code
 * BlockMap map = BlockMap.builder()
 *     .input("x")
 *     .state("h", 512, Activation.TANH)
 *     .state("y", 10, Activation.IDENTITY)
 *     .connect("x", "h", Sparsity.density(0.1))
 *     .connect("h", "h", Sparsity.density(0.05))
 *     .connect("h", "y", Sparsity.dense())
 *     .output("y")
 *     .build();
 * }</pre>
 *
 * <p>Immutable. Two maps with the same slots, blocks and seed have the same masks.
 */
public final class BlockMap implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How deep maps may be nested, the outermost one counted. */
  public static final int MAX_DEPTH = 32;

  /** The seed of masks and fixed values where none is given. */
  public static final long DEFAULT_SEED = 0;

  // Lists of List.copyOf: serialisable, though their declared type does not say so.
  @SuppressWarnings("serial")
  private final List<Slot> slots;

  @SuppressWarnings("serial")
  private final List<Block> blocks;

  private final String output;
  private final Injection injection;
  private final long seed;
  private final int depth; // 1 without nested maps
  private final double operations; // of one step, those of nested maps in all their steps

  BlockMap(List<Slot> slots, List<Block> blocks, String output, Injection injection, long seed) {
    this.slots = List.copyOf(slots);
    this.blocks = List.copyOf(blocks);
    this.output = output;
    this.injection = injection;
    this.seed = seed;
    this.depth =
        1
            + blocks.stream()
                .mapToInt(b -> b.function() instanceof Nested nested ? nested.map().depth : 0)
                .max()
                .orElse(0);
    double count = slots.size() + blocks.size();
    for (Block block : blocks) {
      if (block.function() instanceof Nested nested) {
        count += nested.steps() * nested.map().operations;
      }
    }
    this.operations = count;
    new BlockMapChecks(this).check(depth);
  }

  /** An empty builder. */
  public static BlockMapBuilder builder() {
    return new BlockMapBuilder();
  }

  /** All slots in the order they were added. */
  public List<Slot> slots() {
    return slots;
  }

  /** All blocks in the order they were added. */
  public List<Block> blocks() {
    return blocks;
  }

  /** The slot that tokens are written into. */
  public Slot input() {
    return slots.stream().filter(Slot::isInput).findFirst().orElseThrow();
  }

  /** The state slot that is read after the last step. */
  public Slot output() {
    return slot(output);
  }

  /** How long a token stays. */
  public Injection injection() {
    return injection;
  }

  /** Where random masks and fixed values come from. */
  public long seed() {
    return seed;
  }

  /**
   * A slot by name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Slot slot(String name) {
    return slots.get(indexOf(name));
  }

  /**
   * Place of a slot in {@link #slots()}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public int indexOf(String name) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "unknown slot '" + name + "'; the map has " + slotNames() + ". Add it before using it");
  }

  /** Names of the slots whose values are handed from step to step. */
  public List<String> stateSlots() {
    return slots.stream().filter(Slot::isState).map(Slot::name).toList();
  }

  /** Whether every block is linear and every slot plain: an iterated block matrix. */
  public boolean isLinear() {
    return whatIsNotLinear().isEmpty();
  }

  /**
   * Refuses a map that is no iterated block matrix.
   *
   * @param what needs one, for the message
   * @throws IllegalArgumentException if a block is not linear, or a slot not plain
   */
  public void requireLinear(String what) {
    whatIsNotLinear()
        .ifPresent(
            part -> {
              throw new IllegalArgumentException(
                  what + ": " + part + ", and this is for maps of linear blocks and plain slots");
            });
  }

  /** The first block or slot because of which this is no iterated block matrix. */
  public Optional<String> whatIsNotLinear() {
    for (Block block : blocks) {
      if (!block.isLinear()) {
        return Optional.of("block " + block.name() + " is " + block.function());
      }
    }
    for (Slot slot : slots) {
      if (!slot.isPlain()) {
        String why =
            slot.isWire()
                ? "a wire"
                : slot.isNormalised() ? "normalised" : "gated, residual or leaky";
        return Optional.of("slot '" + slot.name() + "' is " + why);
      }
    }
    return Optional.empty();
  }

  /** Evaluations of blocks and slots in one step, those of nested maps in all their steps. */
  double operations() {
    return operations;
  }

  /** A builder that starts with all of this map. */
  public BlockMapBuilder toBuilder() {
    BlockMapBuilder builder = builder();
    slots.forEach(builder::add);
    blocks.forEach(builder::add);
    return builder.output(output).injection(injection).seed(seed);
  }

  /**
   * The same map with other slots and blocks; output, injection and seed stay.
   *
   * @throws IllegalArgumentException as {@link BlockMapBuilder#build}
   */
  public BlockMap with(List<Slot> newSlots, List<Block> newBlocks) {
    return new BlockMap(newSlots, newBlocks, output, injection, seed);
  }

  /** Where a block of this map stands. */
  public BlockSite site(Block block) {
    return new BlockSite(block.sources().stream().map(this::slot).toList(), slot(block.to()), seed);
  }

  /**
   * Keys and roles of all that is trained, in the order of {@link RealizedMap#parameters()}; known
   * before the input's size is.
   */
  public List<Parameter.Name> parameterNames() {
    List<Parameter.Name> names = new ArrayList<>();
    for (Block block : blocks) {
      names.addAll(block.function().parameterNames(site(block)));
    }
    for (Slot slot : slots) {
      if (slot.isNormalised()) {
        names.add(new Parameter.Name(Parameter.gainKey(slot.name()), Parameter.Role.GAIN));
      }
      if (slot.hasBias()) {
        names.add(new Parameter.Name(Parameter.biasKey(slot.name()), Parameter.Role.BIAS));
      }
    }
    return names;
  }

  /** Whether the input's size is still to be inferred. */
  public boolean isOpen() {
    return input().isOpen();
  }

  /**
   * The same map with the input slot at this size.
   *
   * @throws IllegalArgumentException if the size does not fit a block
   */
  public BlockMap withInputSize(int size) {
    return withSlotSize(input().name(), size);
  }

  /**
   * The same map with a slot at another size; masks of the blocks at this slot are drawn anew.
   *
   * @throws IllegalArgumentException if there is no such slot, or the size does not fit a block
   */
  public BlockMap withSlotSize(String name, int size) {
    indexOf(name);
    UnaryOperator<Slot> resized = s -> s.name().equals(name) ? s.withSize(size) : s;
    return with(slots.stream().map(resized).toList(), blocks);
  }

  /** The same map with masks and fixed values from another seed. */
  public BlockMap withSeed(long newSeed) {
    return new BlockMap(slots, blocks, output, injection, newSeed);
  }

  /** The same map with the other way of giving it its input. */
  public BlockMap withInjection(Injection newInjection) {
    return new BlockMap(slots, blocks, output, newInjection, seed);
  }

  /**
   * The same map with another slot to read.
   *
   * @throws IllegalArgumentException if there is no such state slot, or the input does not reach it
   */
  public BlockMap withOutput(String newOutput) {
    return new BlockMap(slots, blocks, newOutput, injection, seed);
  }

  /**
   * The fewest steps by which the input reaches a slot, if it does: the shortest path of blocks and
   * gates between them, on which a wire takes no step of its own. What else a block on it reads may
   * have any value, as where a state is carried; {@link Reach} is about a state of zeros.
   */
  public Optional<Integer> shortestPathFromInput(String slot) {
    Set<String> reached = new HashSet<>(Set.of(input().name()));
    for (int steps = 1; steps <= slots.size(); steps++) {
      Set<String> seen = new HashSet<>(reached); // and the wires of this step
      slots.stream().filter(s -> s.isWire() && isReached(s, seen)).forEach(s -> seen.add(s.name()));
      slots.stream()
          .filter(s -> s.isState() && isReached(s, seen))
          .forEach(s -> reached.add(s.name()));
      if (reached.contains(slot) || seen.contains(slot)) {
        return Optional.of(steps);
      }
    }
    return Optional.empty();
  }

  private boolean isReached(Slot slot, Set<String> reached) {
    return slot.gates().stream().anyMatch(reached::contains)
        || blocks.stream()
            .anyMatch(
                b ->
                    b.to().equals(slot.name()) && b.sources().stream().anyMatch(reached::contains));
  }

  /**
   * Draws every mask and every fixed value.
   *
   * @throws IllegalStateException if the input's size is still open
   * @throws IllegalArgumentException if a random pattern left no weight at all, a slot received
   *     none, or the weights are too many
   */
  public RealizedMap realize() {
    return new RealizedMap(this);
  }

  /** Null where none was named. */
  String outputName() {
    return output;
  }

  /** All of them, for messages. */
  String slotNames() {
    return slots.stream().map(s -> "'" + s.name() + "'").collect(Collectors.joining(", "));
  }

  /** Runs a step about one block; an error names the block. */
  static <T> T inBlock(Block block, Supplier<T> step) {
    try {
      return step.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("block " + block.name() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockMap that
        && slots.equals(that.slots)
        && blocks.equals(that.blocks)
        && output.equals(that.output)
        && injection == that.injection
        && seed == that.seed;
  }

  @Override
  public int hashCode() {
    return 31 * slots.hashCode() + blocks.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("BlockMap[");
    for (Slot slot : slots) {
      text.append(slot.name()).append(':').append(slot.isOpen() ? "?" : slot.size());
      text.append(slot.isWire() ? " (wire) " : " ");
    }
    for (Block block : blocks) {
      Object what = block.isLinear() ? block.sparsity() : block.function();
      text.append("| ").append(block.name()).append(' ').append(what).append(' ');
      if (block.isFixed()) {
        text.append("fixed ");
      }
    }
    return text.append("| output ")
        .append(output)
        .append(" | ")
        .append(injection)
        .append(" | seed ")
        .append(seed)
        .append(']')
        .toString();
  }
}
