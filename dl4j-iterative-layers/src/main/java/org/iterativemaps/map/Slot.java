package org.iterativemaps.map;

import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nd4j.linalg.activations.IActivation;

/**
 * A named part of the state z = [x, h, …, y]. With u the sum of all that arrives at it,
 *
 * <pre>    a = A( N(u) + b ),    z &lt;- U(z, a)</pre>
 *
 * normalisation N, bias b, activation A and update U being its own.
 *
 * @param name letters, digits, '.' and '-', beginning with a letter
 * @param size units, at most {@link #MAX_SIZE}; 0 leaves the input's size open until DL4J infers it
 * @param role who writes it, and whether it keeps its value between steps
 * @param activation A, applied after all that arrives has been summed; null takes the layer's;
 *     always null for the input
 * @param hasBias whether a trained bias is added before the activation; never for the input
 * @param normalisation N, of what arrives, before bias and activation
 * @param update U, how the new value is combined with the old one; a wire has no old one
 * @param origin what unrolling made this slot from; null if it did not. Names say nothing about it
 */
public record Slot(
    String name,
    int size,
    Role role,
    IActivation activation,
    boolean hasBias,
    Normalisation normalisation,
    Update update,
    Origin origin)
    implements Serializable {
  /** The most units of a slot: a hundred million. */
  public static final int MAX_SIZE = 100_000_000;

  /** Who writes a slot, and whether it keeps its value between steps. */
  public enum Role {
    /** Tokens are written into it, nothing else. */
    INPUT,
    /** Keeps its value from step to step; read by all blocks as it was before the step. */
    STATE,
    /**
     * Keeps nothing: its value is computed anew in every step, before the state slots, from the old
     * state and from wires added before it.
     */
    WIRE
  }

  // No '_': ComputationGraph.getParam splits "layer_parameter" at its last one.
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9.-]*");

  /**
   * The value of a looped map's slot after a step, which an unrolled map has a slot of its own for.
   *
   * @param slot name of the slot in the looped map
   * @param step 1 … K
   */
  public record Origin(String slot, int step) implements Serializable {
    /** Checks the step. */
    public Origin {
      if (slot == null || step < 1) {
        throw new IllegalArgumentException(
            "origin: found slot "
                + slot
                + " at step "
                + step
                + ", expected a slot at step 1 or more");
      }
    }
  }

  /** Checks name and size, and the parts against each other. */
  public Slot {
    if (name == null || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "slot name: found "
              + (name == null ? "null" : "'" + name + "'")
              + ", expected letters, digits, '.' and '-', beginning with a letter");
    }
    if (size < (role == Role.INPUT ? 0 : 1)) {
      throw new IllegalArgumentException(
          "slot '" + name + "': found size " + size + ", expected at least 1");
    }
    if (size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "slot '" + name + "': found size " + size + ", expected at most " + MAX_SIZE);
    }
    if (role == Role.INPUT && (activation != null || hasBias)) {
      throw new IllegalArgumentException(
          "slot '" + name + "': the input is an exact wire; it has no activation and no bias");
    }
    if (normalisation == null || update == null) {
      throw new IllegalArgumentException(
          "slot '"
              + name
              + "': found normalisation "
              + normalisation
              + " and update "
              + update
              + "; Normalisation.NONE and Update.replace() leave them out");
    }
    if (role == Role.INPUT && normalisation != Normalisation.NONE) {
      throw new IllegalArgumentException(
          "slot '" + name + "': the input is given from outside; normalise a wire that reads it");
    }
    if (role != Role.STATE && !update.equals(Update.replace())) {
      throw new IllegalArgumentException(
          "slot '" + name + "': it keeps no old value to update; make it a state slot");
    }
  }

  /** The slot that tokens are written into; size 0 leaves it open. */
  public static Slot input(String name, int size) {
    return new Slot(
        name, size, Role.INPUT, null, false, Normalisation.NONE, Update.replace(), null);
  }

  /** A slot that keeps its value between steps. */
  public static Slot state(String name, int size, IActivation activation, boolean hasBias) {
    return plain(name, size, Role.STATE, activation, hasBias);
  }

  /** A slot without memory. */
  public static Slot wire(String name, int size, IActivation activation, boolean hasBias) {
    return plain(name, size, Role.WIRE, activation, hasBias);
  }

  private static Slot plain(
      String name, int size, Role role, IActivation activation, boolean hasBias) {
    return new Slot(
        name, size, role, activation, hasBias, Normalisation.NONE, Update.replace(), null);
  }

  /** Whether tokens are written into it. */
  public boolean isInput() {
    return role == Role.INPUT;
  }

  /** Whether it keeps its value between steps. */
  public boolean isState() {
    return role == Role.STATE;
  }

  /** Whether it is computed anew in every step. */
  public boolean isWire() {
    return role == Role.WIRE;
  }

  /** Whether the size is still to be inferred. */
  public boolean isOpen() {
    return size == 0;
  }

  /** Whether it has a normalisation, whose gain is trained. */
  public boolean isNormalised() {
    return normalisation != Normalisation.NONE;
  }

  /** Whether nothing but sum, bias and activation makes its value. */
  public boolean isPlain() {
    return !isWire() && !isNormalised() && update.equals(Update.replace());
  }

  /** Names of the slots that gate its update. */
  public List<String> gates() {
    return Stream.of(update.keep(), update.write()).filter(gate -> gate != null).toList();
  }

  /** The same slot at another size. */
  public Slot withSize(int newSize) {
    return new Slot(name, newSize, role, activation, hasBias, normalisation, update, origin);
  }

  /** The same slot under another name. */
  public Slot withName(String newName) {
    return new Slot(newName, size, role, activation, hasBias, normalisation, update, origin);
  }

  /** The same slot with another activation; null takes the layer's. */
  public Slot with(IActivation newActivation) {
    return new Slot(name, size, role, newActivation, hasBias, normalisation, update, origin);
  }

  /** The same slot with another normalisation of what arrives. */
  public Slot with(Normalisation newNormalisation) {
    return new Slot(name, size, role, activation, hasBias, newNormalisation, update, origin);
  }

  /** The same slot with another update. */
  public Slot with(Update newUpdate) {
    return new Slot(name, size, role, activation, hasBias, normalisation, newUpdate, origin);
  }

  /** The same slot, made by unrolling or not (null). */
  public Slot with(Origin newOrigin) {
    return new Slot(name, size, role, activation, hasBias, normalisation, update, newOrigin);
  }
}
