package org.iterativemaps.kernel;

import java.util.List;
import org.iterativemaps.activations.StableActivations;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Schedule;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;

/**
 * What a kernel is asked to run: a realized map, the schedule of its steps, and an activation for
 * every state slot. Immutable.
 */
public final class MapProgram {
  private final RealizedMap realized;
  private final Schedule schedule;
  private final IActivation[] activations;
  private final int inputSlot;
  private final int outputSlot;

  private MapProgram(RealizedMap realized, Schedule schedule, IActivation defaultActivation) {
    BlockMap map = realized.map();
    this.realized = realized;
    this.schedule = schedule;
    this.inputSlot = map.indexOf(map.input().name());
    this.outputSlot = map.indexOf(map.output().name());
    this.activations = new IActivation[map.slots().size()];
    for (int i = 0; i < activations.length; i++) {
      if (i != inputSlot) {
        activations[i] = activation(map.slots().get(i), defaultActivation);
      }
    }
  }

  /**
   * One token per run, from a state of zeros.
   *
   * @param realized the map
   * @param steps K, at least 1
   * @param defaultActivation for slots that name none
   * @throws IllegalArgumentException if the output cannot be reached in K steps, or an activation
   *     cannot be used
   */
  public static MapProgram singleToken(
      RealizedMap realized, int steps, IActivation defaultActivation) {
    return new MapProgram(realized, Schedule.singleToken(realized.map(), steps), defaultActivation);
  }

  /**
   * Sequences of tokens with the state carried between them.
   *
   * @param realized the map
   * @param steps K per token, at least 1
   * @param defaultActivation for slots that name none
   * @throws IllegalArgumentException if steps is below 1, or an activation cannot be used
   */
  public static MapProgram sequence(
      RealizedMap realized, int steps, IActivation defaultActivation) {
    return new MapProgram(realized, Schedule.sequence(realized.map(), steps), defaultActivation);
  }

  /** The same map and activations, one step per token of a sequence. */
  MapProgram withOneStep() {
    return new MapProgram(this);
  }

  private MapProgram(MapProgram other) {
    this.realized = other.realized;
    this.schedule = Schedule.sequence(realized.map(), 1);
    this.activations = other.activations;
    this.inputSlot = other.inputSlot;
    this.outputSlot = other.outputSlot;
  }

  private static IActivation activation(Slot slot, IActivation defaultActivation) {
    IActivation activation = slot.activation() != null ? slot.activation() : defaultActivation;
    if (activation == null) {
      throw new IllegalArgumentException(
          "slot '" + slot.name() + "': no activation; name one for the slot or for the layer");
    }
    if (activation instanceof ActivationRReLU) {
      throw new IllegalArgumentException(
          "slot '"
              + slot.name()
              + "': RReLU keeps one random slope between its forward and backward call, which a slot"
              + " applied several times cannot; use LEAKYRELU");
    }
    return StableActivations.sameFunction(activation);
  }

  /** Masks, fixed values and parameter order. */
  public RealizedMap realized() {
    return realized;
  }

  /** What is computed in which step. */
  public Schedule schedule() {
    return schedule;
  }

  /**
   * Activation of a state slot: the one that was given, or {@link StableActivations#sameFunction}.
   */
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
