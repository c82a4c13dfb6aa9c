package org.iterativemaps.map;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/**
 * A block map: the slots of a state z = [x, h, …, y] and the sparse blocks M_ij between them.
 *
 * <p>One step of the map is
 *
 * <pre>    z_i  &lt;-  A_i( sum_j M_ij z_j + b_i )      for every state slot i</pre>
 *
 * with all reads from the old state, and activation A_i and bias b_i applied after everything that
 * arrives at a slot has been summed (arXiv:2404.00880, section 2). How many steps K are run per
 * token is the layer's business, not the map's.
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

  private BlockMap(
      List<Slot> slots, List<Block> blocks, String output, Injection injection, long seed) {
    this.slots = List.copyOf(slots);
    this.blocks = List.copyOf(blocks);
    this.output = output;
    this.injection = injection;
    this.seed = seed;
    check();
  }

  /** An empty builder. */
  public static Builder builder() {
    return new Builder();
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

  /** The slot that is read after the last step. */
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
    return new BlockMap(slots.stream().map(resized).toList(), blocks, output, injection, seed);
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
   * The fewest steps by which the input reaches the output slot, if it does: the shortest path of
   * blocks between them.
   */
  public Optional<Integer> shortestPathFromInput(String slot) {
    Set<String> reached = new HashSet<>(Set.of(input().name()));
    for (int steps = 1; steps < slots.size(); steps++) {
      Set<String> before = Set.copyOf(reached);
      blocks.stream().filter(b -> before.contains(b.from())).forEach(b -> reached.add(b.to()));
      if (reached.contains(slot)) {
        return Optional.of(steps);
      }
    }
    return Optional.empty();
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

  private String slotNames() {
    return slots.stream().map(s -> "'" + s.name() + "'").collect(Collectors.joining(", "));
  }

  private void check() {
    checkSlots();
    checkBlocks();
    if (output == null) {
      throw new IllegalArgumentException(
          "no output slot; name one of " + slotNames() + " with output(name)");
    }
    if (output().isInput()) {
      throw new IllegalArgumentException(
          "output: slot '" + output + "' is the input; choose a state slot");
    }
    if (shortestPathFromInput(output).isEmpty()) {
      throw new IllegalArgumentException(
          "output slot '"
              + output
              + "' cannot be reached from input slot '"
              + input().name()
              + "' in any number of steps; connect a slot that the input reaches to it");
    }
  }

  private void checkSlots() {
    List<String> inputs = slots.stream().filter(Slot::isInput).map(Slot::name).toList();
    if (inputs.size() != 1) {
      throw new IllegalArgumentException(
          "input slots: found " + inputs + ", expected exactly one; add it with input(name)");
    }
    Set<String> names = new HashSet<>();
    for (Slot slot : slots) {
      if (!names.add(slot.name())) {
        throw new IllegalArgumentException(
            "duplicate slot '" + slot.name() + "'; every slot needs a name of its own");
      }
    }
  }

  private void checkBlocks() {
    Set<String> seen = new HashSet<>();
    for (Block block : blocks) {
      Slot from = inBlock(block, () -> slot(block.from()));
      Slot to = inBlock(block, () -> slot(block.to()));
      if (to.isInput()) {
        throw new IllegalArgumentException(
            "block "
                + block.name()
                + ": slot '"
                + to.name()
                + "' is the input, which only tokens are written into; connect to a state slot");
      }
      if (!seen.add(block.name() + block.isTrainable())) {
        throw new IllegalArgumentException(
            "duplicate block "
                + block.name()
                + ": two slots can have one trained and one fixed block between them; merge the"
                + " patterns into one");
      }
      if (!from.isOpen()) {
        inBlock(
            block,
            () -> {
              block.sparsity().check(from.size(), to.size());
              return null;
            });
      }
    }
  }

  /** Runs a step about one block; an error names the block. */
  static <T> T inBlock(Block block, java.util.function.Supplier<T> step) {
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
      text.append(slot.name()).append(':').append(slot.isOpen() ? "?" : slot.size()).append(' ');
    }
    for (Block block : blocks) {
      text.append("| ").append(block.name()).append(' ').append(block.sparsity()).append(' ');
      if (!block.isTrainable()) {
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

  /** Collects slots and blocks; {@link #build()} checks the whole. */
  public static final class Builder {
    private final List<Slot> slots = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private String output;
    private Injection injection = Injection.HOLD;
    private long seed = DEFAULT_SEED;

    private Builder() {}

    /** The input slot, its size left open until DL4J infers it. */
    public Builder input(String name) {
      return add(new Slot(name, 0, true, null, false));
    }

    /**
     * The input slot.
     *
     * @param size units, at least 1
     */
    public Builder input(String name, int size) {
      if (size < 1) {
        throw new IllegalArgumentException(
            "slot '"
                + name
                + "': found size "
                + size
                + ", expected at least 1; input(name) leaves it open");
      }
      return add(new Slot(name, size, true, null, false));
    }

    /** A state slot with bias and the layer's activation. */
    public Builder state(String name, int size) {
      return state(name, size, (IActivation) null);
    }

    /** A state slot with bias and one of DL4J's activations. */
    public Builder state(String name, int size, Activation activation) {
      return state(name, size, activation.getActivationFunction());
    }

    /**
     * A state slot with bias and its own activation.
     *
     * @param activation null takes the layer's
     */
    public Builder state(String name, int size, IActivation activation) {
      return add(new Slot(name, size, false, activation, true));
    }

    /** A state slot without bias. */
    public Builder stateWithoutBias(String name, int size, IActivation activation) {
      return add(new Slot(name, size, false, activation, false));
    }

    /** Trained weights from one slot to another. */
    public Builder connect(String from, String to, Sparsity sparsity) {
      return add(new Block(from, to, sparsity, null));
    }

    /** Weights from one slot to another that are never trained. */
    public Builder connectFixed(String from, String to, Sparsity sparsity, FixedValues values) {
      if (values == null) {
        throw new IllegalArgumentException(
            "block " + from + "->" + to + ": a fixed block needs its values");
      }
      return add(new Block(from, to, sparsity, values));
    }

    /** Adds a slot as it is. */
    public Builder add(Slot slot) {
      slots.add(slot);
      return this;
    }

    /** Adds a block as it is. */
    public Builder add(Block block) {
      blocks.add(block);
      return this;
    }

    /** The slot that is read after the last step. */
    public Builder output(String name) {
      output = name;
      return this;
    }

    /** How long a token stays in the input slot; {@link Injection#HOLD} by default. */
    public Builder injection(Injection value) {
      injection = value;
      return this;
    }

    /** Seed of masks and fixed values; {@link BlockMap#DEFAULT_SEED} by default. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * The map.
     *
     * @throws IllegalArgumentException if it is wrong: the message names the slot or block, what
     *     was found, what was expected and what to do
     */
    public BlockMap build() {
      return new BlockMap(slots, blocks, output, injection, seed);
    }
  }
}
