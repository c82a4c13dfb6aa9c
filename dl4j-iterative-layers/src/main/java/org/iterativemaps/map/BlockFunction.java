package org.iterativemaps.map;

import java.io.Serializable;
import java.util.List;

/**
 * What a block computes: a function from slot j, or from several slots, to slot i, as plain data.
 * What arrives at a slot from all its blocks is summed before normalisation, bias and activation.
 *
 * <p>Source: arXiv:2404.00880, definition 1 (block nonlinear function). {@link BlockFunctions} has
 * those that kernels know; how one is computed is the kernels' business.
 */
public interface BlockFunction extends Serializable {

  /** How many slots it reads, at least 1. */
  default int sources() {
    return 1;
  }

  /**
   * Checks that it fits between its slots.
   *
   * @param site sizes that are known; the input's may still be 0
   * @throws IllegalArgumentException if it does not fit; the caller adds the block's name
   */
  default void check(BlockSite site) {}

  /**
   * Keys and roles of what it trains, in order.
   *
   * @param site sizes need not be known
   */
  default List<Parameter.Name> parameterNames(BlockSite site) {
    return List.of();
  }

  /** Whether unit i of its value depends on nothing but units i of its sources. */
  default boolean isElementwise() {
    return false;
  }

  /**
   * What it trains, as {@link #parameterNames} has it.
   *
   * @param site all sizes known
   */
  default List<Parameter> parameters(BlockSite site) {
    return List.of();
  }

  /**
   * About how many bytes its masks and fixed values take when they are drawn, so that maps too
   * large for the heap are refused before.
   *
   * @param site all sizes known
   */
  default double bytes(BlockSite site) {
    return 0;
  }

  /**
   * Whether its value is zero, given which of its sources are zero for certain: it is then left
   * out.
   */
  default boolean vanishes(boolean[] isZero) {
    return false;
  }
}
