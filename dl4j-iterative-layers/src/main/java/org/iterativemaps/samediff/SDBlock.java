package org.iterativemaps.samediff;

import java.io.Serializable;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A block F_ij: any function from slot j, or from several slots, to slot i. What arrives at a slot
 * from all its blocks is summed before normalisation, bias and activation.
 *
 * <p>Source: arXiv:2404.00880, definition 1 (block nonlinear function). {@link SDBlocks} has typed
 * blocks, which can be saved in a DL4J configuration, and {@link SDBlocks#function} for Java code,
 * which cannot.
 */
public interface SDBlock extends Serializable {

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
   * What it trains, weights before all else.
   *
   * @param site all sizes known
   */
  default List<SDParameter> parameters(BlockSite site) {
    return List.of();
  }

  /**
   * Whether its value is zero, given which of its sources are zero for certain: it is then left
   * out.
   */
  default boolean vanishes(boolean[] isZero) {
    return false;
  }

  /**
   * Writes one evaluation into the graph.
   *
   * @param scope the graph and the parameters; the same in every step
   * @param from values of the sources, [rows, size] each
   * @return F(from), [rows, size of the target]
   */
  SDVariable apply(BlockScope scope, SDVariable... from);
}
