package org.iterativemaps.lanes;

/**
 * Which weights of a block exist: cells (to, from) of a rectangle of target units by source units,
 * in compressed sparse rows. Weights W[to, from] that exist are entries, numbered 0 … entryCount-1
 * by target unit and then by source unit.
 *
 * <p>Blocks and their layouts ask for it when they are made and when weights are loaded, products
 * never. It must not change.
 */
public interface Mask {
  /** The most entries there can be: what a Java array can hold. */
  int MOST_ENTRIES = Integer.MAX_VALUE - 8;

  /** Units of the source slot, at least 1. */
  int fromSize();

  /** Units of the target slot, at least 1. */
  int toSize();

  /** How many weights exist. */
  int entryCount();

  /**
   * The first entry of a target unit.
   *
   * @param to a target unit, 0 … toSize; toSize gives the entry count
   */
  int targetStart(int to);

  /**
   * The source unit of an entry, ascending within a target unit.
   *
   * @param entry 0 … entryCount-1
   */
  int source(int entry);

  /** Existing weights as a fraction of all cells, in [0, 1]. */
  default double density() {
    return entryCount() / ((double) fromSize() * toSize());
  }

  /** Whether every cell exists. */
  default boolean isDense() {
    return entryCount() == (long) fromSize() * toSize();
  }

  /** Whether each unit is connected to itself and to no other. */
  default boolean isDiagonal() {
    if (fromSize() != toSize() || entryCount() != toSize()) {
      return false;
    }
    for (int i = 0; i < toSize(); i++) {
      if (targetStart(i) != i || source(i) != i) {
        return false;
      }
    }
    return true;
  }
}
