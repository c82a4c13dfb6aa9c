package org.iterativemaps.map;

import java.io.Serializable;
import java.util.regex.Pattern;
import org.nd4j.linalg.activations.IActivation;

/**
 * A named part of the state z = [x, h, …, y].
 *
 * @param name letters, digits, '.' and '-', beginning with a letter
 * @param size units, at most {@link #MAX_SIZE}; 0 leaves the input's size open until DL4J infers it
 * @param isInput whether tokens are written into this slot
 * @param activation A of this slot, applied after all that arrives has been summed; null takes the
 *     layer's; always null for the input
 * @param hasBias whether a trained bias is added before the activation; never for the input
 * @param origin what unrolling made this slot from; null if it did not. Names say nothing about it
 */
public record Slot(
    String name, int size, boolean isInput, IActivation activation, boolean hasBias, Origin origin)
    implements Serializable {
  /** The most units of a slot: a hundred million. */
  public static final int MAX_SIZE = 100_000_000;

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

  /** A slot that was not made by unrolling. */
  public Slot(String name, int size, boolean isInput, IActivation activation, boolean hasBias) {
    this(name, size, isInput, activation, hasBias, null);
  }

  /** Checks name and size. */
  public Slot {
    if (name == null || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "slot name: found "
              + (name == null ? "null" : "'" + name + "'")
              + ", expected letters, digits, '.' and '-', beginning with a letter");
    }
    if (size < (isInput ? 0 : 1)) {
      throw new IllegalArgumentException(
          "slot '" + name + "': found size " + size + ", expected at least 1");
    }
    if (size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "slot '" + name + "': found size " + size + ", expected at most " + MAX_SIZE);
    }
    if (isInput && (activation != null || hasBias)) {
      throw new IllegalArgumentException(
          "slot '" + name + "': the input is an exact wire; it has no activation and no bias");
    }
  }

  /** Whether the size is still to be inferred. */
  public boolean isOpen() {
    return size == 0;
  }

  Slot withSize(int newSize) {
    return new Slot(name, newSize, isInput, activation, hasBias, origin);
  }
}
