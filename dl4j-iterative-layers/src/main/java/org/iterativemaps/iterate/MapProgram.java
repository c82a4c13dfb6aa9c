package org.iterativemaps.iterate;

import java.util.List;
import java.util.Optional;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;

/**
 * What a kernel is asked to run: a realized map, the schedule of its steps, and an activation for
 * every slot but the input. Immutable.
 */
public final class MapProgram {
  private final RealizedMap realized;
  private final Iteration iteration;
  private final Schedule schedule;
  private final IActivation[] activations;
  private final MapProgram[] nested; // by block, null where it is no map
  private final int inputSlot;
  private final int outputSlot;

  private MapProgram(
      RealizedMap realized, Iteration iteration, Schedule schedule, IActivation defaultActivation) {
    BlockMap map = realized.map();
    this.realized = realized;
    this.iteration = iteration;
    this.schedule = schedule;
    this.inputSlot = map.indexOf(map.input().name());
    this.outputSlot = map.indexOf(map.output().name());
    this.activations = new IActivation[map.slots().size()];
    for (int i = 0; i < activations.length; i++) {
      if (i != inputSlot) {
        activations[i] = activation(map.slots().get(i), defaultActivation);
      }
    }
    this.nested = realized.blocks().stream().map(MapProgram::nested).toArray(MapProgram[]::new);
  }

  /** The slots of a nested map name their activations themselves. */
  private static MapProgram nested(RealizedBlock block) {
    if (!(block.block().function() instanceof BlockFunctions.Nested function)) {
      return null;
    }
    try {
      return singleToken(block.nested(), function.steps(), null);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "block " + block.block().name() + ", its nested map: " + e.getMessage(), e);
    }
  }

  /**
   * One token per run, from a state of zeros.
   *
   * @param realized the map
   * @param iteration how often the map is applied
   * @param defaultActivation for slots that name none
   * @throws IllegalArgumentException if the output cannot be reached in K steps, the map has
   *     nothing to settle at, or an activation cannot be used
   */
  public static MapProgram singleToken(
      RealizedMap realized, Iteration iteration, IActivation defaultActivation) {
    Schedule schedule = Schedule.singleToken(realized.map(), iteration);
    return new MapProgram(realized, iteration, schedule, defaultActivation);
  }

  /** As {@link #singleToken(RealizedMap, Iteration, IActivation)}, with K steps. */
  public static MapProgram singleToken(
      RealizedMap realized, int steps, IActivation defaultActivation) {
    return singleToken(realized, Iteration.steps(steps), defaultActivation);
  }

  /**
   * Sequences of tokens with the state carried between them.
   *
   * @param realized the map
   * @param iteration how often the map is applied to a token
   * @param defaultActivation for slots that name none
   * @throws IllegalArgumentException if the map has nothing to settle at, or an activation cannot
   *     be used
   */
  public static MapProgram sequence(
      RealizedMap realized, Iteration iteration, IActivation defaultActivation) {
    Schedule schedule = Schedule.sequence(realized.map(), iteration);
    return new MapProgram(realized, iteration, schedule, defaultActivation);
  }

  /** As {@link #sequence(RealizedMap, Iteration, IActivation)}, with K steps. */
  public static MapProgram sequence(
      RealizedMap realized, int steps, IActivation defaultActivation) {
    return sequence(realized, Iteration.steps(steps), defaultActivation);
  }

  /** The same map and activations, one step per token of a sequence. */
  public MapProgram withOneStep() {
    return new MapProgram(this);
  }

  private MapProgram(MapProgram other) {
    this.realized = other.realized;
    this.iteration = Iteration.steps(1);
    this.schedule = Schedule.sequence(realized.map(), 1);
    this.activations = other.activations;
    this.nested = other.nested;
    this.inputSlot = other.inputSlot;
    this.outputSlot = other.outputSlot;
  }

  private static IActivation activation(Slot slot, IActivation defaultActivation) {
    IActivation activation = slot.activation() != null ? slot.activation() : defaultActivation;
    if (activation == null) {
      throw new IllegalArgumentException(
          "slot '" + slot.name() + "': no activation; name one for the slot or for the layer");
    }
    obstacle(activation)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("slot '" + slot.name() + "': " + reason);
            });
    return StableActivations.sameFunction(activation);
  }

  /**
   * What a block runs that is a nested map: its steps on one token.
   *
   * @param block index of the block
   */
  public MapProgram nested(int block) {
    return nested[block];
  }

  /** Why no slot can have an activation; empty if one can. */
  public static Optional<String> obstacle(IActivation activation) {
    return activation instanceof ActivationRReLU
        ? Optional.of(
            "RReLU keeps one random slope between its forward and backward call, which a slot"
                + " applied several times cannot; use LEAKYRELU")
        : Optional.empty();
  }

  /** Masks, fixed values and parameter order. */
  public RealizedMap realized() {
    return realized;
  }

  /** How often the map is applied to a token. */
  public Iteration iteration() {
    return iteration;
  }

  /** What is computed in which step; of a loop that settles, in one. */
  public Schedule schedule() {
    return schedule;
  }

  /** Activation of a slot: the one that was given, or {@link StableActivations#sameFunction}. */
  public IActivation activation(int slot) {
    return activations[slot];
  }

  /** Index of the input slot. */
  public int inputSlot() {
    return inputSlot;
  }

  /** Index of the output slot. */
  public int outputSlot() {
    return outputSlot;
  }

  /** Units of a slot. */
  public int size(int slot) {
    return realized.map().slots().get(slot).size();
  }

  /** All slots, by index. */
  public List<Slot> slots() {
    return realized.map().slots();
  }
}
