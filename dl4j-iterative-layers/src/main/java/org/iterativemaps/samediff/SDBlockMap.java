package org.iterativemaps.samediff;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Slot;

/**
 * A block map whose blocks are any functions.
 *
 * <p>One step computes, for every wire in the order they were added and then for every state slot,
 *
 * <pre>
 *   u_i   =   sum_j F_ij(z_j)                      all reads from the old state, or from a wire
 *   a_i   =   A_i( N_i(u_i) + b_i )                normalisation, bias, activation
 *   z_i  &lt;-  U_i( z_i, a_i )                       replaced, added to, or gated
 * </pre>
 *
 * <p>With linear blocks, no normalisation and plain replacement it is a {@link BlockMap}, and
 * {@link #of} makes it one. A <em>wire</em> is a slot without memory: writing its function out
 * where it is read gives back a map of state slots alone, so wires add convenience, not power.
 *
 * <pre>{@code
 * SDBlockMap gru = SDBlockMap.builder()
 *     .input("x", 8)
 *     .wire("r", 16, Activation.SIGMOID)
 *     .wire("u", 16, Activation.SIGMOID)
 *     .wireWithoutBias("s", 16, Activation.IDENTITY)
 *     .state("h", 16, Activation.TANH)
 *     .connect("x", "r", Sparsity.dense()).connect("h", "r", Sparsity.dense())
 *     .connect("x", "u", Sparsity.dense()).connect("h", "u", Sparsity.dense())
 *     .connect(List.of("r", "h"), "s", SDBlocks.product())
 *     .connect("x", "h", Sparsity.dense()).connect("s", "h", Sparsity.dense())
 *     .update("h", Update.gated("u"))
 *     .output("h")
 *     .build();
 * }</pre>
 *
 * <p>Immutable. Source: arXiv:2404.00880, definition 1 and the sections on nonlinear blocks.
 */
