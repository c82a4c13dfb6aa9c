package org.iterativemaps.samediff;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.FixedValues;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/** Collects slots and blocks of an {@link SDBlockMap}; {@link #build()} checks the whole. */
public final class SDBlockMapBuilder {
  private final List<SDSlot> slots = new ArrayList<>();
  private final List<SDConnection> connections = new ArrayList<>();
  private String output;
  private Injection injection = Injection.HOLD;
  private long seed = BlockMap.DEFAULT_SEED;

  SDBlockMapBuilder() {}

  /** The input slot, its size left open until a layer infers it. */
  public SDBlockMapBuilder input(String name) {
    return add(SDSlot.of(new Slot(name, 0, true, null, false)));
  }

  /**
   * The input slot.
   *
   * @param size units, at least 1
   */
  public SDBlockMapBuilder input(String name, int size) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "slot '" + name + "': found size " + size + ", expected at least 1");
    }
    return add(SDSlot.of(new Slot(name, size, true, null, false)));
  }

  /** A state slot with bias. */
  public SDBlockMapBuilder state(String name, int size, Activation activation) {
    return add(SDSlot.of(slot(name, size, activation, true)));
  }

  /** A state slot without bias. */
  public SDBlockMapBuilder stateWithoutBias(String name, int size, Activation activation) {
    return add(SDSlot.of(slot(name, size, activation, false)));
  }

  /** A slot without memory, with bias: see {@link SDBlockMap}. */
  public SDBlockMapBuilder wire(String name, int size, Activation activation) {
    return wire(name, size, activation.getActivationFunction());
  }

  /** A slot without memory, with bias: see {@link SDBlockMap}. */
  public SDBlockMapBuilder wire(String name, int size, IActivation activation) {
    return add(wire(new Slot(name, size, false, activation, true)));
  }

  /** A slot without memory and without bias: see {@link SDBlockMap}. */
  public SDBlockMapBuilder wireWithoutBias(String name, int size, Activation activation) {
    return wireWithoutBias(name, size, activation.getActivationFunction());
  }

  /** A slot without memory and without bias: see {@link SDBlockMap}. */
  public SDBlockMapBuilder wireWithoutBias(String name, int size, IActivation activation) {
    return add(wire(new Slot(name, size, false, activation, false)));
  }

  private static Slot slot(String name, int size, Activation activation, boolean hasBias) {
    return new Slot(name, size, false, activation.getActivationFunction(), hasBias);
  }

  private static SDSlot wire(Slot slot) {
    return new SDSlot(slot, true, Normalisation.NONE, Update.replace());
  }

  /** Adds a slot as it is. */
  public SDBlockMapBuilder add(SDSlot slot) {
    slots.add(slot);
    return this;
  }

  /** Trained weights from one slot to another. */
  public SDBlockMapBuilder connect(String from, String to, Sparsity sparsity) {
    return connect(from, to, SDBlocks.linear(sparsity));
  }

  /** Weights from one slot to another that are never trained. */
  public SDBlockMapBuilder connectFixed(
      String from, String to, Sparsity sparsity, FixedValues values) {
    return connect(from, to, SDBlocks.fixed(sparsity, values));
  }

  /** Any function from one slot to another. */
  public SDBlockMapBuilder connect(String from, String to, SDBlock block) {
    return connect(List.of(from), to, block);
  }

  /** Any function from several slots to one. */
  public SDBlockMapBuilder connect(List<String> from, String to, SDBlock block) {
    connections.add(new SDConnection(from, to, block));
    return this;
  }

  /**
   * How what arrives at a slot is normalised.
   *
   * @throws IllegalArgumentException if the slot was not added before
   */
  public SDBlockMapBuilder normalise(String slot, Normalisation normalisation) {
    int place = place(slot);
    slots.set(place, slots.get(place).with(normalisation));
    return this;
  }

  /**
   * How the new value of a state slot is combined with the old one.
   *
   * @throws IllegalArgumentException if the slot was not added before, or is no state slot
   */
  public SDBlockMapBuilder update(String slot, Update update) {
    int place = place(slot);
    slots.set(place, slots.get(place).with(update));
    return this;
  }

  private int place(String name) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "unknown slot '"
            + name
            + "'; so far there are "
            + slots.stream().map(SDSlot::name).toList()
            + ". Add it before this line");
  }

  /** The state slot that is read after the last step. */
  public SDBlockMapBuilder output(String name) {
    output = name;
    return this;
  }

  /** How long a token stays in the input slot; {@link Injection#HOLD} by default. */
  public SDBlockMapBuilder injection(Injection value) {
    injection = value;
    return this;
  }

  /** Seed of masks and fixed values; {@link BlockMap#DEFAULT_SEED} by default. */
  public SDBlockMapBuilder seed(long value) {
    seed = value;
    return this;
  }

  /**
   * The map.
   *
   * @throws IllegalArgumentException if it is wrong: the message names the slot or block, what was
   *     found, what was expected and what to do
   */
  public SDBlockMap build() {
    return new SDBlockMap(slots, connections, output, injection, seed);
  }
}
