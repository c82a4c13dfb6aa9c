package org.iterativemaps.samediff;

import java.io.Serializable;
import org.iterativemaps.map.Slot;

/**
 * A slot of an {@link SDBlockMap}.
 *
 * @param slot name, size, activation and bias
 * @param isWire whether it keeps nothing between steps: its value is computed anew in every step,
 *     before the state slots, from the old state and from wires added before it
 * @param normalisation of what arrives, before bias and activation
 * @param update how the new value is combined with the old one; a wire has none
 */
public record SDSlot(Slot slot, boolean isWire, Normalisation normalisation, Update update)
    implements Serializable {

  /**
   * Checks the parts against each other.
   *
   * @throws IllegalArgumentException if an input or a wire is given what only state slots have
   */
  public SDSlot {
    if (slot.isInput() && (isWire || normalisation != Normalisation.NONE)) {
      throw new IllegalArgumentException(
          "slot '"
              + slot.name()
              + "': the input is given from outside; normalise a wire that reads it");
    }
    if ((slot.isInput() || isWire) && update.kind() != Update.Kind.REPLACE) {
      throw new IllegalArgumentException(
          "slot '"
              + slot.name()
              + "': found update "
              + update.kind()
              + " on "
              + (isWire ? "a wire" : "the input")
              + ", which has no old value; make it a state slot");
    }
  }

  static SDSlot of(Slot slot) {
    return new SDSlot(slot, false, Normalisation.NONE, Update.replace());
  }

  /** Its name. */
  public String name() {
    return slot.name();
  }

  /** Its units; 0 for an input whose size is still open. */
  public int size() {
    return slot.size();
  }

  /** Whether tokens are written into it. */
  public boolean isInput() {
    return slot.isInput();
  }

  /** Whether its value is handed from step to step. */
  public boolean isState() {
    return !isInput() && !isWire;
  }

  SDSlot with(Normalisation other) {
    return new SDSlot(slot, isWire, other, update);
  }

  SDSlot with(Update other) {
    return new SDSlot(slot, isWire, normalisation, other);
  }

  SDSlot with(Slot other) {
    return new SDSlot(other, isWire, normalisation, update);
  }
}
