package org.iterativemaps.map;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/** Collects slots and blocks; {@link #build()} checks the whole. */
public final class BlockMapBuilder {
  /** What the name of the wire of a {@link #trainedLeak} has behind the slot's. */
  public static final String LEAK_SUFFIX = ".keep";

  private final List<Slot> slots = new ArrayList<>();
  private final List<Block> blocks = new ArrayList<>();
  private String output;
  private Injection injection = Injection.HOLD;
  private long seed = BlockMap.DEFAULT_SEED;

  BlockMapBuilder() {}

  /** The input slot, its size left open until DL4J infers it. */
  public BlockMapBuilder input(String name) {
    return add(Slot.input(name, 0));
  }

  /**
   * The input slot.
   *
   * @param size units, at least 1
   */
  public BlockMapBuilder input(String name, int size) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "slot '"
              + name
              + "': found size "
              + size
              + ", expected at least 1; input(name) leaves it open");
    }
    return add(Slot.input(name, size));
  }

  /** A state slot with bias and the layer's activation. */
  public BlockMapBuilder state(String name, int size) {
    return state(name, size, (IActivation) null);
  }

  /** A state slot with bias and one of DL4J's activations. */
  public BlockMapBuilder state(String name, int size, Activation activation) {
    return state(name, size, activation.getActivationFunction());
  }

  /**
   * A state slot with bias and its own activation.
   *
   * @param activation null takes the layer's
   */
  public BlockMapBuilder state(String name, int size, IActivation activation) {
    return add(Slot.state(name, size, activation, true));
  }

  /** A state slot without bias. */
  public BlockMapBuilder stateWithoutBias(String name, int size, IActivation activation) {
    return add(Slot.state(name, size, activation, false));
  }

  /** A state slot without bias. */
  public BlockMapBuilder stateWithoutBias(String name, int size, Activation activation) {
    return stateWithoutBias(name, size, activation.getActivationFunction());
  }

  /** A slot without memory, with bias: see {@link Slot.Role#WIRE}. */
  public BlockMapBuilder wire(String name, int size, Activation activation) {
    return wire(name, size, activation.getActivationFunction());
  }

  /** A slot without memory, with bias: see {@link Slot.Role#WIRE}. */
  public BlockMapBuilder wire(String name, int size, IActivation activation) {
    return add(Slot.wire(name, size, activation, true));
  }

  /** A slot without memory and without bias: see {@link Slot.Role#WIRE}. */
  public BlockMapBuilder wireWithoutBias(String name, int size, Activation activation) {
    return wireWithoutBias(name, size, activation.getActivationFunction());
  }

  /** A slot without memory and without bias: see {@link Slot.Role#WIRE}. */
  public BlockMapBuilder wireWithoutBias(String name, int size, IActivation activation) {
    return add(Slot.wire(name, size, activation, false));
  }

  /** Trained weights from one slot to another. */
  public BlockMapBuilder connect(String from, String to, Sparsity sparsity) {
    return connect(from, to, BlockFunctions.linear(sparsity));
  }

  /** Any function from one slot to another. */
  public BlockMapBuilder connect(String from, String to, BlockFunction function) {
    return connect(List.of(from), to, function);
  }

  /** Any function from several slots to one. */
  public BlockMapBuilder connect(List<String> from, String to, BlockFunction function) {
    return add(new Block(from, to, function));
  }

  /** Weights from one slot to another that are never trained. */
  public BlockMapBuilder connectFixed(
      String from, String to, Sparsity sparsity, WeightValues values) {
    if (values == null) {
      throw new IllegalArgumentException(
          "block " + from + "->" + to + ": a fixed block needs its values");
    }
    return connect(from, to, BlockFunctions.fixed(sparsity, values));
  }

  /**
   * How what arrives at a slot is normalised.
   *
   * @throws IllegalArgumentException if the slot was not added before, or is the input
   */
  public BlockMapBuilder normalise(String slot, Normalisation normalisation) {
    return replace(slot, s -> s.with(normalisation));
  }

  /**
   * How the new value of a state slot is combined with the old one.
   *
   * @throws IllegalArgumentException if the slot was not added before, or is no state slot
   */
  public BlockMapBuilder update(String slot, Update update) {
    return replace(slot, s -> s.with(update));
  }

  /**
   * A leak rate per unit that is trained: with a the activated value of a state slot and b a
   * trained vector, z' = g z + (1 - g) a with g = sigmoid(b). The vector is the bias of a wire of
   * its own, named as the slot with {@link #LEAK_SUFFIX} behind; it starts at 0, a rate of 1/2,
   * unless the layer's {@code biasInit} of that wire says log((1 - r) / r) for a rate r.
   *
   * <p>{@link Update#leaky} is a rate that is not trained.
   *
   * @throws IllegalArgumentException if the slot was not added before, or is no state slot
   */
  public BlockMapBuilder trainedLeak(String slot) {
    String gate = slot + LEAK_SUFFIX;
    update(slot, Update.gated(gate));
    int size = slots.stream().filter(s -> s.name().equals(slot)).findFirst().orElseThrow().size();
    return wire(gate, size, Activation.SIGMOID);
  }

  private BlockMapBuilder replace(String name, UnaryOperator<Slot> change) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).name().equals(name)) {
        slots.set(i, change.apply(slots.get(i)));
        return this;
      }
    }
    throw new IllegalArgumentException(
        "unknown slot '"
            + name
            + "'; so far there are "
            + slots.stream().map(Slot::name).toList()
            + ". Add it before this line");
  }

  /** Adds a slot as it is. */
  public BlockMapBuilder add(Slot slot) {
    slots.add(slot);
    return this;
  }

  /** Adds a block as it is. */
  public BlockMapBuilder add(Block block) {
    blocks.add(block);
    return this;
  }

  /** The slot that is read after the last step. */
  public BlockMapBuilder output(String name) {
    output = name;
    return this;
  }

  /** How long a token stays in the input slot; {@link Injection#HOLD} by default. */
  public BlockMapBuilder injection(Injection value) {
    injection = value;
    return this;
  }

  /** Seed of masks and fixed values; {@link BlockMap#DEFAULT_SEED} by default. */
  public BlockMapBuilder seed(long value) {
    seed = value;
    return this;
  }

  /**
   * The map.
   *
   * @throws IllegalArgumentException if it is wrong: the message names the slot or block, what was
   *     found, what was expected and what to do
   */
  public BlockMap build() {
    return new BlockMap(slots, blocks, output, injection, seed);
  }
}
