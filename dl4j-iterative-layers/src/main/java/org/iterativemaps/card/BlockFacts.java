package org.iterativemaps.card;

import java.util.List;

/**
 * A block of a map.
 *
 * @param name "from-&gt;to"; of a block in a nested map behind that of the nested map's block:
 *     "x-&gt;h / a-&gt;b"
 * @param function what it computes, such as "linear"
 * @param fixedValues the rule of weights that are never trained; null if there are none such
 * @param parameters how many numbers it trains
 * @param masks of its weights, if it has any
 */
public record BlockFacts(
    String name, String function, String fixedValues, long parameters, List<MaskFacts> masks) {

  /** Copies the list. */
  public BlockFacts {
    masks = List.copyOf(masks);
  }
}
