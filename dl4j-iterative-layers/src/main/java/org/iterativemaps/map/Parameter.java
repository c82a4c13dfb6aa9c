package org.iterativemaps.map;

import java.io.Serializable;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * One vector of numbers that a map trains.
 *
 * @param key its name in DL4J and SameDiff: {@code W[from->to]}, {@code b[slot]}, {@code g[slot]},
 *     …
 * @param role what it is
 * @param mask of weights: which of W[to, from] exist, in the order of the vector; else null
 * @param length how many numbers
 * @param block index of the block that owns it, -1 if a slot does
 * @param slot index of the slot that owns it, -1 if a block does
 */
public record Parameter(String key, Role role, WeightMask mask, int length, int block, int slot)
    implements Serializable {

  /** What a parameter is: decides its first value, and what regularises it. */
  public enum Role {
    /** Weights of a block. */
    WEIGHT,
    /** Added; first 0, or the layer's bias. */
    BIAS,
    /** Multiplied after a normalisation; first 1. */
    GAIN
  }

  /**
   * What is known of a parameter before the sizes are.
   *
   * @param key its name in DL4J and SameDiff
   * @param role what it is
   */
  public record Name(String key, Role role) {}

  /** {@code symbol[owner]}: how every key is spelled. */
  public static String key(String symbol, String owner) {
    return symbol + "[" + owner + "]";
  }

  /** {@code W[from->to]}: the key of a linear block's weights. */
  public static String weightKey(String from, String to) {
    return key("W", from + "->" + to);
  }

  /** {@code b[slot]}: the key of a slot's bias. */
  public static String biasKey(String slot) {
    return key("b", slot);
  }

  /** {@code g[slot]}: the key of the gain of a slot's normalisation. */
  public static String gainKey(String slot) {
    return key("g", slot);
  }

  /** Weights of a block; the map that realizes it says of which. */
  static Parameter weights(String key, WeightMask mask) {
    return new Parameter(key, Role.WEIGHT, mask, mask.entryCount(), -1, -1);
  }

  static Parameter ofSlot(Role role, Slot slot, int index) {
    String symbol = role == Role.BIAS ? "b" : "g";
    return new Parameter(key(symbol, slot.name()), role, null, slot.size(), -1, index);
  }

  /** The same as part of a block, under another key. */
  Parameter within(int blockIndex, String newKey) {
    return new Parameter(newKey, role, mask, length, blockIndex, -1);
  }

  /**
   * Whether these are weights between slots, which an initialiser draws and hidden proportion
   * counts.
   */
  public boolean isWeight() {
    return role == Role.WEIGHT;
  }

  /**
   * Whether DL4J treats it as a weight: in regularisation, constraints, weight noise and the choice
   * of the updater. All but biases are, gains too, as in DL4J's layers with layer normalisation.
   */
  public boolean countsAsWeight() {
    return role != Role.BIAS;
  }

  /** Whether a block owns it; else a slot does. */
  public boolean isOfBlock() {
    return block >= 0;
  }

  /** Whether this is the bias of a slot. */
  public boolean isBias() {
    return role == Role.BIAS && !isOfBlock();
  }
}