public final class SDBlockMap implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How deep maps may be nested, the outermost one counted. */
  public static final int MAX_DEPTH = 32;

  // Lists of List.copyOf: serialisable, though their declared type does not say so.
  @SuppressWarnings("serial")
  private final List<SDSlot> slots;

  @SuppressWarnings("serial")
  private final List<SDConnection> connections;

  private final String output;
  private final Injection injection;
  private final long seed;
  private final int depth; // 1 without nested maps
  private final double operations; // of one step, those of nested maps in all their steps

  SDBlockMap(
      List<SDSlot> slots,
      List<SDConnection> connections,
      String output,
      Injection injection,
      long seed) {
    this.slots = List.copyOf(slots);
    this.connections = List.copyOf(connections);
    this.output = output;
    this.injection = injection;
    this.seed = seed;
    int deepest = 0;
    double count = slots.size();
    for (SDConnection connection : connections) {
      if (connection.block() instanceof SDBlocks.Nested nested) {
        deepest = Math.max(deepest, nested.map().depth);
        count += nested.steps() * nested.map().operations;
      }
      count++;
    }
    this.depth = deepest + 1;
    this.operations = count;
    check();
  }

  /** An empty builder. */
  public static SDBlockMapBuilder builder() {
    return new SDBlockMapBuilder();
  }

  /** A linear map: the same slots, blocks, masks and fixed values. */
  public static SDBlockMap of(BlockMap map) {
    List<SDConnection> connections = new ArrayList<>();
    for (Block block : map.blocks()) {
      connections.add(
          new SDConnection(
              List.of(block.from()),
              block.to(),
              new SDBlocks.Linear(block.sparsity(), block.fixedValues())));
    }
    return new SDBlockMap(
        map.slots().stream().map(SDSlot::of).toList(),
        connections,
        map.output().name(),
        map.injection(),
        map.seed());
  }

  /** All slots in the order they were added. */
  public List<SDSlot> slots() {
    return slots;
  }

  /** All blocks in the order they were added. */
  public List<SDConnection> connections() {
    return connections;
  }

  /** The slot that tokens are written into. */
  public Slot input() {
    return slots.stream().filter(SDSlot::isInput).findFirst().orElseThrow().slot();
  }

  /** The state slot that is read after the last step. */
  public Slot output() {
    return slot(output).slot();
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
  public SDSlot slot(String name) {
    return slots.stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown slot '"
                        + name
                        + "'; the map has "
                        + slots.stream().map(SDSlot::name).toList()
                        + ". Add it before using it"));
  }

  /** Names of the slots whose values are handed from step to step. */
  public List<String> stateSlots() {
    return slots.stream().filter(SDSlot::isState).map(SDSlot::name).toList();
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
  public SDBlockMap withInputSize(int size) {
    return withSlotSize(input().name(), size);
  }

  /**
   * The same map with a slot at another size; masks of the blocks at this slot are drawn anew.
   *
   * @throws IllegalArgumentException if there is no such slot, or the size does not fit a block
   */
  public SDBlockMap withSlotSize(String name, int size) {
    Slot old = slot(name).slot();
    if (old.size() == size) {
      return this;
    }
    Slot resized = new Slot(name, size, old.isInput(), old.activation(), old.hasBias());
    UnaryOperator<SDSlot> other = s -> s.name().equals(name) ? s.with(resized) : s;
    return new SDBlockMap(slots.stream().map(other).toList(), connections, output, injection, seed);
  }

  /**
   * All that is trained: the weights of the blocks in their order, then gains and biases in the
   * order of the slots. For a linear map the parameters of the {@link
   * org.iterativemaps.map.RealizedMap}, in its order.
   *
   * @throws IllegalStateException if the input's size is still open
   * @throws IllegalArgumentException if a random pattern left no weight at all
   */
  public List<SDParameter> parameters() {
    if (isOpen()) {
      throw new IllegalStateException(
          "the size of input slot '"
              + input().name()
              + "' is still open; give it with input(name, size), nIn(…) or setInputType(…)");
    }
    List<SDParameter> weights = new ArrayList<>();
    List<SDParameter> others = new ArrayList<>();
    for (SDConnection connection : connections) {
      for (SDParameter p :
          inBlock(connection, () -> connection.block().parameters(site(connection)))) {
        (p.isWeight() ? weights : others).add(p);
      }
    }
    for (SDSlot slot : slots) {
      if (slot.normalisation() != Normalisation.NONE) {
        others.add(SDParameter.vector(gainKey(slot.name()), SDParameter.Role.GAIN, slot.size()));
      }
      if (slot.slot().hasBias()) {
        others.add(SDParameter.vector(biasKey(slot.name()), SDParameter.Role.BIAS, slot.size()));
      }
    }
    return Stream.concat(weights.stream(), others.stream()).toList();
  }

  /** {@code W[from->to]}: the key of a linear block's weights. */
  public static String weightKey(String from, String to) {
    return "W[" + from + "->" + to + "]";
  }

  /** {@code b[slot]}: the key of a slot's bias. */
  public static String biasKey(String slot) {
    return "b[" + slot + "]";
  }

  /** {@code g[slot]}: the key of the gain of a slot's normalisation. */
  public static String gainKey(String slot) {
    return "g[" + slot + "]";
  }

  /** Whether a block's weights take part in reading the input. */
  boolean readsInput(SDParameter parameter) {
    return connections.stream()
        .filter(c -> c.from().contains(input().name()))
        .anyMatch(c -> parameter.key().endsWith("[" + c.name() + "]"));
  }

  /** A block that cannot be written into a DL4J configuration, if there is one. */
  Optional<SDConnection> unsavable() {
    return connections.stream().filter(c -> !SDBlockMapJson.canWrite(c.block())).findFirst();
  }

  BlockSite site(SDConnection connection) {
    return new BlockSite(
        connection.from().stream().map(name -> slot(name).slot()).toList(),
        slot(connection.to()).slot(),
        seed);
  }

  /** Evaluations of blocks and slots in one step. */
  double operations() {
    return operations;
  }

  private void check() {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "nested maps: found " + depth + " within each other, expected at most " + MAX_DEPTH);
    }
    Set<String> names = new HashSet<>();
    for (SDSlot slot : slots) {
      if (!names.add(slot.name())) {
        throw new IllegalArgumentException(
            "duplicate slot '" + slot.name() + "'; every slot needs a name of its own");
      }
    }
    List<String> inputs = slots.stream().filter(SDSlot::isInput).map(SDSlot::name).toList();
    if (inputs.size() != 1) {
      throw new IllegalArgumentException(
          "input slots: found " + inputs + ", expected exactly one; add it with input(name)");
    }
    Set<String> blocks = new HashSet<>();
    for (SDConnection connection : connections) {
      check(connection);
      if (!blocks.add(connection.name() + connection.block().getClass() + isFixed(connection))) {
        throw new IllegalArgumentException(
            "duplicate block "
                + connection.name()
                + ": two of one kind between the same slots share their parameters' names; merge"
                + " them, or put a wire in between");
      }
    }
    slots.forEach(this::checkGates);
    if (output == null || !slot(output).isState()) {
      throw new IllegalArgumentException(
          "output: found "
              + (output == null ? "none" : "slot '" + output + "', which keeps no state")
              + "; name one of the state slots "
              + stateSlots()
              + " with output(name)");
    }
    if (!reachesOutput()) {
      throw new IllegalArgumentException(
          "output slot '"
              + output
              + "' cannot be reached from input slot '"
              + input().name()
              + "' in any number of steps; connect a slot that the input reaches to it");
    }
  }

  private static boolean isFixed(SDConnection connection) {
    return connection.block() instanceof SDBlocks.Linear linear && linear.values() != null;
  }

  private void check(SDConnection connection) {
    inBlock(
        connection,
        () -> {
          if (connection.from().size() != connection.block().sources()) {
            throw new IllegalArgumentException(
                "found "
                    + connection.from().size()
                    + " sources, but the function takes "
                    + connection.block().sources());
          }
          SDSlot to = slot(connection.to());
          if (to.isInput()) {
            throw new IllegalArgumentException(
                "slot '"
                    + to.name()
                    + "' is the input, which only tokens are written into; connect to another");
          }
          connection.from().forEach(from -> checkOrder(from, to));
          connection.block().check(site(connection));
          return null;
        });
  }

  /** A wire reads only wires before it. */
  private void checkOrder(String from, SDSlot to) {
    SDSlot source = slot(from);
    if (source.isWire() && to.isWire() && slots.indexOf(source) >= slots.indexOf(to)) {
      throw new IllegalArgumentException(
          "wire '"
              + to.name()
              + "' reads wire '"
              + from
              + "', which is not there yet; add '"
              + from
              + "' before it, or make one of them a state slot");
    }
  }

  private void checkGates(SDSlot slot) {
    for (String gate : gates(slot)) {
      if (slot(gate).size() != slot.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "slot '%s' has %d units, its gate '%s' %d; expected the same",
                slot.name(),
                slot.size(),
                gate,
                slot(gate).size()));
      }
    }
  }

  static List<String> gates(SDSlot slot) {
    return Stream.of(slot.update().keep(), slot.update().write())
        .filter(gate -> gate != null)
        .toList();
  }

  private boolean reachesOutput() {
    Set<String> reached = new HashSet<>(Set.of(input().name()));
    boolean grew = true;
    while (grew) {
      grew = false;
      for (SDConnection connection : connections) {
        if (connection.from().stream().anyMatch(reached::contains)) {
          grew |= reached.add(connection.to());
        }
      }
      for (SDSlot slot : slots) {
        if (gates(slot).stream().anyMatch(reached::contains)) {
          grew |= reached.add(slot.name());
        }
      }
    }
    return reached.contains(output);
  }

  /** Runs something about one block; an error names the block. */
  static <T> T inBlock(SDConnection connection, Supplier<T> step) {
    try {
      return step.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("block " + connection.name() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SDBlockMap that
        && slots.equals(that.slots)
        && connections.equals(that.connections)
        && output.equals(that.output)
        && injection == that.injection
        && seed == that.seed;
  }

  @Override
  public int hashCode() {
    return 31 * slots.hashCode() + connections.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("SDBlockMap[");
    for (SDSlot slot : slots) {
      text.append(slot.name()).append(':').append(slot.slot().isOpen() ? "?" : slot.size());
      text.append(slot.isWire() ? " (wire) " : " ");
    }
    for (SDConnection connection : connections) {
      text.append("| ").append(connection.name()).append(' ').append(connection.block());
    }
    return text.append(" | output ")
        .append(output)
        .append(" | ")
        .append(injection)
        .append(" | seed ")
        .append(seed)
        .append(']')
        .toString();
  }
}
